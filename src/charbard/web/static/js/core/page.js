/** A poem as a page of its own: one HTML file without any other resources. */

import { headingOf, rowsOf } from "./poem.js";

const STYLE = `:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-content:center;gap:1.6rem;padding:2rem;
background:light-dark(#f5f0e4,#15130f);color:light-dark(#241f18,#ebe2d0);font:1.6rem/2 "Noto Serif CJK SC","Songti SC",SimSun,Georgia,serif;text-align:center}
h1{font-size:1rem;font-weight:500;letter-spacing:.1em}p{margin:0}.ends{margin-bottom:1.2em}footer{font-size:.8rem;opacity:.7}pre{white-space:pre-wrap;font:inherit;font-size:1.1rem;text-align:start;max-width:40rem}`;

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Escape text for HTML. */
function escaped(text) {
  return text.replace(/[&<>"]/g, (char) => ENTITIES[char]);
}

/** The HTML file. `origin` names the author; `link`, if any, leads to a page that can edit the poem. */
export function pageOf(poem, { origin = "", link = "" } = {}) {
  const title = poem.lines ? headingOf(poem) : poem.form ?? "";
  const body = poem.lines
    ? rowsOf(poem.lines).map((row) => `<p${row.at(-1).ends ? ' class="ends"' : ""}>${escaped(row.map((line) => line.text + line.mark).join(""))}</p>`).join("\n")
    : `<pre>${escaped(poem.prose)}</pre>`;
  const more = [origin, link && `<a href="${escaped(link)}">吟游 charbard</a>`].filter(Boolean).join(" · ");
  return `<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(title || "charbard")}</title><style>${STYLE}</style></head>
<body><article>
<h1>${escaped(title)}</h1>
${body}
</article><footer>${more || "吟游 charbard"}</footer></body></html>
`;
}
