// Keeps the station app's files, so that it opens without a network. All of a version's files are
// fetched before it counts as there; what they are is written here by the server.

const VERSION = {{ page.version|tojson }};
const FILES = {{ page.files|tojson }};
const SHELL = FILES[0];
const PREFIX = "bivouac-station-";
const CACHE = PREFIX + VERSION;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    // Past the browser's own cache: a file of another version must not be among them.
    await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
    // Nor one that a server in the middle of its own change sent: then it is tried again later.
    const shell = await (await cache.match(SHELL)).text();
    if (!shell.includes(VERSION)) throw new Error("these are files of different versions");
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

// A page asks for it when nothing is being written; records are not the worker's business.
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  const isShell = request.mode === "navigate" && pathname === SHELL;
  if (!isShell && !(FILES.includes(pathname) && request.mode !== "navigate")) return;
  event.respondWith((async () => {
    const kept = await (await caches.open(CACHE)).match(isShell ? SHELL : pathname);
    return kept ?? fetch(request);
  })());
});
