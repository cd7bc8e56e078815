/** More panels of Look inside: copied passages, single units, and how the model learned. */

import { button, call, dressed, fill, h, hasWord, linesOf, poemElement, say, stream, t, textField } from "./kit.js";
import { modelNamed } from "../core/wish.js";

function panel(name, ...body) {
  return h("section.panel", h("h2", t(name)), h("p.faint", t(`${name}.help`)), body);
}

/** A text whose passages from the corpus are underlined; a press shows their sources. */
export function noveltyPanel(text) {
  const body = h("div.look-pair");
  call("novelty", { text: text.slice(0, 2000) }).then((found) => fill(body, traced(text, found)));
  return panel("look.novelty", body);
}

function traced(text, { spans, corpus, hint, found, characters }) {
  const aside = h("div.aside", { "aria-live": "polite" },
    h("p", t(spans.length ? "look.novelty.share" : "look.novelty.none", { n: found, m: characters })),
    !corpus && h("p.faint", t("look.novelty.bare"), " ", h("code", hint)));
  const shown = h("p.heat", { lang: "zh" });
  const chars = [...text];
  let at = 0;
  for (const span of spans) {
    const { source, count } = span;
    const tell = () => fill(aside, h("h3", { lang: "zh" }, source?.line ?? span.text), h("p", { lang: "zh" }, placeOf(source)), count > 1 && h("p.faint", t("look.novelty.count", { n: count })));
    const from = Math.max(at, span.start);
    const words = chars.slice(from, span.end).join("");
    const mark = button(`trace${source && source.line !== span.text ? "" : ".is-line"}`, words, tell, { "aria-label": `${words}，${placeOf(source)}` });
    mark.addEventListener("focus", tell);
    shown.append(chars.slice(at, from).join(""), mark);
    at = span.end;
  }
  shown.append(chars.slice(at).join(""));
  return [shown, aside];
}

function placeOf(source) {
  return source ? `${source.dynasty} ${source.author}《${source.title}》 ${t("check.line", { n: source.number })}` : t("look.novelty.line");
}

/** Colour the text by one unit, name the units that track a property, and write without a unit. */
export function unitsPanel(text, model) {
  const body = h("div.units");
  const state = { found: null, unit: null };
  const ask = async (units = []) => {
    state.found = await call("insight", { text: text.slice(0, 600), model, units });
    state.unit = units[0] ?? Object.values(state.found.trackers)[0]?.[0]?.unit ?? "0.0";
    draw(body, state, model, ask);
  };
  ask();
  return panel("look.units", body);
}

function draw(body, state, model, ask) {
  const { found, unit } = state;
  const values = found.values[unit] ?? [];
  const choose = (name) => {
    state.unit = name;
    if (found.values[name]) draw(body, state, model, ask);
    else ask([name]);
  };
  const colour = (char, value = 0) =>
    h(`span.heat-char${value < -1 / 6 ? ".is-cool" : ""}`, { data: { level: [0, 1, 2, 4][Math.round(Math.abs(value) * 3)] }, title: value.toFixed(2) }, char);
  fill(body, h("div.look-pair",
    h("div", h("p.heat", { lang: "zh" }, [...found.text].map((char, at) => [colour(char, values[at]), char === "。" && h("br")])), withoutRow(unit, model)),
    h("div.aside",
      h("h3", t("look.units.best")),
      Object.entries(found.trackers).filter(([name]) => hasWord(`look.by.${name}`)).map(([name, trackers]) => [
        h("p.faint", t(`look.by.${name}`)),
        h("div.choices", trackers.map((one) => button("choice", [one.unit, h("small", one.correlation.toFixed(2))], () => choose(one.unit), { "aria-pressed": one.unit === unit }))),
      ]),
      textField({ label: t("look.unit"), value: unit, maxlength: 8, onEnter: () => choose(body.querySelector(".aside input").value.trim()) }))),
  found.looks && looksRow(found));
}

