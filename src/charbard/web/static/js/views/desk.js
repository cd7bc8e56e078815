/** The view of the desk: a poem character by character, and beside it what can be done. */

import { Desk, lay, layBlank } from "../core/desk.js";
import { chipForms } from "../core/wish.js";
import { actionsOf } from "../parts/actions.js";
import { button, call, dressed, fill, h, heading, iconButton, isComposing, languageTag, poemOf, say, scripted, store, t, tell, textField } from "../parts/kit.js";
import { cellElement, findingsOf, markWords, verdictElement } from "../parts/strip.js";
import { sidePanels } from "./desk-side.js";

/** Time after which the click that follows a touch has arrived. */
const CLICK_MS = 50;

/** Build the view. Returns its keys. */
export function mount(root) {
  const { putting } = store.state;
  if (putting) {
    store.state.putting = null;
    lay(putting, t("desk.step.first"));
  }
  return new DeskView(root).start();
}

/** The rendered desk, and the text that is being typed on it. */
class DeskView {
  constructor(root) {
    this.root = root;
    this.sheet = h("section.desk-sheet", { "aria-label": t("nav.desk") });
    this.side = h("aside.desk-side", { "aria-label": t("desk.offers") });
    this.editing = null;
    this.desk = new Desk((label) => {
      if (label) say(label);
      this.draw();
    });
  }

  start() {
    this.draw();
    const stop = store.subscribe((state, names) => names.includes("desk") && !state.desk && this.draw());
    return { ...this.keys(), leave: () => { stop(); this.desk.leave(); } };
  }

  draw() {
    this.isStale = this.isPressed;
    if (this.isPressed || !this.root.isConnected) return;
    if (!this.desk.state) return this.drawEmpty();
    if (!this.sheet.isConnected) {
      this.box = h("div.desk", { on: { pointerdown: () => this.press() } }, this.sheet, this.side);
      this.box.addEventListener("click", () => { this.isPressed = false; }, true);
      fill(this.root, this.box);
    }
    this.box.classList.toggle("has-chosen", Boolean(this.desk.state.chosen) || Boolean(this.desk.work.lines));
    const focused = document.activeElement?.dataset?.at;
    this.drawSheet();
    sidePanels(this.desk, this.side);
    if (focused) this.cellAt(focused)?.focus();
    this.desk.work.refresh();
  }

