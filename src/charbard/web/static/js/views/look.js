/** Look inside: how surprised the model was by each character, and what it would rather have written. */

import { button, call, fill, h, percent, selectField, store, t, textField, textOf } from "../parts/kit.js";
import { modelFor, modelNamed } from "../core/wish.js";
import { growthPanel, noveltyPanel, unitsPanel } from "../parts/inside.js";

export function mount(root) {
  const poem = store.state.looking;
  let text = poem ? textOf(poem) : store.state.lookText ?? "";
  let { name } = modelNamed(poem?.made?.model) ?? modelFor(poem?.prose === undefined ? "verse" : "prose") ?? store.state.models[0];
  const out = h("div.look-out");
  const go = async () => {
    store.state.lookText = text;
    store.state.looking = null;
    if (text.trim()) await look(out, text, name);
  };
  root.append(
    h("div.look",
      h("div.slip",
        textField({ label: t("look.text"), value: text, area: true, rows: 4, maxlength: store.state.limits.length, onInput: (value) => { text = value; }, onEnter: go }),
        h("div.field-row",
          store.state.models.length > 1
            && selectField({ label: t("settings.model"), value: name, options: store.state.models.map((model) => model.name), onChange: (value) => { name = value; } }),
          button("go", t("look.go"), go))),
      out),
  );
  if (text.trim()) go();
}

async function look(out, text, model) {
  fill(out, heatPanel(await call("score", { text, model, top: 8 })));
  if (/\p{Script=Han}/u.test(text)) out.append(noveltyPanel(text));
  out.append(unitsPanel(text, model), growthPanel(model));
}

/** From 0, expected, to 4, a surprise. */
function warmth(logp) {
  return Math.min(4, Math.floor(-logp / 1.6));
}

function heatPanel(scored) {
  const aside = h("div.aside", { "aria-live": "polite" }, h("p.faint", t("look.heat.help")));
  const text = h("p.heat", { lang: "zh" });
  for (const char of scored.chars) {
    if (char.char === "\n") {
      text.append(h("br"));
      continue;
    }
    const chance = percent(Math.exp(char.logp));
    text.append(button("heat-char", char.char, (event) => {
      for (const other of text.children) other.removeAttribute("aria-pressed");
      event.currentTarget.setAttribute("aria-pressed", "true");
      fill(aside, h("h3", `${char.char}　${chance}`), h("p.faint", t("look.rather")), bars(char.expected));
    }, { data: { level: warmth(char.logp) }, "aria-label": `${char.char} ${chance}` }));
    if (char.char === "。") text.append(h("br"));
  }
  return h("section.panel", h("h2", t("look.heat")),
    h("div.look-pair",
      h("div", text, h("p.faint", t("look.mean", { nats: scored.nats_per_char.toFixed(3), ppl: scored.perplexity.toFixed(1) }))),
      aside));
}

/** Characters with their probabilities as bars. */
function bars(pairs) {
  const shares = pairs.map(([char, logp]) => [char, Math.exp(logp)]);
  const max = Math.max(...shares.map(([, share]) => share), 1e-9);
  return h("ul.bars", shares.map(([char, value]) =>
    h("li", h("b", { lang: "zh" }, char === "\n" ? "⏎" : char), h("meter", { min: 0, max, value, "aria-label": char }), h("span.faint", percent(value)))));
}
