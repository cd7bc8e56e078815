/** Requests of the desk to the server: checks, alternatives, rewritten lines. */

import { call } from "./api.js";
import { store } from "./store.js";
import { t } from "./strings.js";
import { modelFor } from "./wish.js";

const ORDER = ["form", "like", "variant", "book", "theme", "words", "dynasty", "author", "novel", "boldness", "guidance"];
/** Delay within which several changes cause one request. */
const REST_MS = 120;
/** The API's placeholder for an open character. */
const OPEN = "_";

/** The requests of one desk; `report`, `alternatives`, `facing` and `lines` hold the responses. */
export class Work {
  report = null;
  alternatives = null;
  lines = null;
  asked = "";
  checked = null;
  timer = 0;
  abort = new AbortController();
  isBusy = false;

  constructor(desk) {
    this.desk = desk;
  }

  stop() {
    clearTimeout(this.timer);
    this.abort.abort();
    this.abort = new AbortController();
    this.isBusy = false;
  }

  /** Send a request that `stop` can cancel. */
  ask(path, body) {
    return call(path, body, { signal: this.abort.signal });
  }

  /** The settings of the poem's order that still apply. */
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

  /** The lines as the API expects them: an open line is given by its placeholders. */
  get given() {
    const { lines, shape } = this.desk.poem;
    return lines.map((line, at) => line.text || OPEN.repeat(shape?.[at] ?? 0));
  }

  /** Update the responses once the desk has not changed for a moment. */
  refresh() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.catchUp(), REST_MS);
  }

  async catchUp() {
    const { desk } = this;
    if (!desk.state) return;
    const { poem } = desk;
    const { chosen, tree } = desk.state;
    if (this.checked !== poem) await this.check(poem);
    if (!desk.state || !store.state.features.verse) return;
    if (!desk.isWhole) return this.next();
    const asked = chosen ? `${tree.at} ${chosen.line}.${chosen.place}` : "";
    if (asked === this.asked || !chosen) return;
    this.asked = asked;
    this.alternatives = null;
    const body = { ...this.order, lines: this.given, line: chosen.line + 1, place: chosen.place + 1, top: 12 };
    delete body.boldness;
    const where = { ...this.judged(poem), line: body.line, place: body.place };
    const [answer, facing] = await Promise.all([this.ask("alternatives", body), this.ask("parallel", where)]);
    if (this.asked !== asked || !desk.state) return;
    this.facing = facing;
    this.alternatives = answer.alternatives.filter((one) => one.char !== [...poem.lines[chosen.line].text][chosen.place]);
    desk.changed("");
  }

  async check(poem) {
    this.checked = poem;
    this.report = null;
    if (!this.desk.isWhole) return;
    const report = await this.ask("check", this.judged(poem));
    if (!this.desk.state || poem !== this.desk.poem) return;
    this.report = report;
    this.desk.changed("");
  }

  /** A poem with its form and rhyme book, as the API expects them. */
  judged(poem) {
    const { form, like, book, variant } = this.order;
    return { text: poem.lines.map((line) => line.text + (line.mark || "。")).join(""), book, variant, ...(like ? { like } : { form }) };
  }

  /** Fetch candidates for the first open line. */
  async next(isAgain = false) {
    const { given } = this;
    const at = this.desk.poem.lines.findIndex((line) => !line.text);
    const asked = given.join("/");
    if (at < 0 || (asked === this.asked && !isAgain)) return;
    this.asked = asked;
    this.lines = null;
    const answer = await this.ask("next", { ...this.order, lines: given, candidates: 5 });
    if (this.asked !== asked || !this.desk.state) return;
    this.lines = { at, options: answer.lines.map((line) => line.text) };
    this.alternatives = null;
    this.desk.changed("");
  }

  /** Replace a line by one of its candidates. */
  take(at, text) {
    if (!this.desk.isWhole) this.lines = null;
    this.desk.write(at, text, t("desk.step.pick", { n: at + 1 }));
  }

  /** Choose an option by number; candidates for a line come before alternatives. */
  pick(number) {
    const { desk } = this;
    const line = this.lines?.options[number - 1];
    if (line) return this.take(this.lines.at, line);
    const other = this.alternatives?.[number - 1];
    const { chosen } = desk.state;
    if (other && chosen) desk.swap(chosen.line, chosen.place, other.char);
  }

  /** Rewrite a character, a line or what surrounds it; a line gets several candidates. */
  async again(line, place, scope = "this") {
    const { desk } = this;
    if (!desk.isWhole || this.isBusy) return;
    this.isBusy = true;
    const candidates = place === null && scope === "this" ? 5 : 1;
    const body = { ...this.order, lines: this.given, line: line + 1, scope, locked: this.locked, candidates };
    if (place !== null) body.place = place + 1;
    try {
      const { poems } = await this.ask("rewrite", body);
      if (!desk.state || !poems.length) return;
      const before = desk.poem.lines[line].text;
      const poem = poems.find((one) => one.lines[line] !== before) ?? poems[0];
      const options = [...new Set([before, ...poems.map((one) => one.lines[line])])].filter((text) => text !== poem.lines[line]);
      this.lines = candidates > 1 ? { at: line, options } : null;
      desk.step(withTexts(desk.poem, poem), this.label(line, place, scope));
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
    return this.desk.isWhole ? this.again(0, null, "open") : this.finish();
  }

  /** Locked places as `line.place`, from 1. */
  get locked() {
    return Object.keys(this.desk.state.locks).map((key) => key.split(".").map((part) => Number(part) + 1).join("."));
  }

  /** Write all open lines. */
  async finish() {
    const { desk } = this;
    const { poems } = await this.ask("verse", { ...this.order, template: this.given.join("/"), candidates: 1 });
    if (!poems.length || !desk.state) return;
    this.lines = null;
    desk.step(withTexts(desk.poem, poems[0]), t("desk.finish"));
  }
}

function withTexts(poem, written) {
  return poem.lines.map((line, at) => ({ ...line, text: written.lines[at] }));
}
