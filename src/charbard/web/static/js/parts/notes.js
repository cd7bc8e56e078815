/** Notes for the user on a text, in the language of the page. */

import { learnSaid, worded } from "../core/said.js";
import { h } from "../core/dom.js";

/** The notes of a poem, one in each line. */
export function notesOf({ notes = [] }) {
  const lines = notes.map(() => h("p.faint.note"));
  const put = () => notes.forEach((note, at) => { lines[at].textContent = worded(note)[0]; });
  if (notes.length) learnSaid().then(put, put);
  return lines;
}
