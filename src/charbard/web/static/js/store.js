/** The one state of the page. What should survive a reload is written to this browser's storage. */

const KEY = "charbard.1";
const KEPT = ["settings", "wish", "desk", "shelf", "names"];
const MOST = 200;

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
  names: { wish: {}, favourites: [] },
  models: [],
  features: { desk: false, check: false, names: false, workshop: false },
  limits: {},
  forms: [],
  tunes: [],
  books: [],
};

function restored() {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch (error) {
    console.warn("what this browser kept cannot be read, starting anew", error);
  }
  const state = structuredClone(FRESH);
  for (const name of KEPT) {
    if (kept[name] === undefined) continue;
    state[name] = name === "desk" ? kept.desk : { ...state[name], ...kept[name] };
  }
  return state;
}

function keep(state) {
  const kept = Object.fromEntries(KEPT.map((name) => [name, state[name]]));
  for (;;) {
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
      return;
    } catch (error) {
      // Storage is full or closed: what is oldest goes first, what is on the desk goes last.
      const { history } = kept.shelf;
      if (!history.length) {
        console.warn("this browser keeps nothing", error);
        return;
      }
      kept.shelf = { ...kept.shelf, history: history.slice(0, Math.floor(history.length / 2)) };
    }
  }
}

class Store {
  constructor() {
    this.state = restored();
    this.listeners = new Set();
    this.timer = 0;
    addEventListener("pagehide", () => keep(this.state));
  }

  /** Put new values in place of old ones and tell everybody which names changed. */
  set(patch) {
    this.state = { ...this.state, ...patch };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => keep(this.state), 200);
    for (const listener of [...this.listeners]) listener(this.state, Object.keys(patch));
  }

  /** Change fields of one part of the state. */
  merge(name, patch) {
    this.set({ [name]: { ...this.state[name], ...patch } });
  }

  /** Call `listener(state, names)` after each change; returns the way to stop it. */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

export const store = new Store();

/** Put poems at the head of the history, without repeats. */
export function remember(poems) {
  const { shelf } = store.state;
  const ids = new Set(poems.map((poem) => poem.id));
  const older = shelf.history.filter((poem) => !ids.has(poem.id));
  store.merge("shelf", { history: [...poems, ...older].slice(0, MOST) });
}

/** Whether a poem, or a name, is among the favourites of its part. */
export function isLiked(one, part = "shelf") {
  return store.state[part].favourites.some((other) => isSame(other, one));
}

/** Put it among the favourites, or take it away; whether it is there now. */
export function toggleLike(one, part = "shelf") {
  const { favourites } = store.state[part];
  const liked = !isLiked(one, part);
  store.merge(part, { favourites: liked ? [one, ...favourites] : favourites.filter((other) => !isSame(other, one)) });
  return liked;
}

function isSame(one, other) {
  return one.id === other.id && one.name === other.name;
}
