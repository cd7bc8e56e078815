/** The card: one drawing as SVG, columns placed character by character; the PNG is that drawing. */

import { button, chips, dressed, fill, h, headingOf, rowsOf, s, t, textField } from "./kit.js";
import { openDialog } from "./settings.js";

const PAPER = { light: ["#f8f3e7", "#221d16", "#a5341f", "#8a7f6c"], dark: ["#1a1712", "#ece3d0", "#c9553c", "#8d826f"] };
const SIZE = 46;

let choice = { layout: "vertical", seal: "吟游", signature: "", dark: false };

/** Show a poem as a card that can be saved. */
export async function openCard(poem) {
  const heading = headingOf(poem);
  const lines = await dressed(poem.lines.map((line) => line.text));
  const rows = rowsOf(poem.lines.map((line, at) => ({ ...line, text: lines[at].text })));
  const preview = h("div.card-preview");
  let drawing;
  const draw = () => {
    drawing = cardOf(rows, { heading, ...choice });
    fill(preview, drawing);
  };
  const set = (patch) => {
    choice = { ...choice, ...patch };
    draw();
  };
  draw();
  openDialog(t("card.title"), h("div.card-box", preview, h("div.card-set",
    chips({ label: t("card.title"), name: "card-layout", value: choice.layout, quiet: true, options: [["vertical", t("settings.vertical")], ["horizontal", t("card.horizontal")]], onChange: (layout) => set({ layout }) }),
    chips({ label: t("settings.theme"), name: "card-dark", value: choice.dark, quiet: true, options: [[false, t("settings.theme.light")], [true, t("settings.theme.dark")]], onChange: (dark) => set({ dark }) }),
    textField({ label: t("card.seal"), value: choice.seal, maxlength: 4, onInput: (seal) => set({ seal: seal.trim() }) }),
    textField({ label: t("card.signature"), value: choice.signature, maxlength: 16, onInput: (signature) => set({ signature: signature.trim() }) }),
    h("div.go-row",
      button("go", t("card.png"), () => savePng(drawing, poem)),
      button("plain", t("card.svg"), () => saveFile(new Blob([source(drawing)], { type: "image/svg+xml" }), nameOf(poem), "svg"))))), "is-wide");
}

/** The drawing of a card. */
function cardOf(rows, { heading, layout, seal, signature, dark }) {
  const [paper, ink, red, faint] = PAPER[dark ? "dark" : "light"];
  const placed = (layout === "vertical" ? columns : stack)(rows, heading, signature);
  const { width, height, marks } = placed;
  const glyphs = marks.map(({ x, y, char, size, soft }) => glyph(char, x, y, size, soft ? faint : ink));
  return s("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, width, height, "font-family": getComputedStyle(document.body).fontFamily, role: "img", "aria-label": rows.flat().map((line) => line.text + line.mark).join("") },
    s("rect", { width, height, fill: paper }),
    s("rect", { x: 18, y: 18, width: width - 36, height: height - 36, fill: "none", stroke: faint, "stroke-width": 1, opacity: 0.5 }),
    glyphs,
    seal && stamp(placed.seal, seal, red, paper));
}

/** Where columns or rows begin, and where all of them end: half a one stays free between stanzas. */
function startsOf(ends) {
  const starts = [0];
  for (const isEnd of ends) starts.push(starts.at(-1) + (isEnd ? 1.5 : 1));
  return starts;
}

/** One character, its middle at a place. */
function glyph(char, x, y, size, fill) {
  return s("text", { x, y, "font-size": size, fill, "text-anchor": "middle", "dominant-baseline": "central" }, char);
}

/** Right to left, top to bottom: one column a line; a title to its right, a signature to its left. */
function columns(rows, heading, signature) {
  const lines = rows.flat();
  const longest = Math.max(...lines.map((line) => [...line.text].length));
  const step = SIZE * 1.28;
  const gap = SIZE * 1.75;
  const top = 100;
  const height = top + step * Math.max(longest, 6) + 120;
  const starts = startsOf(lines.map((line) => line.ends));
  const count = starts.pop() + 1;
  const width = Math.max(420, gap * count + 190);
  const right = width - 96;
  const marks = down([...heading].slice(0, 24), right, top - 10, 22, 30, true);
  lines.forEach((line, at) => marks.push(...down(line.text, right - gap * (starts[at] + 1) + 10, top, SIZE, step)));
  const x = Math.max(62, right - gap * count + 14);
  marks.push(...down(signature, x, top + step, 20, 27, true));
  const foot = top + step + [...signature].length * 27;
  return { width, height, marks, seal: { x, y: Math.min(height - 84, Math.max(foot + 30, height - 130)) } };
}

function down(text, x, top, size, step, soft = false) {
  return Array.from(text, (char, at) => ({ x, y: top + at * step, char, size, soft }));
}

/** Left to right, one row a line of the display. */
function stack(rows, heading, signature) {
  const texts = rows.map((row) => row.map((line) => line.text + line.mark).join(""));
  const longest = Math.max(...texts.map((text) => [...text].length));
  const size = longest > 18 ? 30 : 38;
  const step = size * 1.16;
  const width = Math.max(560, longest * step + 190);
  const top = 150;
  const starts = startsOf(rows.map((row) => row.at(-1).ends));
  const height = top + starts.at(-1) * size * 1.9 + 130;
  const marks = across(heading, width / 2, 84, 22, 27, true);
  texts.forEach((text, at) => marks.push(...across(text, width / 2 + size * 0.3, top + starts[at] * size * 1.9, size, step)));
  marks.push(...across(signature, width - 170 - [...signature].length * 11, height - 70, 20, 22, true));
  return { width, height, marks, seal: { x: width - 92, y: height - 74 } };
}

function across(text, middle, y, size, step, soft = false) {
  const chars = [...text];
  return chars.map((char, at) => ({ x: middle + (at - (chars.length - 1) / 2) * step, y, char, size, soft }));
}

/** A seal of one to four characters, cut out of the red. */
function stamp({ x, y }, text, red, paper) {
  const chars = [...text].slice(0, 4);
  const single = chars.length === 1;
  const tall = chars.length === 2 || chars.length === 3;
  const width = single || tall ? 40 : 62;
  const height = single ? 40 : tall ? chars.length * 30 + 6 : 62;
  const places = single ? [[0, 0]] : tall ? chars.map((_, at) => [0, (at - (chars.length - 1) / 2) * 29]) : [[14, -14], [14, 14], [-14, -14], [-14, 14]];
  return s("g", { transform: `translate(${x} ${y})` },
    s("rect", { x: -width / 2, y: -height / 2, width, height, rx: 5, fill: red }),
    chars.map((char, at) => glyph(char, ...places[at], 26, paper)));
}

function source(drawing) {
  return new XMLSerializer().serializeToString(drawing);
}

/** The drawing as an image of twice its size. */
async function pngOf(drawing) {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([source(drawing)], { type: "image/svg+xml" }));
  try {
    image.src = address;
    await image.decode();
    const canvas = h("canvas", { width: image.naturalWidth * 2, height: image.naturalHeight * 2 });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

async function savePng(drawing, poem) {
  saveFile(await pngOf(drawing), nameOf(poem), "png");
}

/** What a file of a poem is called. */
export function nameOf(poem) {
  return poem.title || poem.lines?.[0]?.text || "charbard";
}

/** Offer a file for download. */
export function saveFile(blob, name, ending) {
  const link = h("a", { href: URL.createObjectURL(blob), download: `${name}.${ending}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
