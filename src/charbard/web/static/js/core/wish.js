/** Turn the reader's choices into the body of a request. */

import { store } from "./store.js";

/** The positions of the boldness dial, as the API names them. */
export const BOLDNESS = ["稳", "平", "常", "新", "奇"];

/** The positions of the theme dial, as values of guidance. */
export const GUIDANCE = [1, 1.5, 2, 2.5, 3];

/** Forms that have a chip of their own and that the server offers. */
export function chipForms() {
  return ["五绝", "七绝", "五律", "七律"].filter((name) => store.state.forms.some((form) => form.name === name));
}

/** The default choices. */
export const PLAIN = {
  form: "七绝", tune: "", theme: "", words: "", first: "", acrostic: "", place: "head", dynasty: "", variant: "", rhyme: "", book: "", like: "",
  given: "", second: "", seed: "", bold: 3, close: 3, count: 4, novel: true, prime: "", length: 300,
};

/** The reader's choices, with defaults for the rest. */
export function wish() {
  return { ...PLAIN, ...store.state.wish };
}

/** Whether the form is chosen from the list behind a chip. */
export function isListed(asked) {
  return asked.form === "词" || asked.form === "古体";
}

/** The chosen form, as the API lists it; undefined for free text. */
export function formOf(asked) {
  const name = isListed(asked) ? asked.tune : asked.form;
  return [...store.state.forms, ...store.state.tunes].find((form) => form.name === name);
}

/** The body of `POST api/verse`. */
export function verseOrder(asked) {
  const order = common(asked);
  if (asked.form === "仿作") order.like = asked.like.trim();
  else order.form = isListed(asked) ? asked.tune : asked.form;
  for (const name of ["theme", "words", "dynasty", "variant", "rhyme", "book"]) {
    if (asked[name].trim()) order[name] = asked[name].trim();
  }
  if (order.theme || order.words || order.dynasty) order.guidance = GUIDANCE[asked.close - 1];
  if (asked.acrostic.trim()) {
    order.acrostic = asked.acrostic.trim();
    order.acrostic_at = asked.place;
  }
  if (!asked.novel) order.novel = false;
  const first = asked.first.trim();
  if (first) order.opening = first;
  return order;
}

/** The fields that every order for verse has. */
function common(asked) {
  return { model: modelFor("verse")?.name, candidates: asked.count, boldness: BOLDNESS[asked.bold - 1], seed: seedOf(asked) };
}

/** The requested seed, or a random one drawn here, so that a text that is stopped has a known seed. */
function seedOf({ seed }) {
  return seed.trim() ? Number(seed) : Math.floor(Math.random() * 1e6);
}

/** The body of `POST api/couplet`. */
export function coupletOrder(asked) {
  return { ...common(asked), first: asked.given.trim(), second: asked.second.trim() };
}

/** The body of `POST api/prose`. */
export function proseOrder(asked, model) {
  const order = {
    model: model.name,
    prime: asked.prime,
    length: Math.min(asked.length, store.state.limits.length ?? asked.length),
    samples: Math.min(asked.count, store.state.limits.samples ?? asked.count),
    temperature: [0.5, 0.65, 0.8, 1, 1.2][asked.bold - 1],
    finish_line: true,
    seed: seedOf(asked),
  };
  if (asked.theme.trim() && model.fields.includes("title")) order.fields = { title: asked.theme.trim() };
  return order;
}

/** A loaded model by name. */
export function modelNamed(name) {
  return store.state.models.find((model) => model.name === name);
}

/** The model for a kind of writing: the one that is set, if it can, else the first that can. */
export function modelFor(kind) {
  const able = store.state.models.filter((model) => model.kinds.includes(kind));
  return able.find((model) => model.name === store.state.settings.model) ?? able[0];
}