  /** Delay rendering until the click of a press has arrived: a replaced button would not receive it. */
  press() {
    this.isPressed = true;
    const release = () => {
      this.isPressed = false;
      if (this.isStale && this.box.isConnected) this.draw();
    };
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => setTimeout(release, CLICK_MS), { once: true });
  }

  drawEmpty() {
    let text = "";
    const put = async () => {
      if (text.trim()) lay(poemOf(await call("check", { text })), t("desk.step.first"));
      this.draw();
    };
    fill(this.root, h("div.check",
      h("div.slip",
        textField({ label: t("desk.paste"), value: "", place: t("check.place"), area: true, rows: 6, lang: "zh", maxlength: 2000, onInput: (value) => { text = value; }, onEnter: put }),
        button("go", t("desk.put"), put)),
      h("div.panel", h("p", t("desk.empty")), h("div.scopes", store.state.features.verse && this.blankButtons()))));
  }

  blankButtons() {
    return chipForms().map((name) => button("plain", `${t("desk.lineByLine")} · ${name}`, () => {
      layBlank(store.state.forms.find((one) => one.name === name));
      this.draw();
    }));
  }

  drawSheet() {
    const { desk } = this;
    const { poem } = desk;
    fill(
      this.sheet,
      h("div.desk-head",
        this.editing === "head" ? this.headEdit() : this.head(),
        iconButton("undo", t("desk.undo"), () => desk.undo(), { disabled: !desk.canUndo }),
        iconButton("redo", t("desk.redo"), () => desk.redo(), { disabled: !desk.canRedo }),
        actionsOf(poem, { onDesk: true }),
        iconButton("close", t("card.close"), () => desk.close())),
      h("div.desk-poem", { on: { focusin: (event) => this.reveal(event.target) } }, poem.lines.map((line, at) => this.lineElement(line, at))),
      h("div.desk-foot", this.verdict()),
    );
    this.dressCells(poem);
  }

  head() {
    return h("h1", { lang: "zh" }, heading(this.desk.poem), " ",
      iconButton("edit", t("desk.head"), () => this.edit("head")));
  }

  /** Fields for title and author. */
  headEdit() {
    const { poem } = this.desk;
    const field = (name) => h("input", { value: poem[name] ?? "", lang: "zh", maxlength: 30, placeholder: t(`desk.${name}`), "aria-label": t(`desk.${name}`), class: name === "title" ? "line-edit" : null });
    const fields = { title: field("title"), author: field("author") };
    const done = () => {
      this.editing = null;
      this.desk.head({ title: fields.title.value.trim(), author: fields.author.value.trim() });
    };
    return h("form.head-edit", { on: { submit: (event) => { event.preventDefault(); done(); } } },
      fields.title, fields.author, h("button.plain", { type: "submit" }, t("desk.head.done")));
  }

  verdict() {
    const { report } = this.desk.work;
    if (!report) return h("p.verdict.faint", "…");
    return [
      verdictElement(report),
      h("span.faint", [report.form, report.variant, report.book_name].filter(Boolean).map(scripted).join(" · ")),
      findingsOf(report),
      h("p.faint.legend", t("check.legend")),
    ];
  }

  lineElement(line, at) {
    const { desk } = this;
    const n = at + 1;
    const isOpen = !line.text;
    const isLocked = !isOpen && desk.isLineLocked(at);
    const content = this.editing === at ? this.lineEdit(line, at) : h("div.desk-chars", [...desk.shown(at)].map((char, place) => this.cell(char, at, place)));
    return h(`div.desk-line${desk.state.chosen?.line === at ? ".is-chosen" : ""}${line.ends ? ".ends-stanza" : ""}`,
      content,
      h("span.desk-mark", { lang: "zh" }, line.mark),
      h("div.line-tools",
        iconButton(isLocked ? "lock" : "open", t(isLocked ? "desk.line.unlock" : "desk.line.lock", { n }), () => desk.lock(at), { "aria-pressed": isLocked, disabled: isOpen }),
        store.state.features.verse && iconButton("again", t("desk.line.again", { n }), () => desk.work.again(at, null), { disabled: isOpen }),
        iconButton("edit", t("desk.line.edit", { n }), () => this.edit(at))));
  }

  cell(char, line, place) {
    const { desk } = this;
    const { report } = desk.work;
    const { chosen } = desk.state;
    const isChosen = chosen?.line === line && chosen?.place === place;
    const isLocked = desk.isLocked(line, place);
    const at = `${line}.${place}`;
    const cell = cellElement("button", report, line, place, char, {
      type: "button",
      lang: languageTag(),
      data: { at },
      tabindex: isChosen || (!chosen && at === "0.0") ? 0 : -1,
      "aria-pressed": isChosen,
      "aria-label": [char, markWords(report, line, place), isLocked && t("desk.lock")].filter(Boolean).join("，"),
      on: { click: () => this.choose(line, place) },
    });
    cell.classList.toggle("is-open", !desk.poem.lines[line].text);
    cell.classList.toggle("is-locked", isLocked);
    if (store.state.settings.pinyin) cell.prepend(h("span.cell-pinyin"));
    return cell;
  }

  cellAt(at) {
    return this.sheet.querySelector(`[data-at="${at}"]`);
  }

  choose(line, place) {
    this.editing = null;
    this.desk.choose(line, place);
    this.cellAt(`${line}.${place}`)?.focus();
  }

  /** Scroll the focused element above the panel of alternatives on a phone. */
  reveal(element) {
    if (getComputedStyle(this.side).position !== "fixed") return;
    if (element.getBoundingClientRect().bottom > this.side.getBoundingClientRect().top) element.scrollIntoView({ block: "center" });
  }

  /** Show another script and pinyin, once they have been fetched. */
  async dressCells(poem) {
    const all = await dressed(poem.lines.map((line) => line.text));
    if (!this.desk.state || poem !== this.desk.poem) return;
    all.forEach(({ text, pinyin }, line) => {
      [...text].forEach((char, place) => {
        const cell = this.cellAt(`${line}.${place}`);
        if (!cell) return;
        cell.querySelector(".cell-char").textContent = char;
        const sound = cell.querySelector(".cell-pinyin");
        if (sound) sound.textContent = pinyin?.[place] ?? "";
      });
    });
  }

  /** Edit a line, given by number, or "head". */
  edit(what) {
    this.editing = what;
    this.draw();
    this.sheet.querySelector(".line-edit")?.focus();
  }

  lineEdit(line, at) {
    let isDone = false;
    const finish = (text) => {
      if (isDone) return;
      isDone = true;
      this.editing = null;
      const wanted = this.desk.put(at, text);
      if (wanted !== null) tell(t("desk.wrongLength", { n: wanted }));
      this.draw();
      this.cellAt(`${at}.0`)?.focus();
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

  /** The keys of this view. */
  keys() {
    const { desk } = this;
    const here = (act) => (...given) => desk.state && act(...given);
    const at = (act) => here(() => desk.state.chosen && act(desk.state.chosen));
    const move = (down, right) => here(() => {
      desk.move(down, right);
      const { line, place } = desk.state.chosen;
      this.cellAt(`${line}.${place}`)?.focus();
    });
    return {
      L: at(({ line, place }) => desk.lock(line, place)),
      "Shift+L": at(({ line }) => desk.lock(line)),
      R: at(({ line }) => desk.work.again(line, null)),
      "Shift+R": here(() => desk.work.againAll()),
      E: at(({ line }) => this.edit(line)),
      Z: here(() => desk.canUndo && desk.undo()),
      "Shift+Z": here(() => desk.canRedo && desk.redo()),
      Escape: here(() => {
        desk.work.stop();
        if (desk.state.chosen) desk.choose(null);
      }),
      ArrowLeft: move(0, -1),
      ArrowRight: move(0, 1),
      ArrowUp: move(-1, 0),
      ArrowDown: move(1, 0),
      digit: here((number) => desk.work.pick(number)),
    };
  }
}
