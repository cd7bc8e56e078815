/** The words of the interface: one table, each word in Chinese and in English; and both scripts of the Chinese ones. */

import { call } from "./api.js";
import { store } from "./store.js";

/** How many texts the API converts at once. */
const AT_ONCE = 500;

let words = {};
const traditional = new Map();

/** Fetch the table; `t` speaks from then on. */
export async function learnWords() {
  words = await (await fetch("words.json", { credentials: "omit" })).json();
}

/** Learn the names and words of the interface in traditional characters, if that is the script that is set. */
export async function learnScript() {
  const { forms, tunes, books } = store.state;
  const names = [...forms, ...tunes].flatMap((form) => [form.name, ...form.aliases, ...form.variants]);
  const said = Object.values(words).flatMap((part) => Object.values(part).map(([zh]) => zh));
  await learnTraditional([...names, ...books.map((book) => book.title), ...said]);
}

/** Learn some texts in traditional characters, if that is the script that is set. */
export async function learnTraditional(texts) {
  if (store.state.settings.script !== "traditional") return;
  const wanted = [...new Set(texts)].filter((text) => text && !traditional.has(text));
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const { texts: found } = await call("show", { texts: wanted.slice(at, at + AT_ONCE), plain: true });
    for (const one of found) traditional.set(one.text, one.traditional);
  }
}

/** A name or word of the interface in the script that is set, as far as it is known in it. */
export function scripted(text) {
  return store.state.settings.script === "traditional" ? traditional.get(text) ?? text : text;
}

/** Whether the interface speaks Chinese. */
export function isChinese() {
  return store.state.settings.language === "zh";
}

/** What stands under `part.name`, in the language that is set; the name may have dots of its own. */
function wordOf(key) {
  const [part, ...name] = key.split(".");
  const pair = words[part]?.[name.join(".")];
  return isChinese() ? pair && scripted(pair[0]) : pair?.[1];
}

/** Fill in the `{name}`s of a text. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A word of the interface; `{name}` in it is filled in. */
export function t(key, values = {}) {
  const text = wordOf(key);
  if (text === undefined) throw new Error(`no word named ${key}`);
  return filled(text, values);
}

/** Whether there is a word of this name. */
export function hasWord(key) {
  return wordOf(key) !== undefined;
}

/** A probability as the reader sees it. */
export function percent(share) {
  return share < 0.001 ? "<0.1%" : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;
}
