/** Reading aids for a poem: each character's pronunciation and meaning on a press, and speech. */

import { call } from "../core/api.js";
import { fill, h, button } from "../core/dom.js";
import { textOf, written } from "../core/poem.js";
import { store } from "../core/store.js";
import { t } from "../core/strings.js";
import { dressed, languageTag } from "./paper.js";
import { openDialog } from "./settings.js";
import { notice, tell } from "./toast.js";

/** Speech rate, slow because it reads verse. */
const RATE = 0.75;

/** Show a poem's pronunciation and meanings, and offer to read it aloud. */
export function openReading(poem) {
  const box = h("div.reading");
  const canSpeak = "speechSynthesis" in globalThis;
  fill(box, h("div.scopes", canSpeak && button("plain", t("reading.aloud"), () => readAloud(textOf(poem)))));
  openDialog(t("reading.title"), box);
  showGlosses(box, poem).catch((error) => fill(box, notice(error)));
}

/** Read a text aloud with a Chinese voice of the browser; a second press stops it. */
export function readAloud(text) {
  const { speechSynthesis } = globalThis;
  if (speechSynthesis.speaking) return speechSynthesis.cancel();
  const voice = speechSynthesis.getVoices().find((one) => one.lang.replace("_", "-").startsWith("zh"));
  if (speechSynthesis.getVoices().length && !voice) return tell(t("reading.voiceless"));
  const said = new SpeechSynthesisUtterance(text);
  Object.assign(said, { lang: "zh-CN", rate: RATE, ...(voice && { voice }) });
  return speechSynthesis.speak(said);
}

/** Show the lines with their pronunciation; a press on a character shows its meaning. */
async function showGlosses(box, poem) {
  const lines = written(poem).map((line) => line.text);
  const [{ texts }, { words, source, hint }] = await Promise.all([call("show", { texts: lines }), call("gloss", { texts: lines })]);
  const shown = await dressed(lines);
  const aside = h("p.gloss", { "aria-live": "polite" }, words.length ? t("reading.choose") : h("span", t("reading.none"), " ", h("code", hint)));
  const at = (line, place) => words.find((one) => one.line === line + 1 && one.start <= place && place < one.end);
  const rows = lines.map((text, line) => h("p.gloss-line", { lang: languageTag() }, [...shown[line].text].map((char, place) => {
    const word = at(line, place);
    const tell = () => fill(aside, h("b", { lang: languageTag() }, [...text].slice(word.start, word.end).join("")), ` ${word.pinyin}　`, word.senses.join("; "));
    return h("button.gloss-char", { type: "button", disabled: !word, on: { click: tell } }, h("small", texts[line].pinyin[place]), char);
  })));
  fill(box, box.firstChild, rows, aside, source && h("p.faint", source));
}
