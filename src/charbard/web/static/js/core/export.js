/** Export the shelf to a file and import it again: as text, Markdown, or lossless JSON. */

import { isPoem } from "./link.js";
import { freshId, headingOf, textOf } from "./poem.js";

const VERSION = 2;
/** Maximum length of a person's name. */
const LONGEST_NAME = 12;

/** Poems as plain text, a blank line between them. */
export function asText(poems) {
  return `${poems.map((poem) => [poem.lines ? headingOf(poem) : "", textOf(poem)].filter(Boolean).join("\n")).join("\n\n")}\n`;
}

/** Poems as Markdown, each under its heading; `madeOf(poem)` describes how a poem was written. */
export function asMarkdown(poems, madeOf) {
  return `${poems.map((poem) => {
    const title = (poem.lines ? headingOf(poem) : "") || poem.made?.model || "—";
    const made = madeOf(poem);
    return `## ${title}\n\n${textOf(poem).replaceAll("\n", "  \n")}${made ? `\n\n*${made}*` : ""}`;
  }).join("\n\n")}\n`;
}

/** The favourites, history and names as JSON. */
export function asJson({ shelf, names }) {
  return `${JSON.stringify({ charbard: VERSION, ...shelf, names: names.favourites }, null, 2)}\n`;
}

/** The valid entries of an export file; null if the file is not an export. */
export function fromJson(text) {
  let found;
  try {
    found = JSON.parse(text);
  } catch (error) {
    console.warn(error);
    return null;
  }
  if (!found?.charbard) return null;
  const poems = (list) => (Array.isArray(list) ? list.filter(isPoem) : []).map((poem) => ({ ...poem, id: typeof poem.id === "string" ? poem.id : freshId() }));
  const names = (Array.isArray(found.names) ? found.names : []).filter(isName);
  return { favourites: poems(found.favourites), history: poems(found.history), names };
}

function isName(one) {
  return typeof one?.name === "string" && one.name.length <= LONGEST_NAME && Array.isArray(one.pinyin) && typeof one.tones === "string";
}

/** Poems whose text, title or author contains every word of the query. */
export function found(poems, query) {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  return poems.filter((poem) => {
    const text = `${headingOf(poem)} ${textOf(poem)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
