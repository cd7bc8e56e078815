/** Translate English themes to Chinese with a small glossary of images and occasions. */

let glossary = null;

/** Fetch the glossary on the first call. */
export async function learnGlossary() {
  glossary ??= new Map(Object.entries(await (await fetch("glossary.json", { credentials: "omit" })).json()));
}

/** Whether a theme is in Latin letters, which Chinese models cannot read. */
export function isForeign(text) {
  return /\p{Script=Latin}/u.test(text) && !/\p{Script=Han}/u.test(text);
}

/** Words that mean nothing as a theme. */
const EMPTY = new Set("a an the of in on at to for with by and or is are am was be my your his her our their i we you it this that from about into over under between after before during some very so while when".split(" "));
const MOST = 6;
/** Maximum length of a theme: titles of poems are short, at most two images of two characters. */
const LONGEST = 4;

/** Glossary entries in an English text, as `[english, chinese]` pairs: longest first, no word twice. */
function matches(text) {
  const words = text.toLowerCase().replace(/['’]s\b/g, "").split(/[^a-z]+/).filter(Boolean);
  const taken = words.map(() => false);
  const found = [];
  for (let length = words.length; length > 0; length -= 1) {
    for (let at = 0; at + length <= words.length; at += 1) {
      const phrase = words.slice(at, at + length);
      if (taken.slice(at, at + length).includes(true)) continue;
      const isWhole = !EMPTY.has(phrase[0]) && !EMPTY.has(phrase.at(-1));
      const name = [phrase.join(" "), isWhole && plain(phrase)].find((one) => glossary.has(one));
      if (!name) continue;
      found.push([name, glossary.get(name)]);
      taken.fill(true, at, at + length);
    }
  }
  return found;
}

/** Chinese for an English theme, with entries that begin with its last word: `[english, chinese]` pairs. */
export function glossesOf(text) {
  if (!glossary) return [];
  const found = new Map(matches(text));
  const last = text.toLowerCase().split(/[^a-z]+/).at(-1);
  if (last.length > 2 && !glossary.has(last)) {
    for (const [name, chinese] of glossary) if (name.startsWith(last)) found.set(name, chinese);
  }
  return [...found].slice(0, MOST);
}

/** A Chinese theme for an English text: the first match, with a second if there is room; "" without a match. */
export function themeOf(text) {
  if (!glossary) return "";
  const [first = "", second = ""] = matches(text).map(([, chinese]) => chinese);
  const isNew = second && !first.includes(second) && !second.includes(first);
  return isNew && first.length + second.length <= LONGEST ? first + second : first;
}

/** A phrase without empty words, each other word in its base form: leaves → leaf, falling → fall. */
function plain(phrase) {
  return phrase.filter((word) => !EMPTY.has(word)).map(stem).join(" ");
}

function stem(word) {
  if (glossary.has(word)) return word;
  const tries = [word.replace(/ies$/, "y"), word.replace(/ves$/, "f"), word.replace(/es$/, ""), word.replace(/s$/, ""), word.replace(/ing$/, ""), word.replace(/ing$/, "e"), word.replace(/(.)\1ing$/, "$1"), word.replace(/ed$/, "")];
  return tries.find((one) => glossary.has(one)) ?? word;
}
