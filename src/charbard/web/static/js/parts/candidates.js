/** Sheets for several candidates, laid out before the first character arrives. */

import { dressed, fill, givenAt, h, hasWord, lineNodes, linesOf, paper, t, unsaid } from "./kit.js";
import { actionsOf } from "./actions.js";
import { notesOf } from "./notes.js";

/** Minimum difference between two scores for one to be called better. */
const CLEARLY = 0.02;
/** Distance from the end of a growing text within which the view follows it. */
const NEAR_PX = 40;

/** One candidate on its sheet. A sheet for verse knows its lines in advance, so nothing moves later. */
export class Sheet {
  poem = null;
  text = "";
  /** Function that returns the unfinished text as a poem; set by the caller. */
  partial = null;
  spans = [];
  frame = 0;
  follows = true;

  /** `number` counts from 1; `shape` has the lengths of `lines` and their `marks`, or is null for prose. */
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

  /** Show a line in its place. */
  async setLine(at, line, given = []) {
    const span = this.spans[at];
    if (!span) return;
    this.lines[at] = { ...this.lines[at], ...line };
    const [one] = await dressed([line.text]);
    span.classList.remove("is-open");
    fill(span, lineNodes(one, given), line.mark);
  }

  /** Show every line again in the current script and with the current pinyin, and mark given characters. */
  redress() {
    this.poem?.lines?.forEach((line, at) => this.setLine(at, line, givenAt(this.poem, at)));
  }

  /** Add characters of a prose text, scrolling at most once a frame, because a model writes fast. */
  addText(text) {
    const { body } = this;
    this.text += text;
    body.append(text);
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      if (this.follows) body.scrollTop = body.scrollHeight;
    });
  }

  /** Record whether the reader is at the end of a growing text. */
  scrolled() {
    const { body } = this;
    this.follows = body.scrollHeight - body.scrollTop - body.clientHeight < NEAR_PX;
  }

  /** Show a finished poem with its tools. */
  finish(poem) {
    this.poem = poem;
    this.over("is-done");
    this.why = h("span.faint.why");
    fill(this.foot, this.why, h("div.sheet-tools", actionsOf(poem)), notesOf(poem));
    if (poem.given?.length) this.redress();
  }

  /** Show the unfinished text, with its tools, after the request was stopped. */
  stop(message) {
    if (this.poem || !(this.text || this.lines.some((line) => line.text))) return;
    this.finish(this.partial());
    this.element.classList.add("is-stopped");
    fill(this.why, message);
  }

  /** Show a message in place of a text. */
  fail(message) {
    this.over("is-failed");
    fill(this.foot, h("span.faint", message));
  }

  over(kind) {
    this.element.setAttribute("aria-busy", "false");
    this.element.classList.add(kind);
  }
}

/** Mark the sheet with the highest score, name each sheet's strengths, and return the best poem. */
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

/** At most two parts of the score in which a poem is clearly better than all others. */
function strengths(sheet, all) {
  const { total, ...parts } = sheet.poem.score;
  return Object.entries(parts)
    .filter(([name, value]) => value !== null && hasWord(`poem.best.${name}`)
      && all.every((other) => other === sheet || value > (other.poem.score[name] ?? Infinity) + CLEARLY))
    .slice(0, 2)
    .map(([name]) => t(`poem.best.${name}`));
}
