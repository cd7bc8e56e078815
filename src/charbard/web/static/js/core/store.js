/**
 * The state of the page. The parts in `KEPT` survive a reload in the browser's storage.
 *
 * Several tabs share the storage. Parts that all tabs add to (shelf, names) are changed by `change`, which
 * reads, changes and writes them back at once. Settings follow the tab that set them last. Each tab has its
 * own desk, and a new tab starts with the latest one.
 */

const KEY = "charbard.2";
const KEPT = ["settings", "wish", "desk", "shelf", "names", "nameWish", "played"];
const SHARED = ["settings", "shelf", "names", "played"];
const MOST = 200;
const REST_MS = 200;

const FRESH = {
  settings: {
    language: navigator.language.startsWith("zh") ? "zh" : "en",
    theme: "auto",
    script: "simplified",
    pinyin: false,
    vertical: false,
    model: null,
    token: "",
  },
  wish: {},
  desk: null,
  shelf: { favourites: [], history: [] },
  names: { favourites: [] },
  nameWish: {},
  played: {},
  models: [],
  features: { desk: false, check: false, names: false, workshop: false },
  limits: {},
  forms: [],
  tunes: [],
  books: [],
};

/** A part of the state as stored; undefined if it is missing or unreadable. */
function stored(name, storage = localStorage) {
  try {
    return JSON.parse(storage.getItem(`${KEY}.${name}`) ?? "null") ?? undefined;
  } catch (error) {
    console.warn("what this browser kept cannot be read, starting anew", error);
    return undefined;
  }
}

/** A part of the state with default values for missing fields. */
function whole(name, value) {
  return name === "desk" || value === undefined ? value ?? structuredClone(FRESH[name]) : { ...structuredClone(FRESH[name]), ...value };
}

function restored() {
  const state = structuredClone(FRESH);
  for (const name of KEPT) state[name] = whole(name, (name === "desk" ? stored(name, sessionStorage) : undefined) ?? stored(name));
  return state;
}

/** Store a part and return whether it succeeded. If space runs out, halve the history and try again. */
function keep(name, value) {
  for (let kept = value; ; kept = { ...kept, history: kept.history.slice(0, kept.history.length >> 1) }) {
    try {
      if (name === "desk") sessionStorage.setItem(`${KEY}.${name}`, JSON.stringify(kept));
      localStorage.setItem(`${KEY}.${name}`, JSON.stringify(kept));
      return true;
    } catch (error) {
      if (kept?.history?.length) continue;
      console.warn("this browser keeps nothing", error);
      return false;
    }
  }
}

class Store {
  constructor() {
    this.state = restored();
    this.listeners = new Set();
    this.unkept = new Set();
    this.timer = 0;
    addEventListener("pagehide", () => this.flush());
    addEventListener("storage", ({ key }) => this.follow(key));
  }

  /** Set new values and notify the listeners of the changed names. */
  set(patch) {
    const names = Object.keys(patch);
    for (const name of names) if (KEPT.includes(name)) this.unkept.add(name);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), REST_MS);
    this.put(patch);
  }

  /** Change fields of one part of the state. */
  merge(name, patch) {
    this.set({ [name]: { ...this.state[name], ...patch } });
  }

  /** Change a part that other tabs also change: `how` maps its stored value to the new one. */
  change(name, how) {
    const value = how(whole(name, stored(name) ?? this.state[name]));
    this.unkept.delete(name);
    this.put({ [name]: value });
    if (!keep(name, value)) this.put({ keepsNothing: true });
  }

  /** Call `listener(state, names)` after each change; returns a function that unsubscribes. */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  put(patch) {
    this.state = { ...this.state, ...patch };
    for (const listener of [...this.listeners]) listener(this.state, Object.keys(patch));
  }

  /** Store the values that were set since the last call. */
  flush() {
    clearTimeout(this.timer);
    for (const name of this.unkept) keep(name, this.state[name]);
    this.unkept.clear();
  }

  /** Load a part that another tab has stored. */
  follow(key) {
    const name = key?.slice(KEY.length + 1);
    if (SHARED.includes(name)) this.put({ [name]: whole(name, stored(name)) });
  }
}

export const store = new Store();

/** Put poems at the head of the history, without repeats. */
export function remember(poems) {
  const ids = new Set(poems.map((poem) => poem.id));
  store.change("shelf", (shelf) => ({ ...shelf, history: [...poems, ...shelf.history.filter((poem) => !ids.has(poem.id))].slice(0, MOST) }));
}

/** Remove a poem from the history. */
export function forget(poem) {
  store.change("shelf", (shelf) => ({ ...shelf, history: shelf.history.filter((other) => other.id !== poem.id) }));
}

/** Whether a poem or a name is among the favourites. */
export function isLiked(one, part = "shelf") {
  return store.state[part].favourites.some((other) => isSame(other, one));
}

/** Add a poem or name to the favourites, or remove it; return whether it is a favourite now. */
export function toggleLike(one, part = "shelf") {
  const liked = !isLiked(one, part);
  store.change(part, (kept) => {
    const others = kept.favourites.filter((other) => !isSame(other, one));
    return { ...kept, favourites: liked ? [one, ...others] : others };
  });
  return liked;
}

/** Merge an import into the state; return the number of new entries. */
export function takeBack({ favourites = [], history = [], names = [] }) {
  const count = () => store.state.shelf.favourites.length + store.state.shelf.history.length + store.state.names.favourites.length;
  const before = count();
  store.change("shelf", (shelf) => ({
    favourites: joined(shelf.favourites, favourites),
    history: joined(shelf.history, history).slice(0, MOST),
  }));
  store.change("names", (kept) => ({ ...kept, favourites: joined(kept.favourites, names) }));
  return count() - before;
}

/** Concatenate two lists without repeats. */
function joined(here, more) {
  return [...here, ...more.filter((one) => !here.some((other) => isSame(other, one)))];
}

function isSame(one, other) {
  return one.id === other.id && one.name === other.name;
}
