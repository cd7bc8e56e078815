/**
 * Errors and notes of the API in the language of the page, from their codes.
 *
 * The Chinese comes from `zh.json`, which the terminal also uses, with `{name}` for a value and ⟪name⟫ for
 * a setting. In English, the API's own message is shown.
 */

import { filled, hasWord, isChinese, learnTraditional, scripted, t } from "./strings.js";

const SETTING = /⟪(\w+)(?:=([^⟪⟫]*))?⟫/g;
/** A remark in brackets that offers a setting. */
const OFFER = /（[^（）⟪⟫]*⟪[^（）]*⟫[^（）⟪⟫]*）/g;
/** Settings whose form field has another name. */
const FIELDS = { candidates: "write.count", form: "write.forms", lines: "check.text", opening: "write.first", samples: "write.count", template: "check.text", text: "look.text", texts: "look.text" };
let chinese = null;

/** Fetch the Chinese messages, if the page is in Chinese and has not fetched them yet. */
export async function learnSaid() {
  if (!isChinese() || chinese) return;
  chinese = await (await fetch("zh.json", { credentials: "omit" })).json();
  await learnTraditional(Object.values(chinese).flat());
}

/** The message and hint for an error code, its values and the English of both. */
export function worded({ code, values, text, hint = "" }) {
  if (!isChinese()) return [text, hint];
  const said = chinese?.[code] ?? [t("error.other"), ""];
  return said.map((one) => spelled(filled(scripted(one), asTexts(values))));
}

/** Values as text for a Chinese message: lists are joined, and parts with a code are translated. */
function asTexts(values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, asText(value)]));
}

function asText(value) {
  if (Array.isArray(value)) return value.map(asText).join("、");
  return value?.code ? worded(value)[0] : String(value?.text ?? value);
}

/** The page's name for a setting; undefined if it has no such setting. */
export function settingWord(name) {
  const key = FIELDS[name] ?? ["setting", "write", "names", "workshop"].map((part) => `${part}.${name}`).find(hasWord);
  return key && t(key);
}

/** A message with the page's names for settings, without remarks that offer a setting it lacks. */
function spelled(text) {
  const isOffered = (remark) => [...remark.matchAll(SETTING)].every(([, name]) => settingWord(name));
  return text.replace(OFFER, (remark) => (isOffered(remark) ? remark : ""))
    .replace(SETTING, (whole, name, value) => (settingWord(name) ?? name) + (value ? ` ${value}` : ""));
}
