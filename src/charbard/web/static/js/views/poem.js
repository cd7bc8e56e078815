/** A poem that somebody shared: as it was shown there, and how it was written. */

import { actionsOf } from "../parts/actions.js";
import { originOf } from "../parts/card.js";
import { h, heading, poemElement, store, t } from "../parts/kit.js";

/** Build the view. */
export function mount(root) {
  const poem = store.state.visiting;
  const { made } = poem;
  root.append(
    h("article.page-poem",
      poem.lines && h("h1.sheet-title", { lang: "zh" }, heading(poem)),
      poemElement(poem),
      made && h("p.faint", originOf(poem), "　", t("poem.seed", { seed: made.seed, model: `${made.model} ${made.digest}` })),
      h("div.sheet-tools", actionsOf(poem)),
      h("a.plain", { href: "#/write" }, t("poem.own"))),
  );
}
