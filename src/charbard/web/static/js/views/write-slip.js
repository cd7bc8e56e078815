/** The slip with the reader's choices: form, theme, acrostic and more. */

import { BOLDNESS, GUIDANCE, chipForms, formOf, isListed, modelFor, modelNamed, wish } from "../core/wish.js";
import { BOLD, CLOSE, button, chips, dial, fill, h, hasWord, icon, scripted, selectField, store, t, textField, tick } from "../parts/kit.js";
import { glosses, ideas } from "./write-ideas.js";

const DYNASTIES = ["唐", "宋", "元", "清"];
const OLD = ["古体诗", "诗经", "近体诗"];

/** Change the reader's choices in the store. */
export function change(patch) {
  store.set({ wish: { ...wish(), ...patch } });
}

/** Choices that this server supports: an unavailable form is replaced by the first form. */
export function settled(asked) {
  const names = kinds().map((kind) => [kind].flat()[0]);
  const { forms } = store.state;
  // A form without a chip of its own is in the list behind the chip for old forms.
  const listed = !names.includes(asked.form) && forms.some((one) => one.name === asked.form) ? { form: "古体", tune: asked.form } : {};
  const wanted = { ...asked, ...listed };
  const form = names.includes(wanted.form) ? wanted.form : names[0];
  const list = listOf(form);
  const tune = list.some((one) => one.name === wanted.tune) ? wanted.tune : (list[0]?.name ?? "");
  return { ...wanted, form, tune };
}

/** The chosen model of free text, if any. */
export function proseModel(asked) {
  return asked.form.startsWith("model:") ? modelNamed(asked.form.slice(6)) : undefined;
}

/** Render the slip, and again after another form is chosen. `acts` is `{go, stop, isWriting}`. */
export function layOut(slip, acts) {
  const asked = settled(wish());
  const again = (patch) => {
    change(patch);
    layOut(slip, acts);
    slip.querySelector("input:checked")?.focus();
  };
  fill(
    slip,
    chips({ label: t("write.forms"), name: "form", value: asked.form, options: kinds(), onChange: (form) => again({ form }), quiet: true }),
    isListed(asked) ? tunes(asked, again) : hasWord(`form.about.${asked.form}`) && h("p.faint.form-about", t(`form.about.${asked.form}`)),
    fieldsFor(asked, acts.go, again),
    h("div.slip-foot",
      dial(asked.bold, BOLDNESS.length, (bold) => change({ bold }), BOLD, BOLDNESS),
      hearsTheme(asked) && dial(asked.close, GUIDANCE.length, (close) => change({ close }), CLOSE),
      h("div.go-row",
        button("go", t("write.go"), acts.go),
        button("stop", [icon("stop"), t("write.stop")], acts.stop, { disabled: !acts.isWriting() }),
      ),
    ),
  );
}

/** Whether the chosen kind of text can have a theme. */
function hearsTheme(asked) {
  return asked.form !== "对联" && !proseModel(asked) && Boolean(modelFor("verse")?.fields?.includes("title"));
}

/** Forms in the list behind a chip: old forms first, then regulated forms without a chip. */
function listOf(form) {
  const { forms, tunes: all } = store.state;
  if (form === "词") return all;
  const found = forms.filter((one) => OLD.includes(one.kind) && !chipForms().includes(one.name));
  return found.sort((a, b) => OLD.indexOf(a.kind) - OLD.indexOf(b.kind));
}

function kinds() {
  const { tunes: all, features, models } = store.state;
  const options = features.verse ? chipForms().map((name) => [name, t(`form.${name}`)]) : [];
  if (features.verse && all.length) options.push(["词", t("form.tune")], ["古体", t("form.old")]);
  if (features.couplet) options.push(["对联", t("form.couplet")]);
  if (features.verse) options.push(["仿作", t("form.like")]);
  const names = new Set();
  for (const model of [modelFor("verse"), ...models.filter((one) => one.kinds.includes("prose"))].filter(Boolean)) {
    const words = t(model.script === "latin" ? "form.english" : "form.prose");
    options.push([`model:${model.name}`, names.has(words) || features.workshop ? `${words} · ${model.name}` : words, model.name]);
    names.add(words);
  }
  return options;
}

function fieldsFor(asked, go, again) {
  /** A field for one choice, with its label. */
  const text = (name, more = {}) => textField({
    label: t(`write.${name}`), value: asked[name], place: hasWord(`write.${name}.place`) ? t(`write.${name}.place`) : "", lang: "zh", onInput: (value) => change({ [name]: value }), onEnter: go, ...more,
  });
  const model = proseModel(asked);
  if (model) return [model.fields.includes("title") && themeFields(text, asked, go), proseFields(asked, go, text)];
  if (asked.form === "对联") return [text("given", { maxlength: 40 }), text("second", { maxlength: 40 })];
  return [asked.form === "仿作" && text("like", { area: true, rows: 4 }), themeFields(text, asked, go), hidden(asked, text), details(asked, text)];
}

