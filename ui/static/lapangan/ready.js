/** Whether an app opens without signal, and what its phone's browser cannot do by itself. */
import { native } from "./keys.js";

const PATIENCE = 15000;

/** Whether the browser reads QR codes itself. */
export async function detects() {
  if (!("BarcodeDetector" in globalThis)) return false;
  return (await BarcodeDetector.getSupportedFormats().catch(() => [])).includes("qr_code");
}

/** Files that this phone needs beyond the shell, because its browser cannot do it alone. */
async function extras() {
  const needed = [];
  if (!(await detects())) needed.push("/static/vendor/jsqr.js");
  if (!(await native())) needed.push("/static/vendor/ed25519.js");
  return needed;
}

/** Whether the page is kept on the phone. */
export const kept = async (page) => Boolean(globalThis.caches && (await caches.match(page)));

/**
 * Make sure that `page` opens without signal; says what is missing, or "" when nothing is. `prefix` begins the
 * names of what the app's worker keeps.
 */
export async function readyOffline({ page, prefix }) {
  if (!navigator.serviceWorker) return "Peramban ini terlalu lama. Perbarui Chrome.";
  const worker = await Promise.race([navigator.serviceWorker.ready, new Promise((later) => setTimeout(later, PATIENCE))]);
  if (!worker?.active) return "Aplikasi belum selesai diunduh. Coba lagi sebentar.";
  const names = (await caches.keys()).filter((name) => name.startsWith(prefix));
  try {
    for (const name of names) await (await caches.open(name)).addAll(await extras());
  } catch {
    return "Pembaca stiker belum selesai diunduh. Coba lagi.";
  }
  await navigator.storage?.persist?.().catch(() => false);
  return (await kept(page)) ? "" : "Aplikasi belum tersimpan di HP. Coba lagi.";
}
