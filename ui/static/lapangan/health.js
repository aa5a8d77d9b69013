/** What an app's phone suffers from: a full store, a wrong clock. Sentences for the person. */
import { lama } from "./words.js";

const NEARLY_FULL = 0.9;
const CLOCK_MINUTES = 2;

/** `{usage, quota, share, nearlyFull}` of the phone's store for this app, in bytes; zeros where the browser does not say. */
export async function storage() {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const share = quota ? usage / quota : 0;
  return { usage, quota, share, nearlyFull: share > NEARLY_FULL };
}

/** A sentence when the store is nearly full, else "". */
export async function storageWarning() {
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