/** The theme field, with Chinese for an English theme, and ideas to begin with. */
function themeFields(text, asked, go) {
  const choose = (theme) => {
    change({ theme });
    box.querySelector(".theme").value = theme;
    gloss.show(theme);
    go();
  };
  const gloss = glosses(choose);
  const box = h("div.theme-box",
    text("theme", { class: "theme", maxlength: 40, lang: null, onInput: (theme) => { change({ theme }); gloss.show(theme); } }),
    gloss.box, ideas(choose));
  gloss.show(asked.theme);
  return box;
}

/** Fields for the acrostic and for its place, side by side. */
function hidden(asked, text) {
  const places = ["head", "tail", "diagonal"].map((place) => [place, t(`write.place.${place}`)]);
  if (!places.some(([place]) => place === asked.place)) places.push([asked.place, asked.place]);
  return h("div.field-row.hidden-row", text("acrostic", { maxlength: 8 }),
    selectField({ label: t("write.where"), value: asked.place, options: places, onChange: (place) => change({ place }) }));
}

function proseFields(asked, go, text) {
  return [
    text("prime", { area: true, rows: 2, maxlength: 2000, lang: null }),
    h("div.field-row",
      textField({ label: t("write.length"), value: asked.length, type: "number", min: 20, max: store.state.limits.length ?? 20000, onInput: (length) => change({ length: Math.max(1, Number(length) || 300) }), onEnter: go }),
      seedField(text),
      howMany(asked),
    ),
  ];
}

function seedField(text) {
  return text("seed", { inputmode: "numeric", maxlength: 15, lang: null, onInput: (seed) => change({ seed: seed.replace(/\D/g, "") }) });
}

function howMany(asked) {
  const most = Math.min(6, store.state.limits.samples ?? 6);
  const options = [1, 2, 3, 4, 6].filter((count) => count <= most);
  return selectField({ label: t("write.count"), value: asked.count, options, onChange: (count) => change({ count: Number(count) }) });
}

function details(asked, text) {
  const variants = formOf(asked)?.variants ?? [];
  const any = ["", t("write.any")];
  const choice = (name, options) => selectField({ label: t(`write.${name}`), value: asked[name], options, onChange: (value) => change({ [name]: value }) });
  const open = ["words", "first", "rhyme", "variant", "dynasty", "seed", "book"].some((name) => asked[name]);
  return h("details.more", { open }, h("summary", t("write.more")),
    h("div.field-row", text("words", { maxlength: 40 }), text("first", { maxlength: 40 }), text("rhyme", { maxlength: 40 }),
      variants.length > 1 && choice("variant", [any, ...variants.map((name) => [name, scripted(name)])]),
      choice("book", [any, ...store.state.books.map((book) => [book.name, scripted(book.title)])]),
      choice("dynasty", [any, ...DYNASTIES.map((name) => [name, t(`write.dynasty.${name}`)])]),
      seedField(text),
      howMany(asked),
      tick({ label: t("write.novel"), checked: asked.novel, onChange: (novel) => change({ novel }) })));
}

/** Tunes with a search: typing narrows the list, arrow keys move in it, and it is one stop of the Tab key. */
function tunes(asked, again) {
  const list = h("div.tunes", { role: "listbox", "aria-label": t("write.tune"), on: { keydown: walk } });
  const show = (query) => {
    const wanted = query.trim();
    const found = listOf(asked.form).filter((tune) => [tune.name, ...tune.aliases].some((name) => name.includes(wanted) || scripted(name).includes(wanted)));
    const at = Math.max(0, found.findIndex((tune) => tune.name === asked.tune));
    fill(list, found.map((tune, number) => button("tune", [scripted(tune.name), h("small", ` ${tune.lines.reduce((sum, length) => sum + length, 0)}`)], () => again({ tune: tune.name }), { role: "option", title: tune.aliases.map(scripted).join("、"), "aria-selected": tune.name === asked.tune, tabindex: number === at ? 0 : -1 })),
      !found.length && h("p.faint", t("write.tune.none", { name: wanted })));
  };
  show("");
  return h("div.tune-box",
    asked.form === "词" && h("p.faint.form-about", t("form.about.词")),
    asked.form === "词" && textField({ label: t("write.tune"), value: "", place: t("write.tune.place"), type: "search", lang: "zh", onInput: show }), list);
}

/** Move the focus with arrow keys in a list of buttons. */
function walk(event) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  event.stopPropagation();
  const all = [...event.currentTarget.children];
  all[Math.max(0, Math.min(all.length - 1, all.indexOf(event.target) + step))]?.focus();
}
