/** Ideas to begin with: themes and occasions, a surprise, and Chinese for an English theme. */

import { glossesOf, isForeign, learnGlossary } from "../core/glossary.js";
import { button, dressText, fill, h, isChinese, t } from "../parts/kit.js";

/** Themes with their English; occasions of life come first. */
const IDEAS = [
  ["春节", "New Year"], ["生日", "birthday"], ["送别", "farewell"], ["毕业", "graduation"], ["新婚", "wedding"], ["思乡", "homesick"],
  ["秋夜", "autumn night"], ["山居", "in the mountains"], ["江雪", "snow on the river"], ["月下独酌", "drinking alone under the moon"],
  ["听雨", "listening to the rain"], ["落花", "falling flowers"], ["登高", "climbing high"], ["人工智能", "artificial intelligence"],
];

/** Buttons for themes, which call `onChoose(theme)`. The last one chooses a theme at random. */
export function ideas(onChoose) {
  const one = ([theme, english]) => button("idea", [dressText(h("span", { lang: "zh" }), theme), !isChinese() && h("small", english)], () => onChoose(theme));
  const any = () => onChoose(IDEAS[Math.floor(Math.random() * IDEAS.length)][0]);
  return h("div.ideas", { role: "group", "aria-label": t("write.ideas") },
    button("idea.surprise", t("write.surprise"), any), IDEAS.map(one));
}

/** Chinese for an English theme, updated by `show(text)`. */
export function glosses(onChoose) {
  const box = h("div.glosses", { role: "group", "aria-label": t("write.glosses") });
  const show = async (text) => {
    if (!isForeign(text)) return fill(box);
    await learnGlossary();
    const found = glossesOf(text);
    return fill(box,
      found.length > 0 && h("span.faint", t("write.glosses")),
      found.map(([english, chinese]) => button("idea", [h("span", { lang: "zh" }, chinese), h("small", english)], () => onChoose(chinese))),
      !found.length && h("p.faint", t("write.unglossed")));
  };
  return { box, show };
}
