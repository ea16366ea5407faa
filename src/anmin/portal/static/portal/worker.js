// Keeps a few pages that are the same for everybody, so that they open without a network.
// Nothing with a number, a code, a form that was filled in, or a query is ever kept.
const KEPT = "anmin-1";
const PAGES = ["/", "/offline", "/privacy", "/services", "/take-part"];

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(KEPT)
      .then((cache) => cache.add("/offline"))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n !== KEPT).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

function isKept(request) {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || url.search) return false;
  return PAGES.includes(url.pathname) || url.pathname.startsWith("/static/portal/");
}

async function fresh(request) {
  const response = await fetch(request);
  if (response.ok && !response.redirected) {
    const cache = await caches.open(KEPT);
    await cache.put(request, response.clone());
  }
  return response;
}

self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (isKept(request)) {
    event.respondWith(
      fresh(request).catch(async () => (await caches.match(request)) || caches.match("/offline")),
    );
  } else if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(fetch(request).catch(() => caches.match("/offline")));
  }
});
