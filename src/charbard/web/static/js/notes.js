/** What the user should know of a text, in the language of the page. */

import { h, t } from "./kit.js";

/** How the API words a note, with the name of the page's own words for it. */
const KINDS = [
  [/^the model was trained without \w+: the (?<word>\w+) ['"](?<value>.*)['"] does not reach it; it can be told: (?<told>.*)$/s, "untold"],
  [/^the (?<word>\w+) ['"](?<value>.*)['"] does not reach the model, .* such as (?<told>.*)$/s, "unread"],
  [/^the (?<word>\w+) ['"](?<value>.*)['"] means little to the model, .*; it knows (?<told>.*)$/s, "unheard"],
  [/^(?<char>.+) skipped: the model has never seen it$/s, "skipped"],
  [/^(?<char>.+?) (?:is )?read as (?<near>.+)$/s, "readAs"],
  [/^(?<char>.+) is written as given; the model, .* reads (?<near>.+) there$/s, "reads"],
  [/^(?<char>.+) is written as given; .*$/s, "given"],
  [/^(?<line>.+) stands in the corpus: .*$/s, "known"],
  [/^guidance has no effect: .*$/s, "unguided"],
];

/** A note in words of the page; one that has none is shown as it came. */
function wordsOf(note) {
  for (const [pattern, name] of KINDS) {
    const found = pattern.exec(note);
    if (found) return t(`note.${name}`, named(found.groups ?? {}));
  }
  return note;
}

/** Names of settings, too, in the language of the page. */
function named(groups) {
  const told = groups.told?.split(", ").map(settingOf).join(t("note.comma"));
  return { ...groups, ...(groups.word && { word: settingOf(groups.word) }), ...(told && { told }) };
}

function settingOf(word) {
  return ["theme", "dynasty", "poet", "form", "nothing"].includes(word) ? t(`note.${word}`) : word;
}

/** The notes of a poem, each in a line of its own. */
export function notesOf(poem) {
  return (poem.notes ?? []).map((note) => h("p.faint.note", wordsOf(note)));
}
