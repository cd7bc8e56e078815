/** Short messages: to the eye as a slip of paper, to the ear through a live region. */

import { ApiError } from "../core/api.js";
import { h } from "../core/dom.js";
import { t } from "../core/strings.js";

let timer = 0;

/** Show a message for a few seconds. */
export function tell(message, hint = "") {
  const slip = document.getElementById("toast");
  slip.textContent = hint ? `${message} — ${hint}` : message;
  slip.classList.add("is-shown");
  clearTimeout(timer);
  timer = setTimeout(() => slip.classList.remove("is-shown"), 4000 + 60 * slip.textContent.length);
}

/** Say something to screen readers only. */
export function say(message) {
  document.getElementById("live").textContent = message;
}

/** What to do on a press that cannot be taken back: the first one only asks for a second. */
export function twice(act) {
  let sure = false;
  return () => {
    if (sure) act();
    else tell(t("shelf.sure"));
    sure = true;
  };
}

/** Message and hint of an error, in words of the page where it has some. */
function wordsOf(error) {
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 0) return [t("error.offline"), t("error.offline.hint")];
  if (error.status === 401) return [t("error.token"), ""];
  if (error.retryAfter) return [t("error.busy", { s: error.retryAfter }), error.message];
  return [error.message, error.hint];
}

/** An error as a notice on the page. */
export function notice(error) {
  const [message, hint] = wordsOf(error);
  return h("div.notice", { role: "alert" }, h("strong", message), hint ? h("p", hint) : null);
}

/** Tell what went wrong; a request that was stopped on purpose is no error. */
export function tellError(error) {
  if (error.name === "AbortError") return;
  tell(...wordsOf(error));
}
