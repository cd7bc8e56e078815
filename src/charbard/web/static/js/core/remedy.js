/** Remedies for an error, as changes to the reader's choices: the buttons under a notice. */

import { chipForms, formOf, isListed } from "./wish.js";
import { settingWord } from "./said.js";
import { scripted, t } from "./strings.js";

/** Beginning of an error code -> function that returns remedies, each `{words, patch}`; the first that fits counts. */
const REMEDIES = {
  "acrostic.long": acrosticLong,
  "acrostic.length": ({ text, count, most }) => (count > most ? [shorter(text, most)] : [{ words: t("remedy.first", { text }), patch: { acrostic: "", first: text } }]),
  "acrostic.line": () => [toHeads(), without("acrostic")],
  "acrostic.path": () => [toHeads()],
  "conflict.one": conflict,
  "conflict.together": conflict,
  "line.length": (values, asked) => [...formsWithLength(values.count, asked), without("first")],
  "line.many": () => [without("first")],
  "place.": () => [without("acrostic")],
  "rhyme.several": (values) => chooseOf("rhyme", values.known),
  "rhyme.number": (values) => chooseOf("rhyme", [values.full]),
  "rhyme.": () => [without("rhyme")],
  "variant.": () => [without("variant")],
  "book.": () => [without("book")],
  "form.near": (values) => chooseOf("form", values.near),
  "dead.end": () => [without("rhyme"), without("acrostic")],
};

/** The remedies for an error that would change at least one choice. */
export function remediesFor({ code, values }, asked) {
  const name = Object.keys(REMEDIES).find((beginning) => code.startsWith(beginning));
  const found = name ? REMEDIES[name](values, asked) : [];
  return found.filter(({ patch }) => Object.entries(patch).some(([field, value]) => asked[field] !== value));
}

function without(field) {
  return { words: t("remedy.without", { what: settingWord(field === "first" ? "opening" : field) }), patch: { [field]: "" } };
}

function toHeads() {
  return { words: t("remedy.heads"), patch: { place: "head" } };
}

function shorter(text, count) {
  const kept = [...text].slice(0, count).join("");
  return { words: t("remedy.shorter", { text: kept }), patch: { acrostic: kept } };
}

function inForm(name) {
  return { words: t("remedy.form", { form: scripted(name) }), patch: { form: name } };
}

function chooseOf(field, known) {
  return known.slice(0, 4).map((value) => (field === "form" ? inForm(value) : { words: scripted(value), patch: { [field]: value } }));
}

/** Offer forms with more lines of the same length, and the part of the acrostic that fits. */
function acrosticLong({ text, count, lines }, asked) {
  const length = formOf(asked)?.lines[0];
  const longer = chipForms().map((name) => formOf({ form: name })).filter((form) => form.lines.length >= count && form.lines[0] === length);
  return [...longer.map((form) => inForm(form.name)), shorter(text, lines)];
}

function formsWithLength(length, asked) {
  if (isListed(asked)) return [];
  const { length: lines } = formOf(asked)?.lines ?? [];
  return chipForms().map((name) => formOf({ form: name })).filter((form) => form.lines[0] === length && form.lines.length === lines).map((form) => inForm(form.name));
}

/** Offer to give up one of the conflicting demands, or to move hidden characters. */
function conflict({ parts, elsewhere = [] }, asked) {
  const kinds = new Set(parts.map((part) => part.code));
  const found = [];
  if (kinds.has("part.acrostic")) {
    const places = movedPlaces(elsewhere, asked);
    if (places) found.push({ words: elsewhere.map(({ values }) => t("remedy.move.one", { char: values.char, n: values.line, m: values.places[0] })).join(t("comma.list")), patch: { place: places } });
    if (asked.place !== "head") found.push(toHeads());
    found.push(without("acrostic"));
  }
  if (kinds.has("part.rhyme")) found.push(without("rhyme"));
  if (kinds.has("part.variant")) found.push(without("variant"));
  if (kinds.has("part.given")) found.push(without("first"));
  return found;
}

/** The places of hidden characters as line.place, from 1, moved where necessary; null if unknown. */
function movedPlaces(elsewhere, asked) {
  const lines = formOf(asked)?.lines;
  const chars = [...asked.acrostic.trim()];
  if (!lines || !elsewhere.length || !["head", "tail", "diagonal"].includes(asked.place)) return null;
  const every = chars.length * 2 === lines.length ? 2 : 1;
  const usual = (line, step) => ({ head: 1, tail: lines[line - 1], diagonal: step + 1 })[asked.place];
  return chars.map((_, step) => {
    const line = step * every + 1;
    const moved = elsewhere.find(({ values }) => values.line === line)?.values.places[0];
    return `${line}.${moved ?? usual(line, step)}`;
  }).join(" ");
}
