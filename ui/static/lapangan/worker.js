/**
 * A field app's service worker. The whole shell is fetched anew with every version, beside the old one; what a person
 * recorded lives in the phone's store and is not touched by any of this.
 *
 * It answers for the app's page and for the files the app asks for; other pages below the same address come from the
 * city as ever, with whatever files they ask for.
 */
const SYNC = "tidar-kirim";

async function asked(address, cache) {
  const response = await fetch(address, { cache, credentials: "same-origin" });
  if (!response.ok || response.redirected) throw new Error(`${address} belum dapat diunduh`);
  return response;
}

/** Whether a response is what this version is made of. */
async function is(response, sum) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("").startsWith(sum);
}

/** A file of this version: what the page has just loaded need not come twice, if it is the same; else it comes anew. */
async function fetched(address, sum) {
  if (!sum) return asked(address, "no-cache");
  const known = await asked(address, "default");
  if (await is(known, sum)) return known;
  const fresh = await asked(address, "reload");
  if (await is(fresh, sum)) return fresh;
  throw new Error(`${address} sudah berganti lagi`); // the city changed while it was asked: the next try gets it whole
}

/** What the last version kept beyond the shell, this one keeps too. */
async function keptExtras(extras) {
  const kept = await Promise.all(extras.map(async (address) => ((await caches.match(address)) ? address : null)));
  return kept.filter(Boolean);
}

/** Whether it is the app that asks: its page, or a page that is being opened as the app. */
async function isApp(event, page) {
  const client = event.clientId ? await self.clients.get(event.clientId) : null;
  return !client || new URL(client.url).pathname === page;
}

/**
 * Serve an app: `page` is its address, `prefix` begins the names of its caches, `version`, `shell`, `sums` and `extras`
 * come from the city with the worker, `send` sends what waits and resolves with "sinyal" when it should be tried again later.
 */
export function serve({ page, prefix, version, shell, sums, extras, send }) {
  const name = `${prefix}${version}`;
  const mine = async () => (await caches.keys()).filter((each) => each.startsWith(prefix) && each !== name);

  self.addEventListener("install", (event) => {
    event.waitUntil((async () => {
      const cache = await caches.open(name);
      const wanted = [...shell, ...(await keptExtras(extras))];
      await Promise.all(wanted.map(async (address) => cache.put(address, await fetched(address, sums[address]))));
      if (!(await mine()).length) await self.skipWaiting(); // the first version has nobody to wait for
    })());
  });

  self.addEventListener("activate", (event) => {
    event.waitUntil((async () => {
      for (const each of await mine()) await caches.delete(each);
      await self.clients.claim();
    })());
  });

  self.addEventListener("message", (event) => {
    if (event.data === "pakai") self.skipWaiting();
  });

  async function answer(event, address) {
    if (event.request.mode !== "navigate" && !(await isApp(event, page))) return fetch(event.request);
    const cache = await caches.open(name);
    const known = await cache.match(address);
    if (known) return known;
    const response = await fetch(event.request);
    if (extras.includes(address) && response.ok) await cache.put(address, response.clone());
    return response;
  }

  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== "GET" || origin !== location.origin) return;
    if (request.mode === "navigate") {
      if (pathname === page) event.respondWith(answer(event, page));
    } else if (shell.includes(pathname) ? pathname !== page : extras.includes(pathname)) {
      event.respondWith(answer(event, pathname));
    }
  });

  self.addEventListener("sync", (event) => {
    if (event.tag !== SYNC) return;
    event.waitUntil(send().then((problem) => {
      if (problem === "sinyal") throw new Error("belum terkirim"); // the browser tries again later
    }));
  });
}
