/** The desk: one poem, worked on character by character. What is drawn here follows `store.state.desk`. */

import { actionsOf } from "../actions.js";
import { button, dressed, fill, h, headingOf, iconButton, isComposing, languageTag, remember, say, store, t, tell, textField } from "../kit.js";
import { cellElement, markWords, verdictElement } from "../strip.js";
import { back, grow, jump, on } from "../tree.js";
import { chipForms } from "../wish.js";
import { lay, Work } from "../work.js";
import { sidePanels } from "./desk-side.js";

export function mount(root) {
  const { putting } = store.state;
  if (putting) {
    store.state.putting = null;
    lay(putting, t("desk.step.first"));
  }
  const desk = new Desk(root);
  desk.draw();
  return { ...desk.keys(), leave: () => desk.leave() };
}

/** The view with what belongs to it alone: the report of the poem and what is being asked. */
class Desk {
  constructor(root) {
    this.sheet = h("section.desk-sheet", { "aria-label": t("nav.desk") });
    this.side = h("aside.desk-side");
    this.root = root;
    this.report = null;
    this.editing = null;
    this.work = new Work(this);
    this.stop = store.subscribe((state, names) => names.includes("desk") && this.draw());
  }

  leave() {
    this.stop();
    this.work.stop();
    const { desk } = store.state;
    if (desk && desk.tree.steps.length > 1) remember([this.poem]);
  }

  get desk() {
    return store.state.desk;
  }

  get poem() {
    return this.desk.tree.steps[this.desk.tree.at].poem;
  }

  /** Whether a character is locked; the key is `line.place` from 0. */
  isLocked(line, place) {
    return Boolean(this.desk.locks[`${line}.${place}`]);
  }

  isLineLocked(line) {
    return [...this.poem.lines[line].text].every((_, place) => this.isLocked(line, place));
  }

  set(patch) {
    store.merge("desk", patch);
  }

  /** Go on with a changed poem. */
  step(lines, label) {
    const poem = { ...this.poem, lines, edited: true };
    this.set({ tree: grow(this.desk.tree, poem, label) });
    say(label);
  }

  choose(line, place) {
    this.editing = null;
    this.set({ chosen: { line, place } });
    this.sheet.querySelector(`[data-at="${line}.${place}"]`)?.focus();
  }

  lock(line, place = null) {
    const places = place === null ? [...this.poem.lines[line].text].keys() : [place];
    const value = place === null ? !this.isLineLocked(line) : !this.isLocked(line, place);
    const locks = { ...this.desk.locks };
    for (const at of places) {
      if (value) locks[`${line}.${at}`] = true;
      else delete locks[`${line}.${at}`];
    }
    this.set({ locks });
  }

  undo() {
    this.set({ tree: back(this.desk.tree) });
  }

  redo() {
    this.set({ tree: on(this.desk.tree) });
  }

  jump(at) {
    this.set({ tree: jump(this.desk.tree, at) });
  }

  draw() {
    if (!this.desk) return this.drawEmpty();
    if (!this.sheet.isConnected) fill(this.root, h("div.desk", this.sheet, this.side));
    const focused = document.activeElement?.dataset?.at;
    this.drawSheet();
    sidePanels(this, this.side);
    if (focused) this.sheet.querySelector(`[data-at="${focused}"]`)?.focus();
    this.work.refresh();
  }

  drawEmpty() {
    let text = "";
    const put = () => text.trim() && this.work.paste(text);
    fill(this.root, h("div.check",
      h("div.slip",
        textField({ label: t("desk.paste"), value: "", place: t("check.place"), area: true, rows: 6, lang: "zh", maxlength: 2000, onInput: (value) => { text = value; }, onEnter: put }),
        button("go", t("desk.put"), put)),
      h("div.panel", h("p", t("desk.empty")), h("div.scopes", store.state.features.verse && this.blankButtons()))));
  }

  blankButtons() {
    return chipForms().map((name) =>
      button("plain", `${t("desk.lineByLine")} · ${name}`, () => this.work.blank(name)));
  }

  drawSheet() {
    const { poem, desk } = this;
    fill(
      this.sheet,
      h("div.desk-head",
        h("h1", { lang: "zh" }, headingOf(poem)),
        iconButton("undo", t("desk.undo"), () => this.undo(), { disabled: desk.tree.at === 0 }),
        iconButton("redo", t("desk.redo"), () => this.redo(), { disabled: on(desk.tree) === desk.tree }),
        actionsOf(poem, { onDesk: true }),
        iconButton("close", t("card.close"), () => this.close())),
      poem.lines.map((line, at) => this.lineElement(line, at)),
      h("div.desk-foot", this.verdict()),
    );
    this.dressCells(poem);
  }

  close() {
    remember([this.poem]);
    store.set({ desk: null });
  }

  verdict() {
    const { report } = this;
    if (!report) return h("p.verdict.faint", "…");
    return [verdictElement(report), h("span.faint", [report.form, report.variant, report.book_name].filter(Boolean).join(" · "))];
  }

