/** The panels beside the desk: alternatives, other lines, what to rewrite, and the tree of changes. */

import { quotesPanel } from "../parts/quotes.js";
import { button, dressText, fill, h, icon, iconButton, t, unsaid } from "../parts/kit.js";

/** Number of strokes that show how likely an alternative is compared with the likeliest one. */
const STROKES = 4;

/** Render the panels for the chosen character. */
export function sidePanels(desk, side) {
  const { work } = desk;
  fill(side,
    desk.state.chosen && h("div.side-grip", iconButton("close", t("card.close"), () => desk.choose(null))),
    work.lines && linesPanel(desk),
    desk.isWhole ? charPanel(desk) : openPanel(desk),
    quoted(desk),
    stepsPanel(desk));
}

/** Lines by poets on the poem's title; the panel stays open while the desk changes. */
function quoted(desk) {
  const { title = "" } = desk.poem;
  if (desk.quotesOf !== title) {
    desk.quotesOf = title;
    desk.quotes = quotesPanel(title);
  }
  return desk.quotes && h("section.panel", desk.quotes);
}

function linesPanel(desk) {
  const { at, options } = desk.work.lines;
  const title = desk.isWhole ? t("desk.line.others", { n: at + 1 }) : t("desk.next.line", { n: at + 1 });
  return h("section.panel", h("h2", title),
    options.map((text, number) => button("line-choice", [dressText(h("span"), text), unsaid("small", number + 1)], () => desk.work.take(at, text), { lang: "zh" })));
}

function openPanel(desk) {
  return h("section.panel", h("div.scopes",
    button("plain", [icon("again"), t("write.again")], () => desk.work.next(true)),
    button("plain", t("desk.finish"), () => desk.work.finish())));
}

function charPanel(desk) {
  const { chosen } = desk.state;
  const { work } = desk;
  const all = button("plain", t("desk.all.again"), () => work.againAll());
  if (!chosen) return h("section.panel", h("p.faint", t("desk.choose")), h("div.scopes", all));
  const { line, place } = chosen;
  const isLocked = desk.isLocked(line, place);
  return h("section.panel", h("h2", t("desk.alternatives")),
    choices(desk, line, place),
    facing(desk, line),
    h("div.scopes",
      button("plain", [icon(isLocked ? "lock" : "open"), t(isLocked ? "desk.unlock" : "desk.lock")], () => desk.lock(line, place), { "aria-pressed": isLocked }),
      button("plain", t("desk.char.again"), () => work.again(line, place)),
      button("plain", t("desk.near.again"), () => work.again(line, place, "neighbours")),
      all));
}

function choices(desk, line, place) {
  const { alternatives } = desk.work;
  if (!alternatives) return h("p.faint", "…");
  if (!alternatives.length) return h("p.faint", t("desk.alternatives.none"));
  const best = Math.max(...alternatives.map((one) => one.probability));
  return h("div.choices", { lang: "zh" }, alternatives.map((one) =>
    button("choice", [dressText(h("b"), one.char), unsaid("i.strokes", strokes(one.probability / best))], () => desk.swap(line, place, one.char), { title: t("desk.likely", { n: strokes(one.probability / best).length, of: STROKES }) })));
}

/** Words for the place that face the word in the other line of the couplet. */
function facing(desk, line) {
  const { alternatives, facing: found } = desk.work;
  if (!alternatives || !found.words.length) return null;
  const { faces, start, words } = found;
  return [h("h3", t("desk.facing", { word: faces })),
    h("div.choices", { lang: "zh" }, words.map((word) => button("choice", dressText(h("b"), word), () => desk.swap(line, start - 1, word))))];
}

/** One stroke to all: each stroke fewer stands for a third of the probability. */
function strokes(share) {
  return "|".repeat(Math.max(1, STROKES + Math.ceil(Math.log(Math.max(share, 1e-9)) / Math.log(3))));
}

function stepsPanel(desk) {
  const { steps, at } = desk.state.tree;
  if (steps.length < 2) return;
  return h("section.panel", h("h2", t("desk.history")), h("div.steps", steps.map((step, number) =>
    button("step", step.label, () => desk.jump(number), { data: { depth: step.depth }, "aria-current": number === at ? "step" : null }))));
}
