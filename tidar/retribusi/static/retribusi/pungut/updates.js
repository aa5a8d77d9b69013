/** Newer versions of the app: fetched beside the running one, taken over only between two receipts. */
const EVERY = 3600000;
const SAFE = new Set(["", "riwayat", "lainnya", "siap", "kirim"]);
let registration = null;
let reload = false;

/** Register the worker and look for newer versions while the app is open. */
export async function install(app) {
  if (!navigator.serviceWorker) return;
  let controlled = Boolean(navigator.serviceWorker.controller); // the first worker takes over what is already new
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    reload = controlled;
    controlled = true;
    whenSafe(app);
  });
  try {
    registration = await navigator.serviceWorker.register("/pungut/sw.js", { scope: "/pungut/", type: "module" });
  } catch {
    return; // no signal, or a browser without module workers: the app works, it only cannot be opened without signal
  }
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", () => whenSafe(app));
  });
  setInterval(() => registration.update().catch(() => {}), EVERY);
  whenSafe(app);
}

/** Let a waiting version take over, and load it, when the collector is not in the middle of something. */
export function whenSafe(app) {
  if (!SAFE.has(app.name) || document.querySelector("dialog[open]")) return;
  if (reload) {
    reload = false;
    location.reload();
  } else registration?.waiting?.postMessage("pakai");
}
