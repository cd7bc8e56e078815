/** Lets the page open without its server: its files come from the network, or else from what was kept of them. */

const KEPT = "charbard.page";
/** The page of a poem that somebody sent; without the server the studio opens it. */
const SHARED = /\/p\/([\w-]+)$/;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const isPage = request.method === "GET" && origin === location.origin && !pathname.includes("/api/") && !pathname.includes("/v1/");
  if (isPage) event.respondWith(fresh(request));
});

/** A file from the network, which is kept; without the network, as it was kept. */
async function fresh(request) {
  const cache = await caches.open(KEPT);
  try {
    const response = await fetch(request);
    if (response.ok && !SHARED.test(request.url)) cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    const shared = request.url.match(SHARED);
    if (shared) return Response.redirect(`${registration.scope}#/poem/${shared[1]}`);
    throw error;
  }
}
