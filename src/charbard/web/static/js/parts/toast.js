/** Messages: to the eye as a slip of paper or a notice, to the ear through a live region. */

import { ApiError } from "../core/api.js";
import { button, fill, h } from "../core/dom.js";
import { learnSaid, worded } from "../core/said.js";
import { t } from "../core/strings.js";

const SHORTEST_MS = 4000;
const LONGEST_MS = 10_000;
const PER_CHAR_MS = 60;

let timer = 0;

/** Show a message for a few seconds; a press puts it away. */
export function tell(message, hint = "") {
  const slip = document.getElementById("toast");
  const hide = () => slip.classList.remove("is-shown");
  slip.textContent = hint ? `${message} — ${hint}` : message;
  slip.onclick = hide;
  slip.classList.add("is-shown");
  clearTimeout(timer);
  timer = setTimeout(hide, Math.min(LONGEST_MS, SHORTEST_MS + PER_CHAR_MS * slip.textContent.length));
}

/** Say something to screen readers only. */
export function say(message) {
  document.getElementById("live").textContent = message;
}

/** What to do on a press that cannot be taken back: only a second one, soon after the first, does it. */
export function twice(act) {
  let armed = 0;
  return () => {
    if (Date.now() - armed < SHORTEST_MS) return act();
    armed = Date.now();
    return tell(t("shelf.sure"));
  };
}

/** Message and hint of an error, in the language of the page. */
async function wordsOf(error) {
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 0) return [t("error.offline"), t("error.offline.hint")];
  await learnSaid().catch((trouble) => console.warn(trouble));
  return worded(error);
}

/** An error as a notice on the page, with buttons: `remedies` of `{words, act}`. */
export function notice(error, remedies = []) {
  const text = h("div");
  wordsOf(error).then(([message, hint]) => fill(text, h("strong", message), hint && h("p", hint)));
  return h("div.notice", { role: "alert" }, text,
    remedies.length > 0 && h("div.scopes", remedies.map(({ words, act }) => button("plain", words, act))));
}

/** Tell what went wrong; a request that was stopped on purpose is no error. */
export async function tellError(error) {
  if (error.name === "AbortError") return;
  tell(...await wordsOf(error));
}
