/** A poem as the page keeps it, and how it is put on paper. Knows nothing of tones. */

import { call } from "./api.js";
import { fill, h } from "./dom.js";
import { store } from "./store.js";

/** A name for a poem that no other has. */
export function freshId() {
  return crypto.getRandomValues(new Uint32Array(2)).join("-");
}

/** A poem that begins here and now. */
export function fresh(poem) {
  return { id: freshId(), written: new Date().toISOString(), ...poem };
}

/** The text with its marks: a verse in lines of the display, a prose text as it is. */
export function textOf(poem) {
  if (poem.prose !== undefined) return poem.prose;
  return rowsOf(poem.lines).map((row) => row.map((line) => line.text + line.mark).join("") + (row.at(-1).ends ? "\n" : "")).join("\n");
}

/** Lines of the API, each beside its mark; `ends`: another stanza begins after it. */
export function linesOf({ lines, marks, stanza_ends = [] }) {
  return lines.map((text, at) => ({ text, mark: marks[at] ?? "", ends: at + 1 < lines.length && stanza_ends.includes(at + 1) }));
}

/** Lines in rows of the display: a row ends after a full stop, and with a stanza. */
export function rowsOf(lines) {
  const rows = [];
  let row = [];
  for (const line of lines) {
    row.push(line);
    if (line.mark === "。" || line.ends) {
      rows.push(row);
      row = [];
    }
  }
  if (row.length) rows.push(row);
  return rows;
}

const shown = new Map();

/** What the reader's settings ask for beside the text: another script, pinyin. */
export async function dressed(texts) {
  const { script, pinyin } = store.state.settings;
  if (script === "simplified" && !pinyin) return texts.map((text) => ({ text }));
  // A reading depends on the poem: lines are kept and asked for together.
  const key = texts.join("\n");
  if (key.trim() && !shown.has(key)) {
    shown.set(key, (await call("show", { texts })).texts);
    for (const old of shown.keys()) if (shown.size > 1000) shown.delete(old);
  }
  return texts.map((text, at) => {
    const item = shown.get(key)?.[at];
    return item ? { text: script === "traditional" ? item.traditional : text, pinyin: pinyin && item.pinyin } : { text };
  });
}

/** `zh-Hans` or `zh-Hant`, for the type and the voice. */
export function languageTag() {
  return store.state.settings.script === "traditional" ? "zh-Hant" : "zh-Hans";
}

/** Characters of one line, with pinyin above them if there is any. */
export function lineNodes({ text, pinyin }) {
  if (!pinyin) return [text];
  return [...text].map((char, place) =>
    h("ruby", char, h("rp", "("), h("rt", pinyin[place] ?? ""), h("rp", ")")),
  );
}

/** A poem on paper. */
export function poemElement(poem) {
  if (poem.prose !== undefined) {
    return h("p.prose-text", { lang: poem.language ?? null }, poem.prose);
  }
  const { lines } = poem;
  const [element, spans] = paper(lines, (line) => h("span.poem-line", line.text + line.mark));
  dressed(lines.map((line) => line.text))
    .then((all) => all.forEach((one, at) => fill(spans[at], lineNodes(one), lines[at].mark)))
    .catch((error) => console.warn("script or pinyin is missing", error));
  return element;
}

/** Lines in their rows on paper, and the elements that `put` makes of them. */
export function paper(lines, put) {
  const spans = lines.map(put);
  const left = [...spans];
  const rows = rowsOf(lines).map((row) => h(`p.poem-row${row.at(-1).ends ? ".ends-stanza" : ""}`, left.splice(0, row.length)));
  return [h("div.poem", { lang: languageTag() }, rows), spans];
}

/** The title line, if there is one: form and title. */
export function headingOf(poem) {
  return [poem.title, poem.formName ?? poem.form].filter(Boolean).join(" · ");
}
