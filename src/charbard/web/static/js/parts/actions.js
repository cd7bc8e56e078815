/** What can be done with a poem, as a row of icon buttons. */

import { openCard } from "./card.js";
import { headingOf, iconButton, isLiked, store, t, tell, textOf, toggleLike } from "./kit.js";
import { linkTo } from "../core/link.js";

/** Copy text, or say why it could not be. */
async function copyText(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    tell(done);
  } catch (error) {
    console.warn(error);
    tell(t("error.clipboard"), text);
  }
}

/** Buttons for a poem; the first one is the one that is meant most often. */
export function actionsOf(poem, { onDesk = false } = {}) {
  const buttons = [];
  const { features } = store.state;
  if (poem.lines && features.desk && !onDesk) {
    buttons.push(iconButton("desk", t("poem.desk"), () => toDesk(poem)));
  }
  const heart = iconButton("heart", "", () => show(toggleLike(poem)));
  const show = (liked) => {
    heart.title = t(liked ? "poem.liked" : "poem.like");
    heart.ariaLabel = heart.title;
    heart.ariaPressed = liked;
  };
  show(isLiked(poem));
  buttons.push(heart);
  buttons.push(iconButton("copy", t("poem.copy"), () => copyText(sharedText(poem), t("poem.copied"))));
  if (poem.lines) buttons.push(iconButton("card", t("card.title"), () => openCard(poem)));
  buttons.push(iconButton("link", t("poem.link"), async () => copyText(await linkTo(poem), t("poem.linked"))));
  buttons.push(iconButton("eye", t("poem.look"), () => {
    store.set({ looking: poem });
    location.hash = "#/look";
  }));
  return buttons;
}

/** Put a poem on the desk, where its changes begin anew. */
export function toDesk(poem) {
  store.set({ desk: null, putting: poem });
  location.hash = "#/desk";
}

function sharedText(poem) {
  const heading = poem.lines ? headingOf(poem) : "";
  return [heading, textOf(poem)].filter(Boolean).join("\n");
}
