/** The card: one SVG drawing, set character by character; the PNG is rendered from it. */

import { h, rowsOf, s, t } from "./kit.js";

/** Paper, ink, seal and faint colour of each paper. */
export const PAPERS = {
  plain: ["#f8f3e7", "#221d16", "#a5341f", "#8a7f6c"],
  ink: ["#1a1712", "#ece3d0", "#c9553c", "#8d826f"],
  red: ["#a3271c", "#f6dfae", "#f6dfae", "#dc9d72"],
  green: ["#e6ede1", "#22302a", "#a5341f", "#7d8f83"],
  rose: ["#f6e6e2", "#3a2420", "#a5341f", "#a5867f"],
};
/** Width over height; 0 makes the card as large as its poem. */
export const SHAPES = { natural: 0, "3:4": 3 / 4, "9:16": 9 / 16, "1:1": 1 };

const SIZE = 46;
const STEP = SIZE * 1.28;
const GAP = SIZE * 1.75;
const EDGE = 96;
/** An upright card sets a poem with more lines in one tier for each stanza. */
const MOST_COLUMNS = 12;
/** Minimum width of a PNG. */
const WIDE_PX = 1080;

/**
 * Draw a card.
 *
 * `lines` have `text` and `mark`; `look` is `{layout, paper, shape, ruled, seal, signature, origin, heading}`.
 */
export function cardOf(lines, look) {
  const [paper, ink, red, faint] = PAPERS[look.paper];
  const placed = (look.layout === "vertical" ? columns : stack)(lines, look);
  const ratio = SHAPES[look.shape];
  const width = Math.max(placed.width, placed.height * ratio);
  const height = ratio ? width / ratio : placed.height;
  const [left, top] = [(width - placed.width) / 2, (height - placed.height) / 2];
  const glyphs = placed.marks.map(({ x, y, char, size, soft }) => glyph(char, x, y, size, soft ? faint : ink));
  const rules = look.ruled ? placed.rules.map(([x1, y1, x2, y2]) => s("line", { x1, y1, x2, y2, stroke: red, "stroke-width": 1, opacity: 0.45 })) : [];
  return s("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, width, height, "font-family": getComputedStyle(document.body).fontFamily, role: "img", "aria-label": lines.map((line) => line.text + line.mark).join("") },
    s("rect", { width, height, fill: paper }),
    s("rect", { x: 18, y: 18, width: width - 36, height: height - 36, fill: "none", stroke: faint, "stroke-width": 1, opacity: 0.5 }),
    s("g", { transform: `translate(${left} ${top})` }, rules, glyphs, look.seal && stamp(placed.seal, look.seal, red, paper)),
    look.origin && across(look.origin, width / 2, height - 40, 15, 19).map(({ x, y, char, size }) => glyph(char, x, y, size, faint)));
}

/** The start of each column or row, and the end of the last; stanzas are half a column or row apart. */
function startsOf(ends) {
  const starts = [0];
  for (const isEnd of ends) starts.push(starts.at(-1) + (isEnd ? 1.5 : 1));
  return starts;
}

/** One character, centred at a place. */
function glyph(char, x, y, size, fill) {
  return s("text", { x, y, "font-size": size, fill, "text-anchor": "middle", "dominant-baseline": "central" }, char);
}

/** Lines in tiers from top to bottom: one tier, or a tier for each stanza of a long poem. */
function tiersOf(lines, shape) {
  if (lines.length <= MOST_COLUMNS || !SHAPES[shape] || SHAPES[shape] > 1) return [lines];
  const tiers = [[]];
  for (const line of lines) {
    tiers.at(-1).push({ ...line, ends: false });
    if (line.ends) tiers.push([]);
  }
  return tiers.filter((tier) => tier.length);
}

