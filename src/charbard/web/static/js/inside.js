/** Deeper panels of Look inside: the units of the network. */

import { call } from "./api.js";
import { fill, h } from "./dom.js";
import { textField } from "./fields.js";
import { poemElement } from "./poem.js";
import { store } from "./store.js";
import { hasWord, t } from "./strings.js";
import { tellError } from "./toast.js";

/** Colour the text by one unit; name the units that follow something; write without one. */
export function unitsPanel(text, model) {
  const body = h("div.units");
  const state = { found: null, unit: null };
  const ask = async (units = []) => {
    try {
      state.found = await call("insight", { text: text.slice(0, 600), model, units });
      state.unit = units[0] ?? Object.values(state.found.trackers)[0]?.[0]?.unit ?? "0.0";
      draw(body, state, model, ask);
    } catch (error) {
      tellError(error);
    }
  };
  ask();
  return h("section.panel", {}, h("h2", {}, t("look.units")), h("p.faint", {}, t("look.units.help")), body);
}

function draw(body, state, model, ask) {
  const { found, unit } = state;
  const values = found.values[unit] ?? [];
  const choose = (name) => {
    state.unit = name;
    if (found.values[name]) draw(body, state, model, ask);
    else ask([name]);
  };
  fill(
    body,
    h("div.look-pair", {},
      h("p.heat", { lang: "zh" }, [...found.text].map((char, at) => [
        h("span.heat-char", { data: { unit: String(Math.round((values[at] ?? 0) * 3)) }, title: (values[at] ?? 0).toFixed(2) }, char),
        char === "。" || char === "\n" ? h("br") : null,
      ])),
      h("div.aside", {},
        h("h3", {}, t("look.units.best")),
        Object.entries(found.trackers).filter(([name]) => hasWord(`look.by.${name}`)).map(([name, trackers]) => [
          h("p.faint", {}, t(`look.by.${name}`)),
          h("div.choices", {}, trackers.map((one) => h("button.choice", { type: "button", "aria-pressed": String(one.unit === unit), on: { click: () => choose(one.unit) } }, one.unit, h("small", {}, one.correlation.toFixed(2))))),
        ]),
        textField({ label: t("look.unit"), value: unit, maxlength: 8, onEnter: () => choose(body.querySelector(".aside input").value.trim()) }))),
    withoutRow(unit, model),
  );
}

/** The same seed with and without a unit, side by side. */
function withoutRow(unit, model) {
  const out = h("div.pair");
  const writesVerse = store.state.models.find((one) => one.name === model)?.kinds.includes("verse");
  const go = async () => {
    const seed = Math.floor(Math.random() * 1e6);
    try {
      const both = await Promise.all([[], [unit]].map((silenced) => written(writesVerse, { model, seed, silenced })));
      fill(out, both.map((poem, at) => h("div.sheet.is-done", {}, h("h3.sheet-title", {}, t(at ? "look.off.without" : "look.off.with", { unit })), poemElement(poem))));
    } catch (error) {
      tellError(error);
    }
  };
  return [h("div.scopes", {}, h("button.plain", { type: "button", on: { click: go } }, t("look.off"))), out];
}

async function written(writesVerse, order) {
  if (writesVerse) {
    const { poems } = await call("verse", { ...order, form: "七绝", candidates: 1, particles: 1 });
    return { lines: poems[0].lines.map((text, at) => ({ text, mark: poems[0].marks[at] })) };
  }
  const { texts } = await call("prose", { ...order, length: 200 });
  return { prose: texts[0].text };
}
