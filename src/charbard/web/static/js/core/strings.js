/** The texts of the interface: one table in Chinese and English, and the Chinese in both scripts. */

import { call } from "./api.js";
import { store } from "./store.js";

/** Number of texts that the API converts at once. */
const AT_ONCE = 500;

let words = {};
const traditional = new Map();

/** Fetch the table, which `t` needs. */
export async function learnWords() {
  words = await (await fetch("words.json", { credentials: "omit" })).json();
}

/** Fetch traditional characters for the interface, if that script is set. */
export async function learnScript() {
  const { forms, tunes, books } = store.state;
  const names = [...forms, ...tunes].flatMap((form) => [form.name, ...form.aliases, ...form.variants]);
  const said = Object.values(words).flatMap((part) => Object.values(part).map(([zh]) => zh));
  await learnTraditional([...names, ...books.map((book) => book.title), ...said]);
}

/** Fetch traditional characters for some texts, if that script is set. */
export async function learnTraditional(texts) {
  if (store.state.settings.script !== "traditional") return;
  const wanted = [...new Set(texts)].filter((text) => text && !traditional.has(text));
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const { texts: found } = await call("show", { texts: wanted.slice(at, at + AT_ONCE), plain: true });
    for (const one of found) traditional.set(one.text, one.traditional);
  }
}

/** A name or text of the interface in the script that is set, where its conversion is known. */
export function scripted(text) {
  return store.state.settings.script === "traditional" ? traditional.get(text) ?? text : text;
}

/** Whether the interface is in Chinese. */
export function isChinese() {
  return store.state.settings.language === "zh";
}

/** The text of `part.name` in the language that is set; the name may contain more dots. */
function wordOf(key) {
  const [part, ...name] = key.split(".");
  const pair = words[part]?.[name.join(".")];
  return isChinese() ? pair && scripted(pair[0]) : pair?.[1];
}

/** Fill in the `{name}`s of a text. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A text of the interface, with each `{name}` filled in. */
export function t(key, values = {}) {
  const text = wordOf(key);
  if (text === undefined) throw new Error(`no word named ${key}`);
  return filled(text, values);
}

/** Whether the table contains this key. */
export function hasWord(key) {
  return wordOf(key) !== undefined;
}

/** A probability as a percentage. */
export function percent(share) {
  return share < 0.001 ? "<0.1%" : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;
}
