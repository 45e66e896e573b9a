// Keeps the field page's own files, so that it opens without a network. Before these
// lines the server puts `VERSION` (a digest of the files) and `FILES` (their addresses).
// Nothing else is ever kept: no other page, no answer of the API.

const CACHE = `field-${VERSION}`;
const PAGE = "/field";

async function keep(cache, address) {
  const answer = await fetch(address, { cache: "reload", credentials: "same-origin" });
  // A session that has ended leads elsewhere; then the version before stays.
  if (!answer.ok || answer.redirected) throw new Error(`${address} ${answer.status}`);
  await cache.put(address, answer);
}

addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    try {
      await Promise.all([PAGE, ...FILES].map((address) => keep(cache, address)));
    } catch (error) {
      await caches.delete(CACHE);
      throw error;
    }
    await skipWaiting();
  })());
});

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("field-") && name !== CACHE) await caches.delete(name);
    await clients.claim();
  })());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname !== PAGE && !FILES.includes(pathname)) return;
  event.respondWith((async () => {
    const cache = await caches.open(CACHE);
    return (await cache.match(pathname, { ignoreVary: true })) ?? fetch(request);
  })());
});
