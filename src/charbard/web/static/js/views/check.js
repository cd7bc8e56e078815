/** Check: paste a poem, and see its form, tones and rhyme, broken rules and remedies. */

import { toDesk } from "../parts/actions.js";
import { button, call, fill, h, notice, poemOf, say, scripted, selectField, store, t, textField, textOf } from "../parts/kit.js";
import { findingsOf, stripElement, verdictElement, verdictWords } from "../parts/strip.js";

const SAMPLE = "白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。";

export function mount(root) {
  const { checking, forms, tunes, books } = store.state;
  const asked = { text: checking ? textOf(checking) : store.state.checkText ?? SAMPLE, form: "", book: "" };
  store.state.checking = null;
  const out = h("div.check-out", { "aria-live": "polite" });
  const go = () => check(out, asked);
  const names = [...forms.filter((form) => form.kind !== "姓名"), ...tunes].map((form) => form.name);
  root.append(h("div.check",
    h("div.slip",
      textField({ label: t("check.text"), value: asked.text, place: t("check.place"), area: true, rows: 7, lang: "zh", maxlength: 4000, onInput: (text) => { asked.text = text; store.state.checkText = text; }, onEnter: go }),
      h("div.field-row",
        selectField({ label: t("write.forms"), value: "", options: [["", t("check.auto")], ...names.map((name) => [name, scripted(name)])], onChange: (form) => { asked.form = form; go(); } }),
        selectField({ label: t("write.book"), value: "", options: [["", t("write.any")], ...books.map((book) => [book.name, scripted(book.title)])], onChange: (book) => { asked.book = book; go(); } })),
      button("go", t("check.go"), go),
      h("p.faint", t("check.legend"))),
    out));
  go();
}

async function check(out, { text, form, book }) {
  if (!text.trim()) return;
  const body = { text };
  if (form) body.form = form;
  if (book) body.book = book;
  try {
    show(out, await call("check", body));
  } catch (error) {
    fill(out, notice(error));
  }
}

function show(out, report) {
  const rhymes = [...new Set(report.lines.map((line) => line.rhyme_label).filter(Boolean))].join("、");
  fill(
    out,
    h("section.desk-sheet",
      h("div.desk-head",
        h("h1", { lang: "zh" }, [report.form, report.variant].filter(Boolean).map(scripted).join(" · ") || t("check.unknown")),
        verdictElement(report)),
      stripElement(report),
      h("div.desk-foot",
        h("span.faint", `${t("write.book")}：${scripted(report.book_name)}`),
        rhymes && h("span.faint", `${t("check.rhyme")}：${rhymes}`),
        report.form && h("span.faint", t("check.free", { free: report.free, fixed: report.fixed })),
        store.state.features.desk && report.form && report.kind !== "姓名" && button("plain", t("poem.desk"), () => toDesk(poemOf(report))))),
    (report.violations.length > 0 || report.notes.length > 0 || report.remarks.length > 0)
      && h("section.panel", h("h2", t("check.notes")),
        report.remarks.map((one) => h("p.faint", store.state.settings.language === "zh" ? one.says_zh : one.says)),
        findingsOf(report)),
  );
  say(verdictWords(report));
}
