/** Beside the desk: what else fits, other lines, what to write again, and the tree of changes. */

import { button, fill, h, icon, percent, t, unsaid } from "../kit.js";

/** Draw the panels for what is chosen. */
export function sidePanels(desk, side) {
  const { work } = desk;
  fill(side, work.lines && linesPanel(desk), work.isWhole ? charPanel(desk) : openPanel(desk), stepsPanel(desk));
}

function linesPanel(desk) {
  const { at, options } = desk.work.lines;
  return h("section.panel", h("h2", desk.work.isWhole ? t("desk.line.others", { n: at + 1 }) : t("desk.next")),
    options.map((text, number) => button("line-choice", [text, unsaid("small", number + 1)], () => desk.work.take(at, text), { lang: "zh" })));
}

function openPanel(desk) {
  return h("section.panel", h("div.scopes",
    button("plain", [icon("again"), t("write.again")], () => desk.work.next(desk.poem, true)),
    button("plain", t("desk.finish"), () => desk.work.finish())));
}

function charPanel(desk) {
  const { chosen } = desk.desk;
  const { work } = desk;
  if (!chosen) {
    return h("section.panel", h("p.faint", t("desk.choose")), h("div.scopes", button("plain", t("desk.all.again"), () => work.againAll())));
  }
  const { line, place } = chosen;
  const isLocked = desk.isLocked(line, place);
  return h("section.panel", h("h2", t("desk.alternatives")),
    choices(desk, line, place),
    h("div.scopes",
      button("plain", [icon(isLocked ? "lock" : "open"), t(isLocked ? "desk.unlock" : "desk.lock")], () => desk.lock(line, place), { "aria-pressed": isLocked }),
      button("plain", t("desk.char.again"), () => work.again(line, place)),
      button("plain", t("desk.near.again"), () => work.again(line, place, "neighbours")),
      button("plain", t("desk.all.again"), () => work.againAll())));
}

function choices(desk, line, place) {
  const { alternatives } = desk.work;
  if (!alternatives) return h("p.faint", "…");
  if (!alternatives.length) return h("p.faint", t("desk.alternatives.none"));
  return h("div.choices", { lang: "zh" }, alternatives.map((one) =>
    button("choice", [h("b", one.char), h("small", percent(one.probability))], () => desk.swap(line, place, one.char), { title: `${one.nats_here.toFixed(1)} / ${one.nats_after.toFixed(1)}` })));
}

function stepsPanel(desk) {
  const { steps, at } = desk.desk.tree;
  if (steps.length < 2) return;
  return h("section.panel", h("h2", t("desk.history")), h("div.steps", steps.map((step, number) =>
    button("step", step.label, () => desk.jump(number), { data: { depth: step.depth }, "aria-current": number === at ? "step" : null }))));
}
