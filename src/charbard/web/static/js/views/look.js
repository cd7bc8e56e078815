/** Look inside: how surprised the model was by each character, and what it expected instead. */

import { modelFor, modelNamed } from "../core/wish.js";
import { growthPanel, noveltyPanel, unitsPanel } from "../parts/inside.js";
import { button, call, fill, h, isChinese, notice, percent, selectField, store, t, textField, textOf } from "../parts/kit.js";
import { notesOf } from "../parts/notes.js";

const SAMPLES = { han: "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。", latin: "To be, or not to be: that is the question." };
/** Nats per step of colour. */
const STEP_NATS = 1.6;

/** Build the view. */
export function mount(root) {
  const poem = store.state.looking;
  let text = poem ? textOf(poem) : store.state.lookText ?? sample();
  let chosen = modelNamed(poem?.made?.model)?.name ?? "";
  const out = h("div.look-out");
  let running = null;
  const go = async () => {
    store.state.lookText = text;
    store.state.looking = null;
    // Otherwise the answer to an earlier text could arrive after this one.
    running?.abort();
    const { signal } = (running = new AbortController());
    if (text.trim()) await look(out, text, chosen || readerOf(text).name, signal).catch((error) => signal.aborted || fill(out, notice(error)));
  };
  const models = store.state.models.map((model) => model.name);
  root.append(
    h("p.tagline", t("look.what")),
    h("div.look",
      h("div.slip",
        textField({ label: t("look.text"), value: text, area: true, rows: 4, maxlength: store.state.limits.length, onInput: (value) => { text = value; }, onEnter: go }),
        h("div.field-row",
          models.length > 1
            && selectField({ label: t("settings.model"), value: chosen, options: [["", t("look.by.script")], ...models], onChange: (value) => { chosen = value; } }),
          button("go", t("look.go"), go))),
      out),
  );
  if (text.trim()) go();
}

/** An initial text that a model of this server can read. */
function sample() {
  const scripts = store.state.models.map((model) => (model.script === "latin" ? "latin" : "han"));
  const own = isChinese() ? "han" : "latin";
  return SAMPLES[scripts.includes(own) ? own : scripts[0]];
}

/** The model for a text, by its script; for Chinese, the model of verse if there is one. */
function readerOf(text) {
  const isHan = /\p{Script=Han}/u.test(text);
  const { models } = store.state;
  const fits = (model) => (model.script === "latin") !== isHan;
  const set = modelNamed(store.state.settings.model);
  return [set, isHan && modelFor("verse"), ...models].find((model) => model && fits(model)) ?? models[0];
}

async function look(out, text, model, signal) {
  fill(out, heatPanel(text, await call("score", { text, model, top: 8 }, { signal }), model));
  if (/\p{Script=Han}/u.test(text)) out.append(noveltyPanel(text));
  out.append(unitsPanel(text, model), growthPanel(model));
}

/** The step of colour, from 0, expected, to 4, a surprise. */
function warmth(logp) {
  return Math.min(4, Math.floor(-logp / STEP_NATS));
}

/** Every character of the text; a character that the model has never seen is hatched. */
function heatPanel(given, scored, model) {
  const aside = h("div.aside", { "aria-live": "polite" }, h("p.faint", t("look.heat.help")));
  const text = h("p.heat", { lang: /\p{Script=Han}/u.test(given) ? "zh" : null });
  const read = [...scored.chars];
  const isLaid = given.includes("\n");
  for (const char of given.normalize("NFC").replace(/\r\n?/g, "\n")) {
    const score = read[0]?.char === char || isReadAs(scored.notes, char, read[0]?.char) ? read.shift() : null;
    if (char === "\n") {
      text.append(h("br"));
      continue;
    }
    text.append(score ? heatChar(text, score, char, aside) : h("span.heat-char.is-unknown", { title: t("look.unknown") }, char));
    if (char === "。" && !isLaid) text.append(h("br"));
  }
  const unknown = text.querySelectorAll(".is-unknown").length;
  return h("section.panel", h("h2", t("look.heat"), " ", h("small", t("look.reader", { model }))),
    h("div.look-pair",
      h("div", text,
        unknown > 0 && h("p.faint", h("span.heat-char.is-unknown", "　"), " ", t("look.unknown.n", { n: unknown })),
        h("p.faint", t("look.mean", { nats: scored.nats_per_char.toFixed(3), ppl: scored.perplexity.toFixed(1) })),
        notesOf({ notes: scored.notes.filter((note) => note.code !== "char.skipped") })),
      aside));
}

/** Whether the model read one character as another. */
function isReadAs(notes, char, near) {
  return notes.some(({ code, values }) => code === "char.nearest" && values.char === char && values.near === near);
}

function heatChar(text, score, char, aside) {
  const chance = percent(Math.exp(score.logp));
  return button("heat-char", char, (event) => {
    for (const other of text.children) other.removeAttribute("aria-pressed");
    event.currentTarget.setAttribute("aria-pressed", "true");
    fill(aside, h("h3", `${char}　${chance}`), h("p.faint", t("look.rather")), bars(score.expected));
  }, { data: { level: warmth(score.logp) }, "aria-label": `${char} ${chance}` });
}

/** Characters with their probabilities as bars. */
function bars(pairs) {
  const shares = pairs.map(([char, logp]) => [char, Math.exp(logp)]);
  const max = Math.max(...shares.map(([, share]) => share), 1e-9);
  return h("ul.bars", shares.map(([char, value]) =>
    h("li", h("b", { lang: "zh" }, char === "\n" ? "⏎" : char), h("meter", { min: 0, max, value, "aria-label": char }), h("span.faint", percent(value)))));
}
