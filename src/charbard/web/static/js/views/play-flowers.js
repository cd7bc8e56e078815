/** 飞花令: players take turns with lines by poets that contain one character; who finds none loses. */

import { button, call, chips, fill, h, notice, say, t, tell, textField } from "../parts/kit.js";
import { quoteElement } from "../parts/quotes.js";

const CHARS = ["花", "月", "春", "风", "山", "酒", "雪", "云", "夜", "江"];
const MARKS = /[\s，。、！？；：,.!?;:]/g;
let char = "花";
let turns = [];

/** The game. */
export function flowers() {
  const list = h("ol.turns", { "aria-live": "polite" });
  const field = textField({ label: t("play.flowers.line"), value: "", lang: "zh", maxlength: 24, onEnter: () => play() });
  const input = field.querySelector("input");
  const state = h("p.faint");
  const show = () => {
    fill(list, turns.map((turn) => (turn.author ? quoteElement(turn) : h("li.mine", { lang: "zh" }, turn.text))));
    state.textContent = t("play.flowers.turns", { n: turns.filter((turn) => !turn.author).length });
    list.lastChild?.scrollIntoView({ block: "nearest" });
  };
  const play = async () => {
    const line = input.value.replace(MARKS, "");
    const wrong = await faultOf(line);
    if (wrong) return tell(t(wrong, { char }));
    turns.push({ text: line });
    input.value = "";
    show();
    const { quotes, count } = await call("quotes", { char, without: turns.map((turn) => turn.text.replace(MARKS, "")).concat(turns.map((turn) => turn.text)), most: 24 });
    if (!count) return tell(t("play.flowers.won"));
    turns.push(quotes[Math.floor(Math.random() * quotes.length)]);
    say(turns.at(-1).text);
    return show();
  };
  const again = (chosen = char) => {
    [char, turns] = [chosen, []];
    show();
  };
  const safely = () => play().catch((error) => fill(list, notice(error)));
  show();
  return h("div.panel",
    h("p", t("play.flowers.what")),
    chips({ label: t("play.flowers.char"), name: "flower", value: char, options: CHARS, onChange: again }),
    list, state,
    h("div.field-row", field, button("go", t("play.flowers.go"), safely), button("plain", t("play.flowers.again"), () => again())));
}

/** The key of the text that says what is wrong with a line; null if the line counts. */
async function faultOf(line) {
  if (!line.includes(char)) return "play.flowers.without";
  if (turns.some((turn) => turn.text.replace(MARKS, "").includes(line))) return "play.flowers.said";
  const { spans } = await call("novelty", { text: line });
  return spans.some((span) => span.end - span.start >= [...line].length) ? null : "play.flowers.unknown";
}
