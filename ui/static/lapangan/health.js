/** What an app's phone suffers from: a full store, a wrong clock. Sentences for the person. */
import { lama } from "./words.js";

const NEARLY_FULL = 0.9;
const CLOCK_MINUTES = 2;
const PROBE = "uji-penyimpanan";

/** `{usage, quota, share, nearlyFull}` of the phone's store for this app, in bytes; zeros where the browser does not say. */
export async function storage() {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const share = quota ? usage / quota : 0;
  return { usage, quota, share, nearlyFull: share > NEARLY_FULL };
}

/**
 * Whether `bytes` more fit, by trying: browsers report a quota that says little about the phone (Chrome: usage plus a
 * fixed amount). What was tried is thrown away at once.
 */
export async function hasRoom(bytes) {
  if (!globalThis.caches) return true;
  try {
    const cache = await caches.open(PROBE);
    await cache.put("/uji", new Response(new Blob([new Uint8Array(bytes)])));
    return true;
  } catch {
    return false;
  } finally {
    await caches.delete(PROBE).catch(() => {});
  }
}

let refused = false;

/** Whether this error is the phone's store being full; remembered until something could be kept again. */
export function isFull(error) {
  if (error.name !== "QuotaExceededError") return false;
  refused = true;
  return true;
}

/** Something large could be kept: the store is not full (any more). */
export const kept = () => (refused = false);

/** A sentence when the store is full or nearly so, else "". */
export async function storageWarning() {
  if (refused) return "Penyimpanan HP penuh. Hapus foto atau aplikasi yang tidak dipakai.";
  const words = "Penyimpanan HP hampir penuh. Hapus foto atau aplikasi yang tidak dipakai.";
  return (await storage()).nearlyFull ? words : "";
}

/** Whether a difference from the city's clock (milliseconds) is more than a slow answer. */
export const clockIsWrong = (difference) => Math.abs(difference ?? 0) > CLOCK_MINUTES * 60000;

/** "Jam HP ini lebih cepat 3 menit dari jam kota." or "". */
export function clockWords(difference) {
  if (!clockIsWrong(difference)) return "";
  const way = difference > 0 ? "lebih cepat" : "terlambat";
  return `Jam HP ini ${way} ${lama(Math.round(Math.abs(difference) / 60000))} dari jam kota.`;
}
