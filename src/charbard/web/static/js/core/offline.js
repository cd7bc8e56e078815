/** Keeps the page's own files in this browser, so that it opens without its server. */

const KEPT = "charbard.page";
/** What is fetched later than at the start, but needed without a server. */
const LATER = ["./", "zh.json", "glossary.json", "manifest.webmanifest"];

/** Keep what was fetched so far; the worker keeps what comes later. */
export async function keepPage() {
  if (!navigator.serviceWorker || !globalThis.caches) return;
  await navigator.serviceWorker.register("sw.js");
  const fetched = performance.getEntriesByType("resource").map((entry) => entry.name);
  const own = fetched.filter((name) => name.startsWith(location.origin) && !name.includes("/api/"));
  const cache = await caches.open(KEPT);
  await cache.addAll([...new Set([...own, ...LATER.map((name) => new URL(name, location.href.split("#")[0]).href)])]);
}