  lineElement(line, at) {
    const isChosen = this.desk.chosen?.line === at;
    const n = at + 1;
    const isOpen = !line.text;
    const isLocked = !isOpen && this.isLineLocked(at);
    const content = this.editing === at ? this.lineEdit(line, at) : h("div.desk-chars", [...this.shown(line, at)].map((char, place) => this.cell(char, at, place)));
    return h(`div.desk-line${isChosen ? ".is-chosen" : ""}${line.ends ? ".ends-stanza" : ""}`,
      content,
      h("span.desk-mark", { lang: "zh" }, line.mark),
      h("div.line-tools",
        iconButton(isLocked ? "lock" : "open", t(isLocked ? "desk.line.unlock" : "desk.line.lock", { n }), () => this.lock(at), { "aria-pressed": isLocked, disabled: isOpen }),
        store.state.features.verse && iconButton("again", t("desk.line.again", { n }), () => this.work.again(at, null)),
        iconButton("edit", t("desk.line.edit", { n }), () => this.edit(at))));
  }

  /** A line that is not written yet is shown as its open places. */
  shown(line, at) {
    return line.text || "□".repeat(this.poem.shape?.[at] ?? 0);
  }

  cell(char, line, place) {
    const { chosen } = this.desk;
    const isChosen = chosen?.line === line && chosen?.place === place;
    const isLocked = this.isLocked(line, place);
    const cell = cellElement("button", this.report, line, place, char, {
      type: "button",
      lang: languageTag(),
      data: { at: `${line}.${place}` },
      "aria-pressed": isChosen,
      "aria-label": [char, markWords(this.report, line, place), isLocked && t("desk.lock")].filter(Boolean).join("，"),
      on: { click: () => this.choose(line, place) },
    });
    cell.classList.toggle("is-open", !this.poem.lines[line].text);
    cell.classList.toggle("is-locked", isLocked);
    if (store.state.settings.pinyin) cell.prepend(h("span.cell-pinyin"));
    return cell;
  }

  /** Another script and pinyin, once they have come. */
  async dressCells(poem) {
    const all = await dressed(poem.lines.map((line) => line.text));
    if (this.desk === null || poem !== this.poem) return;
    all.forEach(({ text, pinyin }, line) => {
      [...text].forEach((char, place) => {
        const cell = this.sheet.querySelector(`[data-at="${line}.${place}"]`);
        if (!cell) return;
        cell.querySelector(".cell-char").textContent = char;
        const sound = cell.querySelector(".cell-pinyin");
        if (sound) sound.textContent = pinyin?.[place] ?? "";
      });
    });
  }

  edit(line) {
    this.editing = line;
    this.draw();
    this.sheet.querySelector(".line-edit")?.focus();
  }

  lineEdit(line, at) {
    let isDone = false;
    const finish = (text) => {
      if (isDone) return;
      isDone = true;
      this.editing = null;
      this.put(at, text.trim());
    };
    return h("input.line-edit", {
      value: line.text,
      lang: "zh",
      "aria-label": t("desk.line.edit", { n: at + 1 }),
      maxlength: 30,
      on: {
        keydown: (event) => {
          if (isComposing(event)) return;
          if (event.key === "Enter") finish(event.target.value);
          if (event.key === "Escape") finish(line.text);
        },
        blur: (event) => finish(event.target.value),
      },
    });
  }

  /** Put a line that was written by hand. */
  put(at, text) {
    const { lines, shape } = this.poem;
    const wanted = shape?.[at] ?? [...lines[at].text].length;
    const clean = text.replace(/[\s，。、！？；：]/g, "");
    if (clean === lines[at].text) return this.draw();
    if ([...clean].length !== wanted) {
      tell(t("desk.wrongLength", { n: wanted }));
      return this.draw();
    }
    this.write(at, clean, t("desk.step.hand", { n: at + 1 }));
  }

  /** Go on with another text in one line. */
  write(at, text, label) {
    this.step(this.poem.lines.map((line, place) => (place === at ? { ...line, text } : line)), label);
  }

  /** Put one character in the place of another. */
  swap(line, place, char) {
    const chars = [...this.poem.lines[line].text];
    const label = t("desk.step.swap", { a: chars[place], b: char });
    chars[place] = char;
    this.write(line, chars.join(""), label);
  }

  /** What keys do here. */
  keys() {
    const at = (act) => () => {
      const chosen = this.desk?.chosen;
      if (chosen) act(chosen);
    };
    return {
      L: at(({ line, place }) => this.lock(line, place)),
      "Shift+L": at(({ line }) => this.lock(line)),
      R: at(({ line }) => this.work.again(line, null)),
      "Shift+R": () => this.desk && this.work.againAll(),
      E: at(({ line }) => this.edit(line)),
      Z: () => this.desk && this.undo(),
      "Shift+Z": () => this.desk && this.redo(),
      Escape: () => this.work.stop(),
      ArrowLeft: () => this.move(0, -1),
      ArrowRight: () => this.move(0, 1),
      ArrowUp: () => this.move(-1, 0),
      ArrowDown: () => this.move(1, 0),
      digit: (number) => this.work.pick(number),
    };
  }

  move(down, right) {
    if (!this.desk) return;
    const { lines } = this.poem;
    const { line = 0, place = -right } = this.desk.chosen ?? {};
    const to = Math.max(0, Math.min(lines.length - 1, line + down));
    const length = [...this.shown(lines[to], to)].length;
    this.choose(to, Math.max(0, Math.min(length - 1, place + right)));
  }
}

