import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { core, fakeBrowser } from "./browser.mjs";

fakeBrowser();
const SRC = new URL("../../../src/charbard/", import.meta.url);
const FILES = {
  "words.json": readFileSync(new URL("web/static/words.json", SRC), "utf8"),
  "glossary.json": readFileSync(new URL("web/static/glossary.json", SRC), "utf8"),
  "zh.json": readFileSync(new URL("language/data/zh.json", SRC), "utf8"),
};
const asked = [];
globalThis.fetch = async (address, how) => {
  asked.push(address);
  if (FILES[address]) return new Response(FILES[address]);
  const { texts } = JSON.parse(how.body);
  return new Response(JSON.stringify({ texts: texts.map((text) => ({ text, traditional: text.replaceAll("诗", "詩").replaceAll("写", "寫") })) }));
};
const { store } = await core("store");
const { learnScript, learnWords, scripted, t } = await core("strings");
const { learnSaid, worded } = await core("said");
const { glossesOf, isForeign, learnGlossary, themeOf } = await core("glossary");
const { remediesFor } = await core("remedy");
const { PLAIN, verseOrder } = await core("wish");
await learnWords();
const form = (name, count, length) => ({ name, aliases: [], variants: [], lines: Array(count).fill(length) });
store.set({ forms: [form("五绝", 4, 5), form("七绝", 4, 7), form("五律", 8, 5), form("七律", 8, 7)], models: [{ name: "verse", kinds: ["verse"] }] });
const speak = (language) => store.merge("settings", { language });

test("an error is worded from its code in Chinese, and as the server said it in English", async () => {
  const error = { code: "acrostic.long", values: { text: "春江花月夜", count: 5, lines: 4 }, text: "too long", hint: "hide 4" };
  await learnSaid();
  assert.deepEqual(worded(error), ["藏字“春江花月夜”有 5 个字，这个体裁只有 4 句", "最多藏 4 个字，或换句数更多的体裁"]);
  speak("en");
  assert.deepEqual(worded(error), ["too long", "hide 4"]);
  speak("zh");
});

test("parts of an error have words of their own; what has no code is never shown in English", () => {
  const part = { text: "acrostic: '月'", code: "part.acrostic", values: { char: "月", line: 4, place: 7 } };
  const [message] = worded({ code: "conflict.one", values: { form: "七绝", book: "平水韵", parts: [part] }, text: "" });
  assert.equal(message, "七绝（平水韵）里容不下藏字“月”（第 4 句第 7 字）");
  assert.deepEqual(worded({ code: "unheard.of", values: {}, text: "English" }), ["出了错", ""]);
});

test("a setting is named as it stands on the page", () => {
  assert.match(worded({ code: "told.unread", values: { name: "title", value: "x", known: ["山"] }, text: "" })[0], /^模型从未见过这些字，题目“x”用不上/);
  const tooMany = (name) => worded({ code: "setting.most", values: { name, most: 6, given: 9 }, text: "" })[0];
  assert.deepEqual(["candidates", "opening", "surname", "unheard"].map(tooMany).map((said) => said.split("至多")[0]), ["首数", "起笔", "姓", "unheard"]);
});

test("an acrostic that is too long: a longer form of the same lines, or its beginning", () => {
  const error = { code: "acrostic.long", values: { text: "春江花月夜", count: 5, lines: 4 } };
  const found = remediesFor(error, { ...PLAIN, acrostic: "春江花月夜" });
  assert.deepEqual(found.map(({ words }) => words), ["改为七律", "只藏“春江花月”"]);
  assert.deepEqual(found.map(({ patch }) => patch), [{ form: "七律" }, { acrostic: "春江花月" }]);
});

test("a hidden character that does not fit is moved to where it does, the others stay", () => {
  const lock = { code: "part.acrostic", values: { char: "月", line: 4, place: 7 } };
  const elsewhere = [{ code: "lock.elsewhere", values: { char: "月", tones: "仄", line: 4, places: ["6", "2"] } }];
  const asked = { ...PLAIN, acrostic: "床前明月", place: "tail" };
  const found = remediesFor({ code: "conflict.one.near", values: { parts: [lock], elsewhere } }, asked);
  assert.deepEqual(found[0], { words: "“月”放到第 4 句第 6 字", patch: { place: "1.7 2.7 3.7 4.6" } });
  assert.deepEqual(found.slice(1).map(({ patch }) => patch), [{ place: "head" }, { acrostic: "" }]);
});

test("a remedy that would change nothing is not offered", () => {
  assert.deepEqual(remediesFor({ code: "rhyme.unknown", values: {} }, { ...PLAIN, rhyme: "" }), []);
  assert.equal(remediesFor({ code: "rhyme.several", values: { known: ["一东", "二冬"] } }, PLAIN).length, 2);
  assert.deepEqual(remediesFor({ code: "nobody.knows", values: {} }, PLAIN), []);
});

test("English themes: the longest phrases first, plain forms of words, little words left out", async () => {
  await learnGlossary();
  assert.deepEqual(glossesOf("Autumn night")[0], ["autumn night", "秋夜"]);
  assert.equal(themeOf("the falling leaves"), "落叶");
  assert.equal(themeOf("my cat is sleeping"), "猫眠");
  assert.equal(themeOf("birthdays"), "生日");
  assert.equal(themeOf("I miss you"), "怀人");
  assert.equal(themeOf("qwertz"), "");
  assert.ok(glossesOf("birt").some(([name]) => name === "birthday"));
  assert.ok(isForeign("my cat") && !isForeign("秋夜") && !isForeign("秋 night"));
});

test("words and names in traditional characters are learned once, and only if they are wanted", async () => {
  assert.equal(scripted("写诗"), "写诗");
  store.merge("settings", { script: "traditional" });
  await learnScript();
  assert.equal(t("nav.write"), "寫詩");
  const { length } = asked;
  await learnScript();
  assert.equal(asked.length, length);
  store.merge("settings", { script: "simplified" });
});

test("an order has what was asked and nothing else", () => {
  const order = verseOrder({ ...PLAIN, theme: " 秋夜 ", words: "渔火", acrostic: "春江", seed: "7" });
  assert.deepEqual(order, { model: "verse", candidates: 4, boldness: "常", seed: 7, form: "七绝", theme: "秋夜", words: "渔火", guidance: 2, acrostic: "春江", acrostic_at: "head" });
});
