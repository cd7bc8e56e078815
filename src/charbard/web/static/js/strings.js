/** The words of the interface: one table, each word in Chinese and in English. */

import { store } from "./store.js";

let words = {};

/** Fetch the table; `t` speaks from then on. */
export async function learnWords() {
  words = await (await fetch("words.json", { credentials: "omit" })).json();
}

/** What stands under `part.name`, in the language that is set; the name may have dots of its own. */
function wordOf(key) {
  const [part, ...name] = key.split(".");
  return words[part]?.[name.join(".")]?.[store.state.settings.language === "zh" ? 0 : 1];
}

/** A word of the interface; `{name}` in it is filled in. */
export function t(key, values = {}) {
  const text = wordOf(key);
  if (text === undefined) throw new Error(`no word named ${key}`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Whether there is a word of this name. */
export function hasWord(key) {
  return wordOf(key) !== undefined;
}

/** A probability as the reader sees it. */
export function percent(share) {
  return share < 0.001 ? "<0.1%" : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;
}
