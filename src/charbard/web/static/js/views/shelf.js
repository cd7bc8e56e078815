/** The shelf: what was kept and what was written, and its way out of this browser and back. */

import { actionsOf } from "../actions.js";
import { saveFile } from "../card.js";
import { button, fill, freshId, h, headingOf, icon, poemElement, store, t, tell, textOf, twice } from "../kit.js";
import { isPoem } from "../link.js";

export function mount(root) {
  const box = h("div.shelf");
  root.append(box);
  layOut(box);
  return { leave: store.subscribe((state, names) => names.includes("shelf") && layOut(box)) };
}

function layOut(box) {
  const { favourites, history } = store.state.shelf;
  const liked = new Set(favourites.map((poem) => poem.id));
  const others = history.filter((poem) => !liked.has(poem.id));
  fill(
    box,
    h("div.bar", exports(favourites.length ? favourites : history), h("p.faint", t("shelf.where"))),
    h("section", h("h2", t("shelf.favourites")), favourites.length ? grid(favourites) : h("p.faint", t("shelf.none"))),
    h("section", h("h2", t("shelf.history")), others.length ? grid(others.slice(0, 60)) : h("p.faint", t("shelf.none")), others.length > 0 && button("plain", t("shelf.clear"), twice(() => store.merge("shelf", { history: [] })))),
  );
}

function grid(poems) {
  return h("div.board", { data: { count: 4 } }, poems.map((poem) =>
    h(`article.sheet.is-done${poem.prose === undefined ? "" : ".is-prose"}`,
      poem.lines && h("h3.sheet-title", { lang: "zh" }, headingOf(poem)),
      poemElement(poem),
      h("div.sheet-foot", h("span.faint", poem.written?.slice(0, 10)), h("div.sheet-tools", actionsOf(poem))))));
}

function exports(poems) {
  const file = h("input.unseen", { type: "file", accept: ".json,application/json", "aria-label": t("shelf.import"), on: { change: (event) => takeIn(event.target.files[0]) } });
  const out = (ending, kind, content) => button("plain", [icon("down"), ending.toUpperCase()], () => saveFile(new Blob([content(poems)], { type: kind }), null, ending), { disabled: !poems.length });
  return h("div.bar-group",
    h("span.field-name", t("shelf.export")),
    out("txt", "text/plain;charset=utf-8", asText),
    out("md", "text/markdown;charset=utf-8", asMarkdown),
    out("json", "application/json", asJson),
    button("plain", [icon("up"), t("shelf.import")], () => file.click()), file);
}

/** Poems as plain text, a blank line between them. */
function asText(poems) {
  return `${poems.map((poem) => [poem.lines ? headingOf(poem) : "", textOf(poem)].filter(Boolean).join("\n")).join("\n\n")}\n`;
}

/** Poems as Markdown, each under its heading, with how it came about. */
function asMarkdown(poems) {
  return `${poems.map((poem) => {
    const heading = (poem.lines ? headingOf(poem) : "") || poem.made?.model || "—";
    const made = poem.made ? `\n\n*${t("poem.seed", { seed: poem.made.seed, model: poem.made.model })}*` : "";
    return `## ${heading}\n\n${textOf(poem).replaceAll("\n", "  \n")}${made}`;
  }).join("\n\n")}\n`;
}

/** Poems with all that is known of them. */
function asJson(poems) {
  return `${JSON.stringify({ charbard: 1, poems }, null, 2)}\n`;
}

async function takeIn(file) {
  if (!file) return;
  let poems = [];
  try {
    ({ poems } = JSON.parse(await file.text()));
  } catch (error) {
    console.warn(error);
  }
  const good = Array.isArray(poems) ? poems.filter(isPoem) : [];
  if (!good.length) return tell(t("shelf.badfile"));
  const { favourites } = store.state.shelf;
  const known = new Set(favourites.map((poem) => poem.id));
  const fresh = good.map((poem) => ({ ...poem, id: typeof poem.id === "string" ? poem.id : freshId() })).filter((poem) => !known.has(poem.id));
  store.merge("shelf", { favourites: [...fresh, ...favourites] });
  tell(t("shelf.imported", { n: fresh.length }));
}
