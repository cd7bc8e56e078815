/** A sheet to print for handwriting: the poem in squares with guide lines, with pinyin, to trace or copy. */

import { button, chips, dressed, fill, h, heading, store, t, tick, written } from "../parts/kit.js";

let look = { ink: "faint", rows: 2, pinyin: true };

/** Build the view. */
export function mount(root) {
  const poem = store.state.practising;
  if (!poem) {
    root.append(h("p.notice", t("practice.none")));
    return;
  }
  const sheet = h("div.practice");
  const set = async (patch) => {
    look = { ...look, ...patch };
    await draw(sheet, poem);
  };
  root.append(
    h("div.bar.no-print",
      chips({ label: t("practice.ink"), name: "practice-ink", value: look.ink, options: ["black", "faint", "none"].map((ink) => [ink, t(`practice.ink.${ink}`)]), onChange: (ink) => set({ ink }) }),
      chips({ label: t("practice.rows"), name: "practice-rows", value: look.rows, options: [1, 2, 3], onChange: (rows) => set({ rows }) }),
      tick({ label: t("practice.pinyin"), checked: look.pinyin, onChange: (pinyin) => set({ pinyin }) }),
      button("go", t("practice.print"), () => print())),
    sheet);
  set({});
}

/** Draw each line once in black, then as often as requested to trace or copy, all on one page. */
async function draw(sheet, poem) {
  const lines = await dressed(written(poem).map((line) => line.text), { pinyin: look.pinyin });
  const longest = Math.max(...lines.map(({ text }) => [...text].length));
  sheet.dataset.cells = longest > 7 ? "many" : "few";
  sheet.dataset.lines = lines.length * look.rows > 10 ? "many" : "few";
  const cell = (char, ink, sound) => h("span.square", sound !== undefined && h("small", sound), h(`b.ink-${ink}`, char));
  fill(sheet, h("h1.sheet-title", { lang: "zh" }, heading(poem)),
    lines.map(({ text, pinyin }) => Array.from({ length: look.rows }, (_, row) =>
      h("p.squares", { lang: "zh" }, [...text].map((char, place) => cell(char, row ? look.ink : "black", row ? undefined : pinyin?.[place]))))));
}
