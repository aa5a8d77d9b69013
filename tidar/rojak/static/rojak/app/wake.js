/** Keeping the screen on while walking (Screen Wake Lock); the browser takes it away when the app is hidden. */
let wanted = false;
let lock = null;

async function ask() {
  if (!wanted || lock || document.visibilityState !== "visible") return;
  try {
    lock = await navigator.wakeLock.request("screen");
    lock.addEventListener("release", () => (lock = null));
    if (!wanted) await release();
  } catch {
    lock = null; // an empty battery, or a browser without it: the screen goes dark as ever
  }
}

globalThis.document?.addEventListener("visibilitychange", ask);

/** Keep the screen on from now on, also after the app was hidden and is shown again. */
export function hold() {
  wanted = true;
  return ask();
}

/** Let it go dark again. */
export async function release() {
  wanted = false;
  await lock?.release();
  lock = null;
}

/** Whether the screen is being kept on. */
export const held = () => lock !== null;
