import assert from "node:assert/strict";
import { test } from "node:test";
import { core, fakeBrowser } from "./browser.mjs";

const poem = (id) => ({ id, prose: `text ${id}` });

/** Opens two tabs of one browser, each with its own store and its listener for storage events. */
async function twoTabs() {
  const { events, localStorage } = fakeBrowser();
  const open = async (name) => ({ ...(await core("store", `?${name}${Math.random()}`)), hears: events.storage });
  return { one: await open("one"), other: await open("other"), localStorage };
}

test("two tabs share one shelf: neither loses what the other keeps", async () => {
  const { one, other } = await twoTabs();
  one.toggleLike(poem("a"));
  other.toggleLike(poem("b"));
  one.remember([poem("c")]);
  one.hears({ key: "charbard.2.shelf" });
  for (const tab of [one, other]) {
    tab.hears({ key: "charbard.2.shelf" });
    const { favourites, history } = tab.store.state.shelf;
    assert.deepEqual(favourites.map(({ id }) => id), ["b", "a"]);
    assert.deepEqual(history.map(({ id }) => id), ["c"]);
  }
});

test("what is taken off the shelf in one tab does not come back from the other", async () => {
  const { one, other } = await twoTabs();
  one.remember([poem("a"), poem("b")]);
  other.hears({ key: "charbard.2.shelf" });
  other.forget(poem("a"));
  one.remember([poem("c")]);
  assert.deepEqual(one.store.state.shelf.history.map(({ id }) => id), ["c", "b"]);
});

test("each tab has its own desk; a new one begins with the latest", async () => {
  const { one, other } = await twoTabs();
  one.store.set({ desk: { at: "one" } });
  one.store.flush();
  other.store.set({ desk: { at: "other" } });
  assert.equal(one.store.state.desk.at, "one");
});

test("settings reach every tab", async () => {
  const { one, other } = await twoTabs();
  const heard = [];
  other.store.subscribe((state, names) => heard.push(...names));
  one.store.merge("settings", { language: "en" });
  one.store.flush();
  other.hears({ key: "charbard.2.settings" });
  assert.equal(other.store.state.settings.language, "en");
  assert.deepEqual(heard, ["settings"]);
});

test("where room is short the oldest history goes; where there is none, that is said", async () => {
  const { one, localStorage } = await twoTabs();
  const { warn } = console;
  console.warn = () => undefined;
  localStorage.room = 400;
  one.remember(Array.from({ length: 40 }, (_, at) => poem(`${at}`)));
  assert.equal(JSON.parse(localStorage.getItem("charbard.2.shelf")).history[0].id, "0");
  localStorage.room = 0;
  one.toggleLike(poem("x"));
  console.warn = warn;
  assert.equal(one.store.state.keepsNothing, true);
});

test("taking a backup in twice adds nothing", async () => {
  const { one } = await twoTabs();
  const back = { favourites: [poem("a")], history: [poem("b")], names: [{ name: "李白" }] };
  assert.equal(one.takeBack(back), 3);
  assert.equal(one.takeBack(back), 0);
});
