/** The words of the interface, in the language that is set; each language is a file of its own. */

let words = {};

/** Take up a language, `zh` or `en`; from then on `t` speaks it. */
export async function speak(language) {
  const response = await fetch(`words/${language}.json`, { credentials: "omit" });
  words = await response.json();
}

/** What stands under `part.name`; the name may have dots of its own. */
function wordOf(key) {
  const [part, ...name] = key.split(".");
  return words[part]?.[name.join(".")];
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
