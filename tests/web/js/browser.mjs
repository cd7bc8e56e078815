/** The few browser features that the page's `core` needs, for tests under Node. */

class Storage {
  constructor() {
    this.items = new Map();
    this.room = Infinity;
  }

  getItem(key) {
    return this.items.get(key) ?? null;
  }

  setItem(key, text) {
    if (text.length > this.room) throw new Error("QuotaExceededError");
    this.items.set(key, text);
  }
}

/** Replaces the globals; returns the storages, and the listeners of the page as `events`. */
export function fakeBrowser({ language = "zh-CN" } = {}) {
  const events = {};
  Object.defineProperty(globalThis, "navigator", { value: { language }, configurable: true });
  globalThis.localStorage = new Storage();
  globalThis.sessionStorage = new Storage();
  globalThis.location = { href: "http://127.0.0.1:8000/#/write", hash: "" };
  globalThis.addEventListener = (name, listener) => { events[name] = listener; };
  return { events, localStorage, sessionStorage };
}

/** Imports a module of the page's `core`; each `tab`, a query string, gets its own instance. */
export function core(name, tab = "") {
  return import(new URL(`../../../src/charbard/web/static/js/core/${name}.js${tab}`, import.meta.url));
}

/** Fakes the API: `answers` maps a path to a function of the body. Returns the list of requests. */
export function fakeServer(answers) {
  const asked = [];
  globalThis.fetch = async (address, { method, body } = {}) => {
    const path = address.replace(/^api\//, "");
    const given = body && JSON.parse(body);
    asked.push({ path, method, body: given });
    const { status = 200, ...answer } = answers[path](given);
    return new Response(JSON.stringify(answer), { status, headers: { "content-type": "application/json" } });
  };
  return asked;
}
