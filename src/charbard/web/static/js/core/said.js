/**
 * Errors and notes of the API in the language of the page, from their codes.
 *
 * The Chinese is the terminal's, too: `zh.json`, with `{name}` for a value and ⟪name⟫ for a setting. In English
 * the API's own sentence is shown.
 */

import { filled, hasWord, isChinese, learnTraditional, scripted, t } from "./strings.js";

const SETTING = /⟪(\w+)(?:=([^⟪⟫]*))?⟫/g;
/** Settings whose field has another name. */
const FIELDS = { candidates: "write.count", form: "write.forms", lines: "check.text", opening: "write.first", samples: "write.count", template: "check.text", text: "look.text", texts: "look.text" };
let chinese = null;

/** Fetch the Chinese of the codes, if the page speaks it and has not done so yet. */
export async function learnSaid() {
  if (!isChinese() || chinese) return;
  chinese = await (await fetch("zh.json", { credentials: "omit" })).json();
  await learnTraditional(Object.values(chinese).flat());
}

/** What is wrong and what can be done, of something with a code, its values and the English of both. */
export function worded({ code, values, text, hint = "" }) {
  if (!isChinese()) return [text, hint];
  const said = chinese?.[code] ?? [t("error.other"), ""];
  return said.map((one) => spelled(filled(scripted(one), asTexts(values))));
}

/** Values as they stand in a Chinese sentence: a list is joined, a part with a code of its own is worded. */
function asTexts(values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, asText(value)]));
}

function asText(value) {
  if (Array.isArray(value)) return value.map(asText).join("、");
  return value?.code ? worded(value)[0] : String(value?.text ?? value);
}

/** What a setting is called on the page: by its own name, or by that of its field. */
export function settingWord(name) {
  const key = FIELDS[name] ?? ["setting", "write", "names", "workshop"].map((part) => `${part}.${name}`).find(hasWord);
  return key ? t(key) : name;
}

function spelled(text) {
  return text.replace(SETTING, (whole, name, value) => settingWord(name) + (value ? ` ${value}` : ""));
}
