/**
 * The worker's own part; `views/pungut.py` puts VERSION, SHELL and EXTRAS before it. The whole shell is fetched anew with
 * every version, beside the old one; receipts live in the phone's store and are not touched by any of this.
 */
import { sendAll } from "/static/retribusi/pungut/sync.js";

const PAGE = "/pungut/";
const NAME = `tidar-pungut-${VERSION}`;

async function fetched(address) {
  const response = await fetch(address, { cache: "no-cache", credentials: "same-origin" });
  if (!response.ok || response.redirected) throw new Error(`${address} belum dapat diunduh`);
  return response;
}

/** What the last version kept beyond the shell, this one keeps too. */
async function extras() {
  const kept = await Promise.all(EXTRAS.map(async (address) => ((await caches.match(address)) ? address : null)));
  return kept.filter(Boolean);
}

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(NAME);
    const wanted = [...SHELL, ...(await extras())];
    await Promise.all(wanted.map(async (address) => cache.put(address, await fetched(address))));
    const others = (await caches.keys()).filter((name) => name.startsWith("tidar-pungut-") && name !== NAME);
    if (!others.length) await self.skipWaiting(); // the first version has nobody to wait for
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("tidar-pungut-") && name !== NAME) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("message", (event) => {
  if (event.data === "pakai") self.skipWaiting();
});

async function answer(request, address) {
  const cache = await caches.open(NAME);
  const known = await cache.match(address);
  if (known) return known;
  const response = await fetch(request);
  if (EXTRAS.includes(address) && response.ok) await cache.put(address, response.clone());
  return response;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (pathname === PAGE) event.respondWith(answer(request, PAGE));
  } else if (SHELL.includes(pathname) ? pathname !== PAGE : EXTRAS.includes(pathname)) {
    event.respondWith(answer(request, pathname));
  }
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "tidar-kirim") return;
  event.waitUntil(sendAll().then((problem) => {
    if (problem === "sinyal") throw new Error("belum terkirim"); // the browser tries again later
  }));
});
