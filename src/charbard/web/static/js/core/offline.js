/** Cache the page's own files in the browser, so that the page opens without its server. */

const KEPT = "charbard.page";
/** Files that the start does not fetch, but that the page needs without a server. */
const LATER = ["./", "zh.json", "glossary.json", "manifest.webmanifest"];

/** Cache the files fetched so far; the service worker caches later ones. */
export async function keepPage() {
  if (!navigator.serviceWorker || !globalThis.caches) return;
  await navigator.serviceWorker.register("sw.js");
  const fetched = performance.getEntriesByType("resource").map((entry) => entry.name);
  const own = fetched.filter((name) => name.startsWith(location.origin) && !name.includes("/api/"));
  const cache = await caches.open(KEPT);
  await cache.addAll([...new Set([...own, ...LATER.map((name) => new URL(name, location.href.split("#")[0]).href)])]);
}
