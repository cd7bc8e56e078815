/** A row of buttons for a poem, each with an icon and a word. */

import { h, headingOf, icon, isLiked, store, t, textOf, toggleLike } from "./kit.js";
import { openReading } from "./reading.js";
import { copyText, openShare } from "./share.js";

/** Buttons for a poem; the first one is the most common choice. */
export function actionsOf(poem, { onDesk = false } = {}) {
  const { features } = store.state;
  return [
    poem.lines && features.desk && !onDesk && tool("desk", "poem.desk", () => toDesk(poem)),
    heart(poem),
    tool("copy", "poem.copy", () => copyText(sharedText(poem), t("poem.copied"))),
    tool("share", "share.title", () => openShare(poem)),
    poem.lines && tool("book", "reading.title", () => openReading(poem), { name: "reading" }),
    tool("eye", "poem.look", () => {
      store.set({ looking: poem });
      location.hash = "#/look";
    }),
  ];
}

/** A button whose word is shown where there is room, and is always read by screen readers. */
function tool(name, key, act, data = {}) {
  const word = t(key);
  return h("button.tool", { type: "button", title: word, "aria-label": word, data, on: { click: act } }, icon(name), h("small", word));
}

function heart(poem) {
  const button = tool("heart", "poem.like", () => show(toggleLike(poem)));
  const show = (liked) => {
    const word = t(liked ? "poem.liked" : "poem.like");
    button.title = word;
    button.ariaLabel = word;
    button.ariaPressed = liked;
    button.lastChild.textContent = word;
  };
  show(isLiked(poem));
  return button;
}

/** Put a poem on the desk with a new tree of changes. */
export function toDesk(poem) {
  store.set({ desk: null, putting: poem });
  location.hash = "#/desk";
}

function sharedText(poem) {
  const heading = poem.lines ? headingOf(poem) : "";
  return [heading, textOf(poem)].filter(Boolean).join("\n");
}
