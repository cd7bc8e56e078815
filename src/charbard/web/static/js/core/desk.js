/** The desk: one poem, its changes as a tree, its locks, and the chosen character. It renders nothing. */

import { fresh, freshId, linesOf, textOf } from "./poem.js";
import { remember, store } from "./store.js";
import { t } from "./strings.js";
import { amend, back, grow, jump, on, plant } from "./tree.js";
import { Work } from "./work.js";

/** Marks and spaces that a reader may type in a line; they are removed. */
const MARKS = /[\s，。、！？；：,.!?;:]/g;

/** Put a copy of a poem on the desk. */
export function lay(poem, label) {
  store.set({ desk: { tree: plant({ ...fresh(poem), id: freshId() }, label), locks: {}, chosen: null } });
}

/** Put a poem of open lines on the desk. */
export function layBlank(form) {
  const lines = linesOf({ ...form, lines: form.lines.map(() => "") });
  lay({ form: form.name, lines, shape: form.lines, edited: true }, t("desk.lineByLine"));
}

/** The page's one desk. The store holds what survives a reload; this object holds server responses. */
export class Desk {
  /** `changed(label)` is called after each change; `label` names a change of the poem, else it is empty. */
  constructor(changed) {
    this.changed = changed;
    this.work = new Work(this);
  }

  /** `{tree, locks, chosen}`, or null if no poem is on the desk. */
  get state() {
    return store.state.desk;
  }

  get poem() {
    const { tree } = this.state;
    return tree.steps[tree.at].poem;
  }

  /** Whether every line is written. */
  get isWhole() {
    return this.poem.lines.every((line) => line.text);
  }

  get canUndo() {
    return this.state.tree.at !== 0;
  }

  get canRedo() {
    return on(this.state.tree) !== this.state.tree;
  }

  /** The text of a line, or a square for each open place. */
  shown(at) {
    const { lines, shape } = this.poem;
    return lines[at].text || "□".repeat(shape?.[at] ?? 0);
  }

  /** Whether a character is locked; keys of locks are `line.place`, from 0. */
  isLocked(line, place) {
    return Boolean(this.state.locks[`${line}.${place}`]);
  }

  isLineLocked(line) {
    return [...this.poem.lines[line].text].every((_, place) => this.isLocked(line, place));
  }

  set(patch, label = "") {
    store.merge("desk", patch);
    this.changed(label);
  }

  /** Add a step with changed lines. */
  step(lines, label) {
    this.set({ tree: grow(this.state.tree, { ...this.poem, lines, edited: true }, label) }, label);
  }

  /** Choose a character; null chooses none. */
  choose(line, place = 0) {
    this.set({ chosen: line === null ? null : { line, place } });
  }

  /** Move the choice to another character. */
  move(down, right) {
    const { line = 0, place = -right } = this.state.chosen ?? {};
    const to = Math.max(0, Math.min(this.poem.lines.length - 1, line + down));
    this.choose(to, Math.max(0, Math.min([...this.shown(to)].length - 1, place + right)));
  }

  /** Lock or unlock a character or a whole line. */
  lock(line, place = null) {
    const places = place === null ? [...this.poem.lines[line].text].keys() : [place];
    const value = place === null ? !this.isLineLocked(line) : !this.isLocked(line, place);
    const locks = { ...this.state.locks };
    for (const at of places) {
      if (value) locks[`${line}.${at}`] = true;
      else delete locks[`${line}.${at}`];
    }
    this.set({ locks });
  }

  undo() {
    const { label } = this.state.tree.steps[this.state.tree.at];
    this.set({ tree: back(this.state.tree) }, t("desk.undone", { label }));
  }

  redo() {
    const tree = on(this.state.tree);
    this.set({ tree }, tree.steps[tree.at].label);
  }

  jump(at) {
    this.set({ tree: jump(this.state.tree, at) }, this.state.tree.steps[at].label);
  }

  /** Replace a line by typed text; return the required number of characters if the length is wrong, else null. */
  put(at, text) {
    const { lines, shape } = this.poem;
    const wanted = shape?.[at] ?? [...lines[at].text].length;
    const clean = text.replace(MARKS, "");
    if (clean === lines[at].text) return null;
    if ([...clean].length !== wanted) return wanted;
    this.write(at, clean, t("desk.step.hand", { n: at + 1 }));
    return null;
  }

  /** Add a step with another text in one line. */
  write(at, text, label) {
    this.step(this.poem.lines.map((line, place) => (place === at ? { ...line, text } : line)), label);
  }

  /** Replace characters of a line by others. */
  swap(line, place, text) {
    const chars = [...this.poem.lines[line].text];
    const before = chars.splice(place, [...text].length, ...text).join("");
    this.write(line, chars.join(""), t("desk.step.swap", { a: before, b: text }));
  }

  /** Change the title or author without adding a step. */
  head(patch) {
    this.set({ tree: amend(this.state.tree, { ...this.poem, ...patch }) });
  }

  /** Take the poem off the desk and add it to the history. */
  close() {
    remember([this.poem]);
    store.set({ desk: null });
    this.changed("");
  }

  /** Add a changed poem to the history when the reader leaves the view. */
  leave() {
    this.work.stop();
    if (this.state?.tree.steps.length > 1 && textOf(this.poem)) remember([this.poem]);
  }
}
