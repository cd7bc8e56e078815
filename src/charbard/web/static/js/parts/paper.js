/** A poem as it is displayed, in the script and with the pinyin that the reader has set. */

import { call } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { rowsOf } from "../core/poem.js";
import { store } from "../core/store.js";
import { scripted } from "../core/strings.js";

const shown = new Map();

/** Texts with what the settings require: traditional characters, pinyin. */
export async function dressed(texts, { pinyin = store.state.settings.pinyin } = {}) {
  const { script } = store.state.settings;
  if (script === "simplified" && !pinyin) return texts.map((text) => ({ text }));
  // A reading depends on the whole poem, so its lines are requested and cached together.
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

/** `zh-Hans` or `zh-Hant`, for the font and the voice. */
export function languageTag() {
  return store.state.settings.script === "traditional" ? "zh-Hant" : "zh-Hans";
}

/** The characters of a line, with pinyin above them if available; given places are marked. */
export function lineNodes({ text, pinyin }, given = []) {
  if (!pinyin && !given.length) return [text];
  return [...text].map((char, place) => {
    const shown = given.includes(place) ? h("em.given", char) : char;
    return pinyin ? h("ruby", shown, h("rp", "("), h("rt", pinyin[place] ?? ""), h("rp", ")")) : shown;
  });
}

/** The given places in a line, from 0. */
export function givenAt({ given = [] }, line) {
  return given.filter(([at]) => at === line).map(([, place]) => place);
}

/** The element of a poem. */
export function poemElement(poem) {
  if (poem.prose !== undefined) {
    return h("p.prose-text", { lang: poem.language ?? null }, poem.prose);
  }
  const { lines } = poem;
  const [element, spans] = paper(lines, (line) => h("span.poem-line", line.text + line.mark));
  dressed(lines.map((line) => line.text))
    .then((all) => all.forEach((one, at) => fill(spans[at], lineNodes(one, givenAt(poem, at)), lines[at].mark)))
    .catch(unshown);
  return element;
}

/** Lines in their rows, and the elements that `put` makes from them. */
export function paper(lines, put) {
  const spans = lines.map(put);
  const rows = rowsOf(lines).map((row) => h(`p.poem-row${row.at(-1).ends ? ".ends-stanza" : ""}`, row.map((line) => spans[lines.indexOf(line)])));
  return [h("div.poem", { lang: languageTag() }, rows), spans];
}

/** The title line in the script that is set: title, author and form. */
export function heading(poem) {
  const element = h("span");
  const form = scripted(poem.formName ?? poem.form ?? "");
  const put = (title = "", author = "") => fill(element, [title, author, form].filter(Boolean).join(" · "));
  put(poem.title, poem.author);
  if (poem.title || poem.author) dressed([poem.title ?? "", poem.author ?? ""]).then(([title, author]) => put(title.text, author.text)).catch(unshown);
  return element;
}

/** Set an element's text to a short text in the script that is set. */
export function dressText(element, text) {
  element.textContent = text;
  dressed([text]).then(([one]) => { element.textContent = one.text; }).catch(unshown);
  return element;
}

function unshown(error) {
  console.warn("script or pinyin is missing", error);
}
