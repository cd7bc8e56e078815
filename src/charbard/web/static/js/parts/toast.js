/** Messages: a toast or a notice on the page, and a live region for screen readers. */

import { ApiError } from "../core/api.js";
import { button, fill, h } from "../core/dom.js";
import { learnSaid, worded } from "../core/said.js";
import { t } from "../core/strings.js";

const SHORTEST_MS = 4000;
const LONGEST_MS = 10_000;
const PER_CHAR_MS = 60;

let timer = 0;

/** Show a message for a few seconds; a press closes it. */
export function tell(message, hint = "") {
  const slip = document.getElementById("toast");
  const hide = () => slip.classList.remove("is-shown");
  slip.textContent = hint ? `${message} — ${hint}` : message;
  slip.onclick = hide;
  slip.classList.add("is-shown");
  clearTimeout(timer);
  timer = setTimeout(hide, Math.min(LONGEST_MS, SHORTEST_MS + PER_CHAR_MS * slip.textContent.length));
}

/** Announce a text to screen readers only. */
export function say(message) {
  document.getElementById("live").textContent = message;
}

/** A handler for an action that cannot be undone: it acts on a second press soon after the first. */
export function twice(act) {
  let armed = 0;
  return () => {
    if (Date.now() - armed < SHORTEST_MS) return act();
    armed = Date.now();
    return tell(t("shelf.sure"));
  };
}

/** The message and hint of an error, in the language of the page. */
async function wordsOf(error) {
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 0) return [t("error.offline"), t("error.offline.hint")];
  await learnSaid().catch((trouble) => console.warn(trouble));
  return worded(error);
}

/** An error as a notice on the page, with a button for each of `remedies`, `{words, act}`. */
export function notice(error, remedies = []) {
  const text = h("div");
  wordsOf(error).then(([message, hint]) => fill(text, h("strong", message), hint && h("p", hint)));
  return h("div.notice", { role: "alert" }, text,
    remedies.length > 0 && h("div.scopes", remedies.map(({ words, act }) => button("plain", words, act))));
}

/** Show an error, except for a request that was stopped on purpose. */
export async function tellError(error) {
  if (error.name === "AbortError") return;
  tell(...await wordsOf(error));
}
