/** Names: a surname and wishes for the given name; several candidates, the best first. */

import { notesOf } from "../parts/notes.js";
import { button, call, chips, dial, dressText, fill, h, iconButton, isLiked, languageTag, notice, say, store, t, textField, toggleLike } from "../parts/kit.js";
import { quoteElement } from "../parts/quotes.js";
import { openDialog } from "../parts/settings.js";
import { copyText } from "../parts/share.js";
import { SHAPES } from "../parts/strip.js";
import { BOLDNESS, modelFor } from "../core/wish.js";

const PLAIN = { surname: "李", gender: "", length: "2", tones: "", like: "", bold: 2 };
const TONES = { 1: ["", "平", "仄"], 2: ["", "平仄", "仄平", "平平", "仄仄"] };

export function mount(root) {
  const slip = h("div.slip");
  const out = h("div.name-grid", { "aria-live": "polite" });
  const kept = h("section.shelf");
  const go = () => find(out, kept);
  root.append(h("div.names", slip, h("div.check-out", out, kept)));
  layOut(slip, go);
  drawKept(kept);
  go();
  return { Enter: go };
}

function shapes(tones) {
  return [...tones].map((tone) => SHAPES[tone]).join(" ");
}

function wish() {
  return { ...PLAIN, ...store.state.nameWish };
}

function change(patch) {
  store.set({ nameWish: { ...wish(), ...patch } });
}

function layOut(slip, go) {
  const asked = wish();
  const tones = TONES[asked.length].map((one) => [one, one ? shapes(one) : t("write.any"), one]);
  fill(
    slip,
    textField({ label: t("names.surname"), value: asked.surname, place: "李", maxlength: 3, lang: "zh", onInput: (surname) => change({ surname }), onEnter: go }),
    chips({ label: t("names.given"), name: "name-length", value: asked.length, options: [["1", t("names.one")], ["2", t("names.two")]], onChange: (length) => { change({ length, tones: "" }); layOut(slip, go); } }),
    writer().fields.includes("gender")
      && chips({ label: t("names.gender"), name: "name-gender", value: asked.gender, options: [["", t("write.any")], ["男", t("names.male")], ["女", t("names.female")]], onChange: (gender) => change({ gender }) }),
    chips({ label: t("names.tones"), name: "name-tones", value: asked.tones, options: tones, onChange: (value) => change({ tones: value }) }),
    textField({ label: t("names.liked"), value: asked.like, maxlength: 4, lang: "zh", onInput: (like) => change({ like }), onEnter: go }),
    dial(asked.bold, BOLDNESS.length, (bold) => change({ bold })),
    button("go", t("names.go"), go),
  );
}

/** The model that writes the names. */
function writer() {
  return modelFor("names") ?? modelFor("verse");
}

async function find(out, kept) {
  const { surname, gender, length, tones, like, bold } = wish();
  const body = { surname: surname.trim(), length: Number(length), tones, like: like.trim(), boldness: BOLDNESS[bold - 1], candidates: 12, model: writer().name };
  if (writer().fields.includes("gender")) body.gender = gender;
  if (!out.firstChild) fill(out, h("p.faint", "…"));
  try {
    const { names, notes } = await call("names", body);
    fill(out, names.map((one) => card(one, kept)), notesOf({ notes }));
    say(names.slice(0, 3).map((one) => one.name).join("，"));
  } catch (error) {
    fill(out, notice(error));
  }
}

function card(one, kept) {
  const heart = iconButton("heart", t("poem.like"), () => {
    heart.ariaPressed = toggleLike(one, "names");
    drawKept(kept);
  }, { "aria-pressed": isLiked(one, "names") });
  return h("div.name",
    h("span.cell-pinyin", one.pinyin.join(" ")),
    dressText(h("b", { lang: "zh" }), one.name),
    h("span.cell-tone", shapes(one.tones)),
    one.verse && h("ul.name-verse", quoteElement(one.verse)),
    h("div", iconButton("book", t("reading.title"), () => openMeaning(one)), heart));
}

/** Show what the characters of a name mean, with their pronunciation and lines of verse. */
function openMeaning({ name, given, pinyin, verse }) {
  const chars = [...(given ?? name)];
  const box = h("div.reading", h("p.faint", "…"));
  openDialog(name, box);
  const lines = verse ? [] : chars.map((char) => call("quotes", { char, most: 1 }));
  Promise.all([call("gloss", { texts: chars }), ...lines]).then(([{ words, source, hint }, ...found]) => fill(box,
    h("ul", words.map(({ word, line, senses }) => h("li", h("b", { lang: languageTag() }, word), ` ${pinyin.at(line - 1 - chars.length)}　`, senses.join("; ")))),
    !words.length && h("p", t("reading.none"), " ", h("code", hint)),
    h("ul", (verse ? [verse] : found.flatMap(({ quotes }) => quotes)).map(quoteElement)),
    source && h("p.faint", source))).catch((error) => fill(box, notice(error)));
}

function drawKept(box) {
  const { favourites } = store.state.names;
  const copied = () => copyText(favourites.map((one) => `${one.name} ${one.pinyin.join(" ")}`).join("\n"), t("poem.copied"));
  fill(box, h("h2", t("names.kept")), favourites.length > 0 && button("plain", t("poem.copy"), copied), favourites.length ? h("div.name-grid", favourites.map((one) => card(one, box))) : h("p.faint", t("names.none")));
}
