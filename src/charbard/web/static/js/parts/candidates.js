/** Sheets that poems are written on, several at once: laid out before the first character comes. */

import { dressed, fill, h, hasWord, lineNodes, linesOf, paper, t, unsaid } from "./kit.js";
import { actionsOf } from "./actions.js";
import { notesOf } from "./notes.js";

/** One candidate on its sheet. One for verse knows its lines in advance, so nothing moves while they come. */
export class Sheet {
  /** `number` counts from 1; `shape` has the lengths of `lines` and their `marks`, null: prose. */
  constructor(number, shape) {
    this.number = number;
    this.poem = null;
    this.spans = [];
    this.body = shape ? this.ruled(shape) : h("p.prose-text.is-growing", { tabindex: 0 });
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
  async setLine(at, line) {
    const span = this.spans[at];
    if (!span) return;
    const [one] = await dressed([line.text]);
    span.classList.remove("is-open");
    fill(span, lineNodes(one), line.mark);
  }

  /** Put every line again, in the script and with the sounds that are set now. */
  redress() {
    this.poem?.lines?.forEach((line, at) => this.setLine(at, line));
  }

  /** Add characters of a prose text. */
  addText(text) {
    this.body.append(text);
  }

  /** The poem is done: it can be worked with. */
  finish(poem) {
    this.poem = poem;
    this.element.setAttribute("aria-busy", "false");
    this.element.classList.add("is-done");
    fill(this.foot, scoreOf(poem), h("div.sheet-tools", actionsOf(poem)), notesOf(poem));
  }

  /** Nothing will come here. */
  fail(message) {
    this.element.setAttribute("aria-busy", "false");
    this.element.classList.add("is-failed");
    fill(this.foot, h("span.faint", message));
  }
}

/** The parts of a poem's score, in words, the sum first. */
function scoreOf(poem) {
  if (!poem.score) return h("span");
  const parts = Object.entries(poem.score)
    .filter(([name, value]) => value !== null && name !== "total" && hasWord(`poem.${name}`))
    .map(([name, value]) => `${t(`poem.${name}`)} ${value.toFixed(2)}`);
  const total = `${t("poem.score")} ${poem.score.total.toFixed(2)}`;
  return h("span.faint.score", { title: [total, ...parts].join("　") }, total);
}
