/** Sheets that poems are written on, several at once: laid out before the first character comes. */

import { dressed, fill, givenAt, h, hasWord, lineNodes, linesOf, paper, t, unsaid } from "./kit.js";
import { actionsOf } from "./actions.js";
import { notesOf } from "./notes.js";

/** How far two scores must be apart for one to be named as better. */
const CLEARLY = 0.02;
/** A reader who is this near the end of a growing text is kept there. */
const NEAR_PX = 40;

/** One candidate on its sheet. One for verse knows its lines in advance, so nothing moves while they come. */
export class Sheet {
  poem = null;
  text = "";
  /** What was written so far, as a poem: set by whoever knows how it comes about. */
  partial = null;
  spans = [];
  frame = 0;
  follows = true;

  /** `number` counts from 1; `shape` has the lengths of `lines` and their `marks`, null: prose. */
  constructor(number, shape) {
    this.number = number;
    this.lines = shape ? linesOf({ ...shape, lines: shape.lines.map(() => "") }) : [];
    this.body = shape ? this.ruled(shape) : h("p.prose-text.is-growing", { tabindex: 0, on: { scroll: () => this.scrolled() } });
    this.foot = h("div.sheet-foot");
    this.element = h(
      `article.sheet${shape ? "" : ".is-prose"}`,
      { tabindex: -1, "aria-label": t("write.candidate", { n: number }), "aria-busy": "true" },
      unsaid("span.sheet-number", number),
      this.body,
      this.foot,
    );
  }

  ruled(shape) {
    const [poem, spans] = paper(linesOf(shape), ({ text, mark }) =>
      h("span.poem-line.is-open", Array.from({ length: text }, () => h("i.blank")), mark));
    this.spans = spans;
    return poem;
  }

  /** Put a line in its place. */
  async setLine(at, line, given = []) {
    const span = this.spans[at];
    if (!span) return;
    this.lines[at] = { ...this.lines[at], ...line };
    const [one] = await dressed([line.text]);
    span.classList.remove("is-open");
    fill(span, lineNodes(one, given), line.mark);
  }

  /** Put every line again, in the script and with the sounds that are set now, given characters marked. */
  redress() {
    this.poem?.lines?.forEach((line, at) => this.setLine(at, line, givenAt(this.poem, at)));
  }

  /** Add characters of a prose text; a reader at its end stays there. Laid out once a frame: a model is fast. */
  addText(text) {
    const { body } = this;
    this.text += text;
    body.append(text);
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      if (this.follows) body.scrollTop = body.scrollHeight;
    });
  }

  /** Whether the reader is at the end of a growing text. */
  scrolled() {
    const { body } = this;
    this.follows = body.scrollHeight - body.scrollTop - body.clientHeight < NEAR_PX;
  }

  /** The poem is done: it can be worked with. */
  finish(poem) {
    this.poem = poem;
    this.over("is-done");
    this.why = h("span.faint.why");
    fill(this.foot, this.why, h("div.sheet-tools", actionsOf(poem)), notesOf(poem));
    if (poem.given?.length) this.redress();
  }

  /** Nothing more will come: what was begun is kept with its tools. */
  stop(message) {
    if (this.poem || !(this.text || this.lines.some((line) => line.text))) return;
    this.finish(this.partial());
    this.element.classList.add("is-stopped");
    fill(this.why, message);
  }

  /** Nothing will come here. */
  fail(message) {
    this.over("is-failed");
    fill(this.foot, h("span.faint", message));
  }

  over(kind) {
    this.element.setAttribute("aria-busy", "false");
    this.element.classList.add(kind);
  }
}

/** Mark the sheet with the highest score, and say of each what it is best at; the best poem. */
export function markBest(sheets) {
  const done = sheets.filter((sheet) => sheet.poem?.score);
  if (done.length < 2) return done[0]?.poem;
  const best = done.reduce((a, b) => (b.poem.score.total > a.poem.score.total ? b : a));
  for (const sheet of done) {
    const isFirst = sheet === best;
    const strong = strengths(sheet, done);
    sheet.element.classList.toggle("is-best", isFirst);
    if (isFirst) sheet.element.ariaLabel += `，${t("poem.first")}`;
    fill(sheet.why, isFirst && h("b.first-choice", t("poem.first")), strong[0] && ` ${t("poem.best.at", { what: strong.join(t("comma.list")) })}`);
    sheet.why.title = isFirst ? t("poem.first.why") : "";
  }
  return best.poem;
}

/** What a poem is clearly better at than all others: two at most, to fit. */
function strengths(sheet, all) {
  const { total, ...parts } = sheet.poem.score;
  return Object.entries(parts)
    .filter(([name, value]) => value !== null && hasWord(`poem.best.${name}`)
      && all.every((other) => other === sheet || value > (other.poem.score[name] ?? Infinity) + CLEARLY))
    .slice(0, 2)
    .map(([name]) => t(`poem.best.${name}`));
}
