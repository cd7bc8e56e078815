/** Starts the page: asks what this server can do, shows the view of the address, passes keys on. */

import { call, fill, h, icon, iconButton, isComposing, speak, store, t, tell, tellError } from "./kit.js";
import { poemFrom } from "./link.js";
import { openHelp, openSettings } from "./settings.js";

/** Views in the order of the navigation, each with what the server must be able to do for it. */
const VIEWS = [
  { name: "write", needs: (state) => state.models.length > 0 },
  { name: "desk", needs: (state) => state.features.desk },
  { name: "check", needs: (state) => state.features.check },
  { name: "names", needs: (state) => state.features.names },
  { name: "workshop", needs: (state) => state.features.workshop },
  { name: "look", needs: (state) => state.models.length > 0 },
  { name: "shelf", needs: () => true },
  { name: "about", needs: () => true, quiet: true },
];

let shown = { name: "", keys: {}, leave: null };

async function start() {
  applySettings();
  const [, loading] = await Promise.allSettled([speak(store.state.settings.language), load()]);
  if (loading.reason) tellError(loading.reason);
  addEventListener("hashchange", show);
  addEventListener("keydown", onKey);
  store.subscribe((state, names) => {
    if (names.includes("settings")) {
      applySettings();
      show();
    }
    if (names.includes("models")) navigation();
  });
  await show();
}

/** What this server can do. */
export async function load() {
  const { models, limits, features } = await call("models");
  const patch = { models, limits, features };
  if (features.check) Object.assign(patch, await call("forms"));
  store.set(patch);
}

function applySettings() {
  const { theme, language, vertical } = store.state.settings;
  const root = document.documentElement;
  root.dataset.theme = theme;
  root.dataset.vertical = vertical ? "yes" : "no";
  root.lang = language === "zh" ? "zh-Hans" : "en";
}

async function show() {
  const [, name = "", packed = ""] = location.hash.split("/");
  if (name === "poem") return openLink(packed);
  const view = VIEWS.find((one) => one.name === name && one.needs(store.state)) ?? VIEWS.find((one) => one.needs(store.state));
  const moved = shown.name !== view.name;
  const module = await import(`./views/${view.name}.js`);
  shown.leave?.();
  const main = document.getElementById("main");
  main.className = `main view-${view.name}`;
  fill(main);
  shown = { name: view.name, keys: {}, leave: null };
  navigation();
  tools();
  const keys = module.mount(main) ?? {};
  if (!main.querySelector("h1")) main.prepend(h("h1.unseen", t(`nav.${view.name}`)));
  shown.keys = keys;
  shown.leave = keys.leave ?? null;
  document.title = `${t(`nav.${view.name}`)} · 吟游 charbard`;
  if (moved) scrollTo(0, 0);
}

async function openLink(packed) {
  const poem = await poemFrom(packed);
  if (!poem) {
    tell(t("error.link"));
    location.replace("#/write");
    return;
  }
  store.set({ visiting: poem });
  const module = await import("./views/poem.js");
  shown.leave?.();
  const main = document.getElementById("main");
  main.className = "main view-poem";
  fill(main);
  shown = { name: "poem", keys: module.mount(main) ?? {}, leave: null };
  navigation();
  tools();
}

function navigation() {
  const links = VIEWS.filter((view) => !view.quiet && view.needs(store.state)).map((view) =>
    h("a.nav-link", { href: `#/${view.name}`, "aria-current": view.name === shown.name ? "page" : null }, t(`nav.${view.name}`)),
  );
  const nav = document.getElementById("nav");
  nav.setAttribute("aria-label", store.state.settings.language === "zh" ? "页" : "Pages");
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
  const action = keys[event.shiftKey && event.key.length === 1 ? `Shift+${event.key.toUpperCase()}` : event.key.length === 1 ? event.key.toUpperCase() : event.key];
  if (!action) return;
  event.preventDefault();
  action(event);
}

start();
