/** Write one text at a time: start, stop, and start again while the last request still runs. */

import { call, stream } from "./api.js";
import { fresh, linesOf } from "./poem.js";
import { store } from "./store.js";

let running = null;

/** Whether something is being written. */
export function isWriting() {
  return running !== null;
}

/** Stop writing, if a text is being written. */
export function stopWriting() {
  running?.abort();
  running = null;
}

/** Stop any earlier request and return a fresh signal. */
export function beginWriting() {
  stopWriting();
  running = new AbortController();
  return running.signal;
}

/** Mark the request with this signal as finished, unless another one has begun. */
export function endWriting(signal) {
  if (running?.signal === signal) running = null;
}

/** Write verse; yields `{candidate, at, line}`, `{candidate, poem}` and `{end}`. */
export async function* writeVerse(order, signal) {
  for await (const fact of stream("verse", order, { signal })) {
    if (fact.poem) {
      yield { candidate: fact.candidate, poem: { ...fact.poem, lines: linesOf(fact.poem) } };
    } else if (fact.done) {
      yield { end: fact };
    } else {
      yield { candidate: fact.candidate, at: fact.line, line: { text: fact.text, mark: fact.mark } };
    }
  }
}

/** Write the other line of a couplet; yields the same steps, but all at the end. */
export async function* writeCouplets(order, signal) {
  const answer = await call("couplet", order, { signal });
  for (const poem of answer.poems) yield { candidate: poem.candidate, poem: { ...poem, lines: linesOf(poem) } };
  yield { end: answer };
}

/** Convert a poem of the API to a poem of the page, with a record of how it was written. */
export function kept(poem, end, order, asked) {
  const isCouplet = asked.form === "对联";
  return fresh({
    form: isCouplet ? coupletForm(poem) : order.form ?? poem.form,
    formName: isCouplet ? "对联" : asked.form === "仿作" ? "" : poem.form,
    title: isCouplet ? poem.heading ?? "" : poem.theme,
    lines: poem.lines,
    score: poem.score,
    notes: poem.notes,
    given: order.acrostic ? poem.given.map((where) => where.map((number) => number - 1)) : [],
    book: poem.book,
    made: madeOf(end, poem.candidate, poem.theme ? { ...order, theme: poem.theme } : order),
  });
}

/** How a text was written: model, seed, candidate and order. */
export function madeOf({ model, digest, seed }, candidate, order) {
  return { model, digest, seed, candidate, order };
}

/** The form for editing a couplet: the form it keeps, or else its line lengths. */
function coupletForm(poem) {
  const lengths = poem.lines.map((line) => [...line.text].length);
  const known = store.state.forms.find((form) => form.name === poem.form);
  return known?.name ?? lengths.join();
}
