import assert from "node:assert/strict";
import { test } from "node:test";
import { core, fakeBrowser, fakeServer } from "./browser.mjs";

fakeBrowser();
const { readFileSync } = await import("node:fs");
const WORDS = readFileSync(new URL("../../../src/charbard/web/static/words.json", import.meta.url), "utf8");
globalThis.fetch = async () => new Response(WORDS);
const { learnWords } = await core("strings");
await learnWords();
const { store } = await core("store");
const { Desk, lay, layBlank } = await core("desk");
const tree = await core("tree");

const FORM = { name: "五绝", lines: [5, 5, 5, 5], marks: ["，", "。", "，", "。"] };
store.set({ models: [{ name: "verse", kinds: ["verse"] }], features: { verse: true }, forms: [FORM] });

function deskWith(answers) {
  const asked = fakeServer(answers);
  const said = [];
  return { desk: new Desk((label) => said.push(label)), asked, said };
}

test("undo is a tree: going back and another way loses nothing", () => {
  const first = tree.plant("a", "onto");
  const second = tree.grow(first, "b", "change");
  const other = tree.grow(tree.back(second), "c", "other");
  assert.deepEqual(other.steps.map((step) => step.poem), ["a", "b", "c"]);
  assert.equal(tree.on(tree.back(tree.jump(other, 1))).at, 1);
  assert.equal(tree.back(first), first);
  assert.equal(tree.amend(other, "d").steps[2].poem, "d");
});

test("a line by hand is taken without marks; a wrong length is told and nothing changes", () => {
  const { desk, said } = deskWith({});
  layBlank(FORM);
  assert.equal(desk.put(0, "白日 依山尽，"), null);
  assert.equal(desk.poem.lines[0].text, "白日依山尽");
  assert.equal(desk.put(1, "黄河"), 5);
  assert.equal(desk.poem.lines[1].text, "");
  desk.undo();
  assert.equal(desk.poem.lines[0].text, "");
  assert.equal(said.at(-1), "撤销了：手改第 1 句");
});

test("a poem with a gap is sent with its gap: line 3 is not taken for line 2", async () => {
  const { desk, asked } = deskWith({ next: () => ({ lines: [{ text: "黄河入海流" }] }) });
  layBlank(FORM);
  desk.put(0, "白日依山尽");
  desk.put(2, "欲穷千里目");
  await desk.work.next();
  assert.deepEqual(asked[0].body.lines, ["白日依山尽", "_____", "欲穷千里目", "_____"]);
  assert.deepEqual(desk.work.lines, { at: 1, options: ["黄河入海流"] });
  desk.work.pick(1);
  assert.equal(desk.poem.lines[1].text, "黄河入海流");
});

test("locks are sent as places from 1, and a rewritten line comes with its other versions", async () => {
  const poems = [["甲甲甲甲甲"], ["乙乙乙乙乙"]].map((lines) => ({ lines }));
  const { desk, asked } = deskWith({ rewrite: () => ({ poems }) });
  lay({ form: "五绝", lines: [{ text: "丙丙丙丙丙", mark: "。" }] }, "onto");
  desk.lock(0, 1);
  await desk.work.again(0, null);
  assert.deepEqual(asked[0].body.locked, ["1.2"]);
  assert.equal(desk.poem.lines[0].text, "甲甲甲甲甲");
  assert.deepEqual(desk.work.lines.options, ["丙丙丙丙丙", "乙乙乙乙乙"]);
});

test("a refused request leaves the poem as it was, and the next one is sent", async () => {
  let refuses = true;
  const { desk } = deskWith({ rewrite: () => (refuses ? { status: 422, error: "no", hint: "" } : { poems: [{ lines: ["丁丁丁丁丁"] }] }) });
  lay({ form: "五绝", lines: [{ text: "丙丙丙丙丙", mark: "。" }] }, "onto");
  await assert.rejects(desk.work.again(0, null));
  assert.equal(desk.poem.lines[0].text, "丙丙丙丙丙");
  refuses = false;
  await desk.work.again(0, null);
  assert.equal(desk.poem.lines[0].text, "丁丁丁丁丁");
});

test("title and author are no step of their own", () => {
  const { desk } = deskWith({});
  lay({ form: "五绝", lines: [{ text: "丙丙丙丙丙", mark: "。" }] }, "onto");
  desk.head({ title: "秋夜", author: "某" });
  assert.equal(desk.state.tree.steps.length, 1);
  assert.equal(desk.poem.title, "秋夜");
});

test("words that face one in the couplet take its place together, as one step", async () => {
  const facing = { faces: "春风", start: 1, words: ["秋月", "暮雨"] };
  const { desk, asked, said } = deskWith({ check: () => ({ lines: [] }), alternatives: () => ({ alternatives: [] }), parallel: () => facing });
  lay({ form: "五言联", lines: [{ text: "春风吹绿柳", mark: "，" }, { text: "细雨润青山", mark: "。" }] }, "onto");
  desk.choose(1, 1);
  await desk.work.catchUp();
  assert.deepEqual(desk.work.facing, facing);
  assert.deepEqual(asked.at(-1).body, { text: "春风吹绿柳，细雨润青山。", form: "五言联", line: 2, place: 2 });
  desk.swap(1, 0, "秋月");
  assert.equal(desk.poem.lines[1].text, "秋月润青山");
  assert.equal(said.at(-1), "“细雨”换“秋月”");
});
