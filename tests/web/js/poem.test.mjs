import assert from "node:assert/strict";
import { test } from "node:test";
import { core, fakeBrowser } from "./browser.mjs";

fakeBrowser();
const { headingOf, linesOf, rowsOf, textOf, written } = await core("poem");
const { linkTo, poemFrom, isPoem } = await core("link");
const { asJson, asMarkdown, asText, found, fromJson } = await core("export");

const POEM = { id: "1", form: "五绝", title: "秋夜", lines: linesOf({ lines: ["白日依山尽", "黄河入海流"], marks: ["，", "。"] }) };
const STANZAS = { id: "2", lines: linesOf({ lines: ["一", "二", "三"], marks: ["，", "。", "。"], stanza_ends: [2] }) };

test("a row ends after a full stop and with a stanza, which is parted by a blank row", () => {
  assert.equal(textOf(POEM), "白日依山尽，黄河入海流。");
  assert.equal(textOf(STANZAS), "一，二。\n\n三。");
  assert.deepEqual(rowsOf(STANZAS.lines).map((row) => row.length), [2, 1]);
});

test("lines that are not written are no part of the text", () => {
  const begun = { lines: linesOf({ lines: ["一", "二", "", ""], marks: ["，", "。", "，", "。"], stanza_ends: [2] }) };
  assert.equal(textOf(begun), "一，二。\n");
  assert.deepEqual(written(begun).map((line) => line.text), ["一", "二"]);
  assert.equal(textOf({ lines: linesOf({ lines: ["", ""], marks: ["，", "。"] }) }), "");
});

test("the heading has what there is of title, author and form", () => {
  assert.equal(headingOf({ title: "秋夜", author: "某", form: "七绝" }), "秋夜 · 某 · 七绝");
  assert.equal(headingOf({ formName: "", form: "5,5", title: "" }), "");
});

test("a link holds the poem; a cut or foreign one gives null", async () => {
  const address = await linkTo(POEM);
  const packed = address.split("/p/")[1];
  const back = await poemFrom(packed);
  assert.deepEqual(back.lines, POEM.lines);
  assert.notEqual(back.id, POEM.id);
  const { warn } = console;
  console.warn = () => undefined;
  assert.equal(await poemFrom(packed.slice(0, -9)), null);
  console.warn = warn;
  const long = Array.from({ length: 3000 }, (_, at) => ((at * 7919) % 9973).toString(36)).join("");
  assert.match(await linkTo({ prose: long }), /8000\/#\/poem\//);
  assert.equal(isPoem({ lines: [{ text: 1, mark: "" }] }), false);
});

test("an export comes back with everything where it was", () => {
  const kept = { shelf: { favourites: [POEM], history: [STANZAS, POEM] }, names: { favourites: [{ name: "李白", pinyin: ["lǐ", "bái"], tones: "仄仄" }] } };
  const back = fromJson(asJson(kept));
  assert.deepEqual(back, { ...kept.shelf, names: kept.names.favourites });
});

test("what is no export is refused, and what is broken in one is left out", () => {
  assert.equal(fromJson('{"poems": []}'), null);
  const back = fromJson('{"charbard": 2, "favourites": [{"lines": "no"}, {"prose": "yes"}], "names": [{"name": 3}]}');
  assert.equal(back.favourites.length, 1);
  assert.deepEqual(back.names, []);
});

test("text and Markdown hold title and lines; a search needs every word", () => {
  assert.match(asText([POEM]), /秋夜 · 五绝\n白日/);
  assert.match(asMarkdown([POEM], () => "seed 7"), /^## 秋夜 · 五绝\n\n白日.*\n\n\*seed 7\*\n$/);
  assert.deepEqual(found([POEM, STANZAS], "秋夜 黄河"), [POEM]);
  assert.deepEqual(found([POEM, STANZAS], " "), [POEM, STANZAS]);
});
