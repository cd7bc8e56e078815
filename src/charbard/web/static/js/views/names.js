/** Names: a surname and what is wished of the given name; several at once, the best first. */

import { button, call, chips, dial, fill, h, iconButton, notice, say, store, t, textField } from "../kit.js";
import { BOLDNESS, modelFor } from "../wish.js";

const PLAIN = { surname: "李", gender: "", length: "2", tones: "", like: "", bold: 2 };
const SHAPES = { 平: "○", 仄: "●", 中: "◐" };
const TONES = { 1: ["", "平", "仄"], 2: ["", "平仄", "仄平", "平平", "仄仄"] };

/** Build the view. */
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

function wish() {
  return { ...PLAIN, ...store.state.names.wish };
}

function change(patch) {
  store.merge("names", { wish: { ...wish(), ...patch } });
}

function layOut(slip, go) {
  const asked = wish();
  const tones = TONES[asked.length].map((one) => [one, one ? [...one].map((tone) => SHAPES[tone]).join(" ") : t("write.any"), one]);
  fill(
    slip,
    textField({ label: t("names.surname"), value: asked.surname, place: "李", maxlength: 2, lang: "zh", onInput: (surname) => change({ surname }), onEnter: go }),
    chips({ label: t("names.given"), name: "name-length", value: asked.length, options: [["1", t("names.one")], ["2", t("names.two")]], onChange: (length) => { change({ length, tones: "" }); layOut(slip, go); } }),
    writer().fields.includes("gender")
      ? chips({ label: t("names.gender"), name: "name-gender", value: asked.gender, options: [["", t("write.any")], ["男", t("names.male")], ["女", t("names.female")]], onChange: (gender) => change({ gender }) })
      : null,
    chips({ label: t("names.tones"), name: "name-tones", value: asked.tones, options: tones, onChange: (value) => change({ tones: value }) }),
    textField({ label: t("names.liked"), value: asked.like, maxlength: 4, lang: "zh", onInput: (like) => change({ like }), onEnter: go }),
    dial({ label: t("write.dial"), low: t("write.bold"), high: t("write.wild"), value: asked.bold, most: BOLDNESS.length, onChange: (bold) => change({ bold }) }),
    button("go", t("names.go"), go),
  );
}

/** The model that is asked. */
function writer() {
  return modelFor("names") ?? modelFor("verse");
}

async function find(out, kept) {
  const { surname, gender, length, tones, like, bold } = wish();
  const body = { surname: surname.trim(), length: Number(length), tones, like: like.trim(), boldness: BOLDNESS[bold - 1], candidates: 12, model: writer().name };
  if (writer().fields.includes("gender")) body.gender = gender;
  try {
    const { names, notes } = await call("names", body);
    fill(out, names.map((one) => card(one, kept)), notes.map((note) => h("p.faint", note)));
    say(names.slice(0, 3).map((one) => one.name).join("，"));
  } catch (error) {
    fill(out, notice(error));
  }
}

function card(one, kept) {
  const isKept = () => store.state.names.favourites.some((other) => other.name === one.name);
  const heart = iconButton("heart", t("poem.like"), () => {
    const { favourites } = store.state.names;
    store.merge("names", { favourites: isKept() ? favourites.filter((other) => other.name !== one.name) : [one, ...favourites] });
    heart.setAttribute("aria-pressed", String(isKept()));
    drawKept(kept);
  }, { "aria-pressed": String(isKept()) });
  return h("div.name",
    h("span.cell-pinyin", one.pinyin.join(" ")),
    h("b", { lang: "zh" }, one.name),
    h("span.cell-tone", [...one.tones].map((tone) => SHAPES[tone] ?? "?").join(" ")),
    heart);
}

function drawKept(box) {
  const { favourites } = store.state.names;
  fill(box, h("h2", t("names.kept")), favourites.length ? h("div.name-grid", favourites.map((one) => card(one, box))) : h("p.faint", t("names.none")));
}
