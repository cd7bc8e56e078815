/** One writing at a time: start, stop, and start again while the last one still runs. */

import { call, stream } from "./api.js";
import { freshId } from "./poem.js";
import { formOf } from "./wish.js";

let running = null;

/** Whether something is being written. */
export function isWriting() {
  return running !== null;
}

/** Stop what is being written, if anything is. */
export function stopWriting() {
  running?.abort();
  running = null;
}

/** A fresh signal; whatever ran before is stopped. */
export function beginWriting() {
  stopWriting();
  running = new AbortController();
  return running.signal;
}

/** Say that the writing with this signal is over, unless another one has begun. */
export function endWriting(signal) {
  if (running?.signal === signal) running = null;
}

/**
 * Write verse.
 * @param {string} path  `verse` or `couplet`.
 * @param {object} order
 * @param {AbortSignal} signal
 * @yields {{line: object}|{poem: object}|{end: object}}
 */
export async function* writeVerse(path, order, signal) {
  const drafts = [];
  for await (const fact of stream(path, order, { signal })) {
    if (fact.poem) {
      yield { candidate: fact.candidate, poem: fact.poem };
      drafts[fact.candidate] = fact.poem;
    } else if (fact.done) {
      yield { end: fact };
    } else {
      yield { candidate: fact.candidate, at: fact.line, line: { text: fact.text, mark: fact.mark } };
    }
  }
}

/** A poem of the API as the page keeps it, with how it came about. */
export function kept(poem, end, order, asked) {
  return {
    id: freshId(),
    form: poem.form,
    formName: formOf(asked)?.title ?? poem.form,
    title: asked.theme.trim(),
    lines: poem.lines,
    score: poem.score,
    notes: poem.notes,
    book: poem.book,
    made: { model: end.model, digest: end.digest, seed: end.seed, candidate: poem.candidate, order },
    written: new Date().toISOString(),
  };
}

/** Write prose; facts as they come. */
export function writeProse(order, signal) {
  return stream("prose", order, { signal });
}

/** Ask the API for one answer, stopped together with what is being written. */
export function ask(path, body, signal) {
  return call(path, body, { signal });
}
