/** Start the page: fetch what the server can do, show the view of the address, and handle keys. */

import { ApiError, fill, h, icon, iconButton, isComposing, learnScript, learnWords, store, t, tell, tellError } from "./parts/kit.js";
import { poemFrom } from "./core/link.js";
import { keepPage } from "./core/offline.js";
import { learnServer } from "./core/server.js";
import { openHelp, openSettings } from "./parts/settings.js";

/** Views in navigation order, the last as a button. `mount` renders a view and returns its keys. */
const VIEWS = ["write", "desk", "check", "names", "play", "workshop", "look", "shelf", "about"];
/** Views of one poem, which are not in the navigation. */
const OF_A_POEM = ["poem", "practice"];

/** Views that this server supports. */
function able() {
  const { models, features } = store.state;
  return VIEWS.filter((name) => (name === "write" || name === "look" ? models.length : features[name] ?? true));
}

/** Delay before loading what the first view does not need. */
const LATER_MS = 1500;

let shown = { keys: {} };

async function start() {
  applySettings();
  addEventListener("unhandledrejection", onTrouble);
  const [, loading] = await Promise.allSettled([learnWords(), learnServer()]);
  await dress();
  if (loading.reason) tellError(loading.reason);
  addEventListener("hashchange", show);
  addEventListener("keydown", onKey);
  store.subscribe((state, names) => {
    if (names.includes("settings")) changed();
    if (names.includes("keepsNothing")) tell(t("error.unkept"));
    if (names.includes("models")) navigation();
  });
  await show();
  setTimeout(later, LATER_MS);
}

/** Render the view again after a change of settings. */
async function changed() {
  applySettings();
  await dress();
  await show();
}

async function dress() {
  await learnScript().catch((error) => console.warn("the interface stays in simplified characters", error));
}

function applySettings() {
  const { theme, language, vertical } = store.state.settings;
  const root = document.documentElement;
  root.dataset.theme = theme;
  root.dataset.vertical = vertical ? "yes" : "no";
  root.lang = language === "zh" ? "zh-Hans" : "en";
}

async function show() {
  const [, asked = "", packed = ""] = location.hash.split("/");
  if (asked === "poem" && !(await visit(packed))) return;
  const name = OF_A_POEM.includes(asked) || able().includes(asked) ? asked : able()[0];
  const moved = shown.name !== name;
  const module = await import(`./views/${name}.js`).catch((error) => {
    console.warn(error);
    tell(t("error.page"));
  });
  if (!module) return;
  shown.leave?.();
  if (moved) document.querySelector("dialog[open]")?.close();
  const main = document.getElementById("main");
  main.className = `main view-${name}`;
  fill(main);
  shown = { name, keys: {} };
  navigation();
  tools();
  shown.keys = module.mount(main) ?? {};
  shown.leave = shown.keys.leave;
  const title = t(`nav.${name}`);
  if (!main.querySelector("h1")) main.prepend(h("h1.unseen", title));
  document.title = `${title} · 吟游 charbard`;
  if (!moved) return;
  scrollTo(0, 0);
  // The link or button that led here is gone, so keyboard focus moves to the top of the view.
  if (document.activeElement === document.body) main.focus({ preventScroll: true });
}

/** Show the poem of a link; return whether the link contains one. */
async function visit(packed) {
  const visiting = await poemFrom(packed);
  if (visiting) store.set({ visiting });
  else {
    tell(t("error.link"));
    location.replace("#/write");
  }
  return visiting;
}

/** Handle an uncaught error: tell the reader of a server error, and ignore a request that was stopped. */
function onTrouble(event) {
  const { reason } = event;
  if (!(reason instanceof ApiError) && reason.name !== "AbortError") return;
  event.preventDefault();
  tellError(reason);
}

function navigation() {
  const links = able().slice(0, -1).map((name) =>
    h("a.nav-link", { href: `#/${name}`, "aria-current": name === shown.name ? "page" : null }, t(`nav.${name}`)));
  const nav = document.getElementById("nav");
  nav.setAttribute("aria-label", t("nav.pages"));
  fill(nav, links);
}

function tools() {
  const { theme } = store.state.settings;
  const isDark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  fill(
    document.getElementById("tools"),
    iconButton(isDark ? "sun" : "moon", t("settings.theme"), () => store.merge("settings", { theme: isDark ? "light" : "dark" })),
    iconButton("gear", t("settings.title"), openSettings),
    h("a.icon-button", { href: "#/about", title: t("nav.about"), "aria-label": t("nav.about") }, icon("help")),
  );
}

function onKey(event) {
  if (isComposing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const { keys } = shown;
  if (event.key.startsWith("Arrow") && event.target.closest?.("input")) return;
  if (event.key === "Escape") return keys.Escape?.();
  if (event.target.closest?.("input:not([type=radio]):not([type=range]), textarea, select")) return;
  if (event.key === "?") return openHelp();
  if (/^[1-9]$/.test(event.key) && keys.digit) return keys.digit(Number(event.key));
  if (event.key === "Enter" && event.target.closest("button, a, summary")) return;
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const action = keys[event.shiftKey && key.length === 1 ? `Shift+${key}` : key];
  if (!action) return;
  event.preventDefault();
  action(event);
}

/** Load what the first view does not need: the other views, and the files for offline use. */
function later() {
  const views = [...VIEWS, ...OF_A_POEM].map((name) => import(`./views/${name}.js`));
  Promise.all(views).then(keepPage).catch((error) => console.warn("not everything was kept for later", error));
}

start();
