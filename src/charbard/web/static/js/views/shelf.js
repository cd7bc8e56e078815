/** The shelf: favourites and history, with export and import. */

import { asJson, asMarkdown, asText, found, fromJson } from "../core/export.js";
import { actionsOf } from "../parts/actions.js";
import { saveFile } from "../parts/card.js";
import { button, fill, forget, h, heading, icon, iconButton, poemElement, store, t, takeBack, tell, textField, twice } from "../parts/kit.js";

/** Number of poems of the history that are rendered at once. */
const SHOWN = 60;

/** Build the view. */
export function mount(root) {
  let query = "";
  const bar = h("div.bar");
  const box = h("div.shelf");
  const show = () => layOut(bar, box, query);
  root.append(
    bar,
    textField({ label: t("shelf.search"), value: "", type: "search", onInput: (value) => { query = value; show(); } }),
    box);
  show();
  return { leave: store.subscribe((state, names) => (names.includes("shelf") || names.includes("names")) && show()) };
}

function layOut(bar, box, query) {
  const { shelf, names } = store.state;
  const liked = new Set(shelf.favourites.map((poem) => poem.id));
  const favourites = found(shelf.favourites, query);
  const history = found(shelf.history.filter((poem) => !liked.has(poem.id)), query);
  const none = () => h("p.faint", t("shelf.none"));
  const clear = () => store.change("shelf", (kept) => ({ ...kept, history: [] }));
  fill(bar, exports(), h("p.faint", t("shelf.where")));
  fill(
    box,
    h("section", h("h2", t("shelf.favourites")), favourites.length ? grid(favourites, false) : none()),
    names.favourites.length > 0 && h("section", h("h2", t("names.kept")), h("p.kept-names", { lang: "zh" }, names.favourites.map((one) => one.name).join("　"))),
    h("section", h("h2", t("shelf.history")), history.length ? grid(history.slice(0, SHOWN), true) : none(),
      history.length > SHOWN && h("p.faint", t("shelf.more", { n: history.length - SHOWN })),
      history.length > 0 && !query && button("plain", t("shelf.clear"), twice(clear))),
  );
}

function grid(poems, canForget) {
  return h("div.board", { data: { count: 4 } }, poems.map((poem) =>
    h(`article.sheet.is-done${poem.prose === undefined ? "" : ".is-prose"}`,
      poem.lines && h("h3.sheet-title", { lang: "zh" }, heading(poem)),
      poemElement(poem),
      h("div.sheet-foot", h("span.faint", poem.written?.slice(0, 10)),
        h("div.sheet-tools", actionsOf(poem), canForget && iconButton("trash", t("workshop.drop"), () => forget(poem)))))));
}

function exports() {
  const { shelf, names } = store.state;
  const file = h("input.unseen", { type: "file", accept: ".json,application/json", "aria-label": t("shelf.import"), tabindex: -1, on: { change: (event) => takeIn(event.target) } });
  const poems = shelf.favourites.length ? shelf.favourites : shelf.history;
  const out = (words, ending, kind, content) => button("plain", [icon("down"), words], () => saveFile(new Blob([content()], { type: kind }), t("nav.shelf"), ending));
  const made = (poem) => poem.made && t("poem.seed", { seed: poem.made.seed, model: poem.made.model });
  return h("div.bar-group",
    out(t("shelf.all"), "json", "application/json", () => asJson({ shelf, names })),
    out(t("shelf.text"), "txt", "text/plain;charset=utf-8", () => asText(poems)),
    out("Markdown", "md", "text/markdown;charset=utf-8", () => asMarkdown(poems, made)),
    button("plain", [icon("up"), t("shelf.import")], () => file.click()), file);
}

async function takeIn(input) {
  const [file] = input.files;
  if (!file) return;
  const back = fromJson(await file.text());
  input.value = "";
  tell(back ? t("shelf.imported", { n: takeBack(back) }) : t("shelf.badfile"));
}