/** Columns from right to left, one for each line, with a title to the right and a signature to the left. */
function columns(lines, { heading, signature, shape }) {
  const tiers = tiersOf(lines, shape);
  const starts = tiers.map((tier) => startsOf(tier.map((line) => line.ends)));
  const count = Math.max(...starts.map((one) => one.at(-1))) + 1;
  const width = Math.max(420, GAP * count + 190);
  const right = width - EDGE;
  let top = 100;
  const marks = down([...heading].slice(0, 24), right, top - 10, 22, 30, true);
  const rules = [];
  let foot = 0;
  tiers.forEach((tier, number) => {
    const longest = Math.max(...tier.map((line) => [...line.text].length), tiers.length > 1 ? 0 : 6);
    tier.forEach((line, at) => {
      const x = right - GAP * (starts[number][at] + 1) + 10;
      marks.push(...down(line.text, x, top, SIZE, STEP));
      rules.push([x + GAP / 2, top - STEP, x + GAP / 2, top + STEP * longest], [x - GAP / 2, top - STEP, x - GAP / 2, top + STEP * longest]);
    });
    foot = top;
    top += STEP * (longest + 0.8);
  });
  const height = top + 80;
  const x = Math.max(62, right - GAP * count + 14);
  marks.push(...down(signature, x, foot + STEP, 20, 27, true));
  const below = foot + STEP + [...signature].length * 27;
  return { width, height, marks, rules, seal: { x, y: Math.min(height - 92, Math.max(below + 30, height - 140)) } };
}

function down(text, x, top, size, step, soft = false) {
  return Array.from(text, (char, at) => ({ x, y: top + at * step, char, size, soft }));
}

/** Rows from top to bottom, each from left to right, as on the page. */
function stack(lines, { heading, signature }) {
  const rows = rowsOf(lines);
  const texts = rows.map((row) => row.map((line) => line.text + line.mark).join(""));
  const longest = Math.max(...texts.map((text) => [...text].length));
  const size = longest > 18 ? 30 : 38;
  const step = size * 1.16;
  const width = Math.max(560, longest * step + 190);
  const top = 150;
  const starts = startsOf(rows.map((row) => row.at(-1).ends));
  const height = top + starts.at(-1) * size * 1.9 + 150;
  const marks = across(heading, width / 2, 84, 22, 25, true);
  const rules = [];
  texts.forEach((text, at) => {
    const y = top + starts[at] * size * 1.9;
    marks.push(...across(text, width / 2 + size * 0.3, y, size, step));
    rules.push([70, y + size * 0.95, width - 70, y + size * 0.95]);
  });
  marks.push(...across(signature, width - 170 - [...signature].length * 11, height - 90, 20, 22, true));
  return { width, height, marks, rules, seal: { x: width - 92, y: height - 94 } };
}

/** Characters side by side around a centre; Latin letters are set closer. */
function across(text, middle, y, size, step, soft = false) {
  const places = [];
  let end = 0;
  for (const char of text) {
    const wide = /[\u0000-\u024f·]/.test(char) ? 0.55 : 1;
    places.push([char, end + (step * wide) / 2]);
    end += step * wide;
  }
  return places.map(([char, at]) => ({ x: middle - end / 2 + at, y, char, size, soft }));
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

/** Serialize the drawing. */
export function svgOf(drawing) {
  return new XMLSerializer().serializeToString(drawing);
}

/** Render the drawing as an image of at least twice its size, and wide enough for a phone. */
export async function pngOf(drawing) {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([svgOf(drawing)], { type: "image/svg+xml" }));
  try {
    image.src = address;
    await image.decode();
    const scale = Math.max(2, WIDE_PX / image.naturalWidth);
    const canvas = h("canvas", { width: Math.round(image.naturalWidth * scale), height: Math.round(image.naturalHeight * scale) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Offer a file for download. */
export function saveFile(blob, name, ending) {
  const link = h("a", { href: URL.createObjectURL(blob), download: `${name}.${ending}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** The file name for a poem. */
export function nameOf(poem) {
  return poem.title || poem.lines?.[0]?.text || "charbard";
}

/** A note that a model wrote the poem, or that a reader edited it; empty for other poems. */
export function originOf(poem) {
  if (poem.edited && poem.made) return t("poem.edited");
  return poem.made ? t("poem.made") : "";
}
