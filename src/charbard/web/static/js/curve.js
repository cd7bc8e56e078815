/** The loss of a training as it falls: a line for what is learned, dots for what is held back. */

import { h, s } from "./dom.js";
import { t } from "./strings.js";

/**
 * Draw both losses.
 * @param {[number, number][]} train  Share of the time, and nats per character.
 * @param {[number, number][]} valid  The same for the text held back.
 * @param {number} minutes  Length of the training.
 */
export function curve(train, valid, minutes) {
  const values = [...train, ...valid].map(([, loss]) => loss);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const place = ([x, loss]) => `${(100 * x).toFixed(2)} ${(38 - (36 * (loss - low)) / (high - low || 1)).toFixed(2)}`;
  const line = (points, name) => s("path", { d: points.length ? `M${points.map(place).join("L")}` : "", class: name });
  const now = (points) => points.at(-1)?.[1].toFixed(2) ?? "—";
  const legend = [["train", now(train)], ["valid", now(valid)]].map(([name, loss]) => h(`span.key.is-${name}`, {}, `${t(`workshop.${name}`)} ${loss}`));
  const ends = (...both) => h("div.ends", { "aria-hidden": "true" }, both.map((one) => h("span", {}, one)));
  const dots = s("path", { d: valid.map((point) => `M${place(point)}h0`).join(""), class: "is-valid is-dots" });
  return h("figure.curve", {},
    h("figcaption", {}, legend, h("span.faint", {}, t("workshop.loss"))),
    values.length ? ends(high.toFixed(1), low.toFixed(1)) : ends("", ""),
    s("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none", "aria-hidden": "true" }, line(train, "is-train"), line(valid, "is-valid"), dots),
    ends("0", `${minutes}′`));
}
