/** Beside the desk: what else fits, other lines, what to write again, and the tree of changes. */

import { fill, h, icon } from "../dom.js";
import { t } from "../strings.js";

/** Draw the panels for what is chosen. */
export function sidePanels(desk, side) {
  const { work } = desk;
  fill(side, work.lines ? linesPanel(desk) : null, work.isWhole ? charPanel(desk) : openPanel(desk), stepsPanel(desk));
}

function linesPanel(desk) {
  const { at, options } = desk.work.lines;
  return h("section.panel", {}, h("h2", {}, desk.work.isWhole ? t("desk.line.others", { n: at + 1 }) : t("desk.next")),
    options.map((text, number) => h("button.line-choice", { type: "button", lang: "zh", on: { click: () => desk.work.take(at, text) } }, text, h("small", { "aria-hidden": "true" }, String(number + 1)))));
}

function openPanel(desk) {
  return h("section.panel", {}, h("div.scopes", {},
    h("button.plain", { type: "button", on: { click: () => desk.work.next(desk.poem, true) } }, icon("again"), t("write.again")),
    h("button.plain", { type: "button", on: { click: () => desk.work.finish() } }, t("desk.finish"))));
}

function charPanel(desk) {
  const { chosen } = desk.desk;
  const { work } = desk;
  const again = (label, act) => h("button.plain", { type: "button", on: { click: act } }, label);
  if (!chosen) {
    return h("section.panel", {}, h("p.faint", {}, t("desk.choose")), h("div.scopes", {}, again(t("desk.all.again"), () => work.againAll())));
  }
  const { line, place } = chosen;
  const isLocked = desk.isLocked(line, place);
  return h("section.panel", {}, h("h2", {}, t("desk.alternatives")),
    choices(desk, line, place),
    h("div.scopes", {},
      h("button.plain", { type: "button", "aria-pressed": String(isLocked), on: { click: () => desk.lock(line, place) } }, icon(isLocked ? "lock" : "open"), t(isLocked ? "desk.unlock" : "desk.lock")),
      again(t("desk.char.again"), () => work.again(line, place)),
      again(t("desk.near.again"), () => work.again(line, place, "neighbours")),
      again(t("desk.all.again"), () => work.againAll())));
}

function choices(desk, line, place) {
  const { alternatives } = desk.work;
  if (!alternatives) return h("p.faint", {}, "…");
  if (!alternatives.length) return h("p.faint", {}, t("desk.alternatives.none"));
  return h("div.choices", { lang: "zh" }, alternatives.map((one) =>
    h("button.choice", { type: "button", title: `${one.nats_here.toFixed(1)} / ${one.nats_after.toFixed(1)}`, on: { click: () => desk.swap(line, place, one.char) } },
      h("b", {}, one.char), h("small", {}, share(one.probability)))));
}

function share(probability) {
  return probability >= 0.001 ? `${(probability * 100).toFixed(probability >= 0.1 ? 0 : 1)}%` : "<0.1%";
}

function stepsPanel(desk) {
  const { steps, at } = desk.desk.tree;
  if (steps.length < 2) return null;
  return h("section.panel", {}, h("h2", {}, t("desk.history")), h("div.steps", {}, steps.map((step, number) =>
    h("button.step", { type: "button", data: { depth: step.depth }, "aria-current": number === at ? "step" : null, on: { click: () => desk.jump(number) } }, step.label))));
}
