/** A poem that somebody sent: as they saw it, and how it came about. */

import { actionsOf } from "../parts/actions.js";
import { h, headingOf, poemElement, store, t } from "../parts/kit.js";

export function mount(root) {
  const poem = store.state.visiting;
  const { made } = poem;
  root.append(
    h("article.page-poem",
      poem.lines && h("h1.sheet-title", { lang: "zh" }, headingOf(poem)),
      poemElement(poem),
      made && h("p.faint", t(poem.edited ? "poem.edited" : "poem.made"), "　", t("poem.seed", { seed: made.seed, model: `${made.model} ${made.digest}` })),
      h("div.sheet-tools", actionsOf(poem))),
  );
}
