/** A poem embedded in another site: `#` in the address is followed by what follows `#/poem/` in a link. */

import { fill, h } from "./core/dom.js";
import { poemFrom } from "./core/link.js";
import { headingOf, rowsOf } from "./core/poem.js";

const poem = await poemFrom(location.hash.slice(1));
const main = document.getElementById("main");
const rows = poem?.lines ? rowsOf(poem.lines) : [];
fill(main,
  poem?.lines && h("h1.sheet-title", headingOf(poem)),
  h("div.poem", { lang: "zh" }, rows.map((row) => h(`p.poem-row${row.at(-1).ends ? ".ends-stanza" : ""}`, row.map((line) => line.text + line.mark).join("")))),
  poem?.prose !== undefined && h("p.prose-text", poem?.prose),
  h("p.faint", h("a", { href: poem ? `./#/poem/${location.hash.slice(1)}` : "./", target: "_top" }, "吟游 charbard")));