/** Each character, with the earlier characters that the network attended to after reading it. */
function looksRow({ text, looks }) {
  const chars = [...text].map((char, at) => button("heat-char", char, () => show(at), { "aria-pressed": "false" }));
  const show = (from) => {
    const seen = new Map(looks[from]);
    for (const [at, char] of chars.entries()) {
      char.dataset.level = Math.ceil(4 * (seen.get(at) ?? 0));
      char.title = seen.has(at) ? seen.get(at).toFixed(2) : "";
      char.setAttribute("aria-pressed", String(at === from));
    }
  };
  for (const [at, char] of chars.entries()) {
    char.addEventListener("focus", () => show(at));
    char.addEventListener("pointerenter", () => show(at));
  }
  return [h("h3", t("look.back")), h("p.faint", t("look.back.help")),
    h("p.heat", { lang: "zh" }, chars.map((char) => [char, char.textContent === "。" && h("br")]))];
}

/** Texts of the same seed with and without a unit, side by side, with their differences marked. */
function withoutRow(unit, model) {
  const out = h("div.pair", { "aria-live": "polite" });
  const writesVerse = modelNamed(model)?.kinds.includes("verse");
  const go = async () => {
    const seed = Math.floor(Math.random() * 1e6);
    const both = await Promise.all([[], [unit]].map((silenced) => written(writesVerse, { model, seed, silenced })));
    fill(out, both.map((poem, at) => h("div.sheet.is-done", h("h3.sheet-title", t(at ? "look.off.without" : "look.off.with", { unit })), differing(poem, both[0], writesVerse ? "p.poem" : "p.prose-text"))));
  };
  return [h("div.scopes", button("plain", t("look.off"), go)), out];
}

async function written(writesVerse, order) {
  if (writesVerse) {
    const { poems } = await call("verse", { ...order, form: "七绝", candidates: 1, drafts: 1, guidance: 1 });
    const lines = await dressed(poems[0].lines);
    return lines.map(({ text }, at) => text + poems[0].marks[at]).join("\n");
  }
  const { texts } = await call("prose", { ...order, length: 200 });
  return texts[0].text;
}

function differing(text, other, kind) {
  const others = [...other];
  return h(kind, [...text].map((char, at) => (char === others[at] ? char : h("mark", char))));
}

/** Texts of the same seed at every snapshot kept during training. */
export function growthPanel(name) {
  if (!modelNamed(name).snapshots) return h("p.faint", t("look.growth.none"));
  let found = [];
  let follows = true;
  let running = null;
  const text = h("div.grown");
  const caption = h("output.faint");
  const show = () => {
    const one = found[slider.value];
    if (!one) return;
    const { step, units, minutes, loss } = one;
    caption.value = t("look.growth.at", { step, units, minutes, loss: loss?.toFixed(3) ?? "—" });
    slider.setAttribute("aria-valuetext", caption.value);
    fill(text, poemElement(one.lines ? { lines: linesOf(one) } : { prose: one.text }));
  };
  const slider = h("input.dial", { type: "range", min: 0, max: 0, value: 0, "aria-label": t("look.growth"), on: { input: () => {
    follows = false;
    show();
  } } });
  const seed = textField({ label: t("write.seed"), value: "", place: t("write.seed.place"), inputmode: "numeric", maxlength: 15, onEnter: () => go() });
  const go = async () => {
    running?.abort();
    running = new AbortController();
    [found, follows] = [[], true];
    const chosen = seed.querySelector("input").value.replace(/\D/g, "");
    const order = { model: name, seed: chosen ? Number(chosen) : undefined };
    for await (const fact of stream("growth", order, { signal: running.signal })) {
      if (fact.done) {
        seed.querySelector("input").value = fact.seed;
        say(caption.value);
        continue;
      }
      // The reader has left this view.
      if (!slider.isConnected) break;
      found.push(fact);
      slider.max = fact.of - 1;
      if (follows) slider.value = fact.snapshot;
      show();
    }
  };
  return panel("look.growth", h("div.field-row", seed, button("go", t("look.growth.go"), go)), h("div.dial-row", slider), caption, text);
}
