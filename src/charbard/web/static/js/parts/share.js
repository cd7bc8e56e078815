/** Share a poem: a card as an image, a page of its own, a link, a sheet to print. */

import { linkTo } from "../core/link.js";
import { pageOf } from "../core/page.js";
import { PAPERS, SHAPES, cardOf, nameOf, originOf, pngOf, saveFile, svgOf } from "./card.js";
import { button, chips, dressed, fill, h, headingOf, store, t, tell, textField, textOf, tick, written } from "./kit.js";
import { openDialog } from "./settings.js";

let look = { layout: "vertical", paper: "plain", shape: "natural", ruled: false, seal: "吟游", signature: null, marked: true };

/** Whether only this machine can reach the page's address. */
export function isLocal(host = location.hostname) {
  return host === "localhost" || host === "[::1]" || host.endsWith(".localhost") || /^127\./.test(host);
}

/** Copy a text to the clipboard, or show the text if that fails. */
export async function copyText(text, done, hint = "") {
  try {
    await navigator.clipboard.writeText(text);
    tell(done, hint);
  } catch (error) {
    console.warn(error);
    tell(t("error.clipboard"), text);
  }
}

/** Show a poem as a card, with the ways to share it. */
export async function openShare(poem) {
  openDialog(t("share.title"), poem.lines ? await cardBox(poem) : h("div.scopes", ways(poem)), poem.lines ? "is-wide" : "");
}

async function cardBox(poem) {
  const all = written(poem);
  const shown = await dressed([...all.map((line) => line.text), poem.title ?? "", poem.author ?? ""]);
  const lines = all.map((line, at) => ({ ...line, text: shown[at].text }));
  const heading = headingOf({ ...poem, title: shown.at(-2).text, author: "" });
  const preview = h("div.card-preview");
  let drawing;
  const draw = () => {
    const origin = look.marked ? [originOf(poem), "charbard"].filter(Boolean).join(" · ") : "";
    drawing = cardOf(lines, { ...look, heading, origin, signature: look.signature ?? shown.at(-1).text });
    fill(preview, drawing);
  };
  const set = (patch) => {
    look = { ...look, ...patch };
    draw();
  };
  draw();
  const choice = (name, options) => chips({ label: t(`card.${name}`), name: `card-${name}`, value: look[name], options, onChange: (value) => set({ [name]: value }) });
  return h("div.card-box", preview, h("div.card-set",
    choice("layout", [["vertical", t("settings.vertical")], ["horizontal", t("card.horizontal")]]),
    choice("shape", Object.keys(SHAPES).map((name) => [name, name === "natural" ? t("card.natural") : name])),
    choice("paper", Object.keys(PAPERS).map((name) => [name, t(`card.paper.${name}`)])),
    h("div.field-row",
      textField({ label: t("card.seal"), value: look.seal, maxlength: 4, lang: "zh", onInput: (seal) => set({ seal: seal.trim() }) }),
      textField({ label: t("card.signature"), value: look.signature ?? shown.at(-1).text, maxlength: 16, onInput: (signature) => set({ signature: signature.trim() }) })),
    h("div.field-row",
      tick({ label: t("card.ruled"), checked: look.ruled, onChange: (ruled) => set({ ruled }) }),
      tick({ label: t("card.marked"), checked: look.marked, onChange: (marked) => set({ marked }) })),
    h("div.scopes",
      button("go", t("card.png"), async () => saveFile(await pngOf(drawing), nameOf(poem), "png")),
      "ClipboardItem" in globalThis && button("plain", t("card.copy"), () => copyImage(drawing)),
      button("plain", t("card.svg"), () => saveFile(new Blob([svgOf(drawing)], { type: "image/svg+xml" }), nameOf(poem), "svg")),
      ways(poem, () => drawing))));
}

/** The ways to share any poem: link, page, the system's own dialog, a sheet to print. */
function ways(poem, drawingOf = null) {
  const saved = async () => saveFile(new Blob([pageOf(poem, { origin: originOf(poem), link: isLocal() ? "" : await linkTo(poem) })], { type: "text/html;charset=utf-8" }), nameOf(poem), "html");
  const practice = () => {
    store.set({ practising: poem });
    location.hash = "#/practice";
  };
  return [
    button("plain", t("poem.link"), async () => copyText(await linkTo(poem), t(isLocal() ? "share.local" : "share.linked"), isLocal() ? t("share.local.hint") : "")),
    button("plain", t("share.html"), saved),
    "share" in navigator && button("plain", t("share.system"), () => shareWith(poem, drawingOf)),
    poem.lines && button("plain", t("share.practice"), practice),
  ];
}

async function copyImage(drawing) {
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": pngOf(drawing) })]);
    tell(t("card.copied"));
  } catch (error) {
    console.warn(error);
    tell(t("error.clipboard.image"));
  }
}

/** Open the system's dialog for sharing, with the card as an image where it accepts files. */
async function shareWith(poem, drawingOf) {
  const given = { title: nameOf(poem), text: textOf(poem) };
  if (drawingOf) {
    const files = [new File([await pngOf(drawingOf())], `${nameOf(poem)}.png`, { type: "image/png" })];
    if (navigator.canShare?.({ files })) given.files = files;
  }
  await navigator.share(given).catch((error) => error.name === "AbortError" || tell(t("error.share")));
}
