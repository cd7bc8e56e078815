/** What the desk asks of the machine: checks, alternatives, lines written again. Draws nothing. */

import { call, fresh, freshId, linesOf, store, t } from "./kit.js";
import { plant } from "./tree.js";
import { modelFor } from "./wish.js";
import { poemOf } from "./views/check.js";

const ORDER = ["form", "like", "variant", "book", "theme", "dynasty", "author", "novel", "boldness", "guidance"];

/** One desk's requests; what came back is in `alternatives`, `lines` and the desk's `report`. */
export class Work {
  constructor(desk) {
    this.desk = desk;
    this.alternatives = null;
    this.lines = null;
    this.asked = "";
    this.checked = null;
    this.timer = 0;
    this.abort = new AbortController();
    this.isBusy = false;
  }

  stop() {
    clearTimeout(this.timer);
    this.abort.abort();
    this.abort = new AbortController();
    this.isBusy = false;
  }

  /** Ask the server, until `stop`. */
  ask(path, body) {
    return call(path, body, { signal: this.abort.signal });
  }

  /** Whether every line is written. */
  get isWhole() {
    return this.desk.poem.lines.every((line) => line.text);
  }

  /** The order the poem was written for, as far as it still holds. */
  get order() {
    const { poem } = this.desk;
    const made = poem.made?.order ?? {};
    const order = Object.fromEntries(ORDER.filter((name) => made[name] !== undefined).map((name) => [name, made[name]]));
    if (!order.like) order.form = poem.form;
    if (poem.book && !order.book) order.book = poem.book;
    const model = modelFor("verse");
    if (model) order.model = model.name;
    return order;
  }

  /** Catch up with the desk, once it has come to rest. */
  refresh() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.catchUp(), 120);
  }

  async catchUp() {
    const { desk } = this;
    if (!desk.desk) return;
    const { poem } = desk;
    const { chosen } = desk.desk;
    if (this.checked !== poem) await this.check(poem);
    if (!this.isWhole) return this.next(poem);
    const asked = chosen && store.state.features.verse ? `${desk.desk.tree.at} ${chosen.line}.${chosen.place}` : "";
    if (asked === this.asked || !chosen) return;
    this.asked = asked;
    const body = { ...this.order, lines: this.plain(poem), line: chosen.line + 1, place: chosen.place + 1, top: 12 };
    delete body.boldness;
    const answer = await this.ask("alternatives", body);
    if (this.asked !== asked) return;
    this.alternatives = answer.alternatives.filter((one) => one.char !== [...poem.lines[chosen.line].text][chosen.place]);
    desk.draw();
  }

  plain(poem) {
    return poem.lines.map((line) => line.text);
  }

  async check(poem) {
    this.checked = poem;
    if (!this.isWhole) {
      this.desk.report = null;
      return;
    }
    const text = poem.lines.map((line) => line.text + (line.mark || "。")).join("");
    const { form, like, book, variant } = this.order;
    const body = like ? { text, like } : { text, form };
    if (book) body.book = book;
    if (variant) body.variant = variant;
    this.desk.report = await this.ask("check", body);
    if (this.desk.desk && poem === this.desk.poem) this.desk.draw();
  }

  /** Candidates for the first line that is not written. */
  async next(poem, isAgain = false) {
    const written = this.plain(poem).filter(Boolean);
    const asked = `${freshKey(poem)} ${written.length}`;
    if (asked === this.asked && !isAgain) return;
    this.asked = asked;
    const answer = await this.ask("next", { ...this.order, lines: written, candidates: 5 });
    this.lines = { at: written.length, options: answer.lines.map((line) => line.text) };
    this.alternatives = null;
    this.desk.draw();
  }

  /** Put one of several lines in its place. */
  take(at, text) {
    if (!this.isWhole) this.lines = null;
    this.desk.write(at, text, t("desk.step.pick", { n: at + 1 }));
  }

  /** Take the option of this number, lines first. */
  pick(number) {
    const { desk } = this;
    if (!desk.desk) return;
    const line = this.lines?.options[number - 1];
    if (line) return this.take(this.lines.at, line);
    const other = this.alternatives?.[number - 1];
    const { chosen } = desk.desk;
    if (other && chosen) desk.swap(chosen.line, chosen.place, other.char);
  }

  /** Write a line, a character or what is around it again; a line comes in several versions. */
  async again(line, place, scope = "this") {
    const { desk } = this;
    if (!this.isWhole || this.isBusy) return;
    this.isBusy = true;
    const body = { ...this.order, lines: this.plain(desk.poem), line: line + 1, scope, locked: this.locked(), candidates: place === null && scope === "this" ? 5 : 1 };
    if (place !== null) body.place = place + 1;
    try {
      const { poems } = await this.ask("rewrite", body);
      if (!desk.desk || !poems.length) return;
      const before = desk.poem.lines[line].text;
      const poem = poems.find((one) => one.lines[line] !== before) ?? poems[0];
      desk.step(withTexts(desk.poem, poem), this.label(line, place, scope));
      if (body.candidates > 1) {
        const options = [...new Set([before, ...poems.map((one) => one.lines[line])])].filter((text) => text !== poem.lines[line]);
        this.lines = { at: line, options };
        desk.draw();
      } else {
        this.lines = null;
      }
    } finally {
      this.isBusy = false;
    }
  }

  label(line, place, scope) {
    if (scope === "open") return t("desk.step.open");
    if (scope === "neighbours") return t("desk.step.near");
    return place === null ? t("desk.step.line", { n: line + 1 }) : t("desk.step.swap", { a: [...this.desk.poem.lines[line].text][place], b: "…" });
  }

  againAll() {
    return this.isWhole ? this.again(0, null, "open") : this.finish();
  }

  locked() {
    return Object.keys(this.desk.desk.locks).map((key) => key.split(".").map((part) => Number(part) + 1).join("."));
  }

  /** Write all lines that are not written. */
  async finish() {
    const { desk } = this;
    const opening = this.plain(desk.poem).filter(Boolean).join("/");
    const { poems } = await this.ask("verse", { ...this.order, opening, candidates: 1 });
    if (!poems.length || !desk.desk) return;
    this.lines = null;
    desk.step(withTexts(desk.poem, poems[0]), t("desk.finish"));
  }

  /** Begin a poem of open lines. */
  blank(name) {
    const form = store.state.forms.find((one) => one.name === name);
    const lines = linesOf({ ...form, lines: form.lines.map(() => "") });
    lay({ form: name, lines, shape: form.lines, edited: true }, t("desk.lineByLine"));
  }

  /** Put a pasted poem on the desk, in the form it has. */
  async paste(text) {
    lay(poemOf(await this.ask("check", { text })), t("desk.step.first"));
  }
}

/** Put a poem on the desk, as one of its own. */
export function lay(poem, label) {
  store.set({ desk: { tree: plant({ ...fresh(poem), id: freshId() }, label), locks: {}, chosen: null } });
}

function withTexts(poem, written) {
  return poem.lines.map((line, at) => ({ ...line, text: written.lines[at] }));
}

function freshKey(poem) {
  return `${poem.id} ${poem.lines.map((line) => line.text).join("/")}`;
}

