/** What an app keeps on the phone (IndexedDB): opening it, small remembered things, and hearing of other tabs. */
import { openDB } from "../vendor/idb.js";

/**
 * A database that is opened once; another tab that needs a newer shape may take it over. `upgrade` must make the store
 * `meta`, where small things are kept by name.
 */
export function database({ name, version, upgrade }) {
  const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(name) : null;
  let opening;
  const open = () => {
    opening ??= openDB(name, version, {
      upgrade,
      blocking(_now, _wanted, event) {
        event.target.close();
        opening = undefined;
      },
      terminated() {
        opening = undefined;
      },
    });
    opening.catch(() => (opening = undefined)); // a store that could not be opened is tried again
    return opening;
  };
  return {
    open,
    /** Tell other tabs, and the worker, that something changed. */
    tell: (what) => channel?.postMessage(what),
    /** Hear it. */
    hear: (listener) => channel?.addEventListener("message", (event) => listener(event.data)),
    /** One remembered thing. */
    recall: async (key) => (await open()).get("meta", key),
    /** Remember it. */
    remember: async (key, value) => (await open()).put("meta", value, key),
    /** Forget it. */
    forget: async (key) => (await open()).delete("meta", key),
  };
}

/** Run `work` while no other tab or worker runs work of the same name; without Web Locks the store's own check holds. */
export const exclusive = (name, work) => (globalThis.navigator?.locks ? navigator.locks.request(name, work) : work());
