/** Lines by poets on a theme, with author and title, fetched when the panel is opened. */

import { call } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { t } from "../core/strings.js";
import { dressText, languageTag } from "./paper.js";

/** A panel that can be opened; empty without a theme. */
export function quotesPanel(theme) {
  if (!/\p{Script=Han}/u.test(theme)) return null;
  const list = h("ul.quotes");
  const load = async () => {
    const { quotes } = await call("quotes", { theme });
    fill(list, quotes.map(quoteElement), !quotes.length && h("li.faint", t("quotes.none")));
  };
  const box = h("details.more.quotes-box", { on: { toggle: () => box.open && !list.firstChild && load() } }, h("summary", t("quotes.of", { theme })), list);
  return box;
}

/** One quotation with its source. */
export function quoteElement({ text, dynasty, author, title }) {
  return h("li", { lang: languageTag() }, dressText(h("span.quote"), text), " ", dressText(h("small"), `${dynasty} ${author}《${title}》`));
}
