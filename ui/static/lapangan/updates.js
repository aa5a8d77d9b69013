/** Newer versions of an app: fetched beside the running one, taken over only when the person is not in the middle of something. */
const EVERY = 3600000;

/** `worker` is its address, `scope` what it answers for, `safe(app)` whether this screen may be loaded anew. */
export function updates({ worker, scope, safe }) {
  let registration = null;
  let reload = false;

  /** Let a waiting version take over, and load it, when it is safe. */
  function whenSafe(app) {
    if (!safe(app) || document.querySelector("dialog[open]")) return;
    if (reload) {
      reload = false;
      location.reload();
    } else registration?.waiting?.postMessage("pakai");
  }

  /** Register the worker and look for newer versions while the app is open. */
  async function install(app) {
    if (!navigator.serviceWorker) return;
    let controlled = Boolean(navigator.serviceWorker.controller); // the first worker takes over what is already new
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      reload = controlled;
      controlled = true;
      whenSafe(app);
    });
    try {
      registration = await navigator.serviceWorker.register(worker, { scope, type: "module" });
    } catch {
      return; // no signal, or a browser without module workers: the app works, it only cannot be opened without signal
    }
    registration.addEventListener("updatefound", () => {
      registration.installing?.addEventListener("statechange", () => whenSafe(app));
    });
    setInterval(() => registration.update().catch(() => {}), EVERY);
    whenSafe(app);
  }

  return { install, whenSafe };
}
