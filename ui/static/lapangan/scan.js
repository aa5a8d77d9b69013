/** Reading stickers with the camera: the browser's own reader where there is one, else a small library. */
import { detects } from "./ready.js";

const EVERY = 180; // milliseconds between looks: enough for a hand that holds still, kind to the battery
const WIDEST = 640;
const NOT_ALLOWED = "Kamera belum diizinkan. Izinkan kamera di setelan Chrome, atau ketik nomor.";
const NO_CAMERA = "Kamera tidak bisa dibuka. Ketik nomor saja.";

async function reader() {
  if (await detects()) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video).catch(() => []))[0]?.rawValue ?? "";
  }
  await library();
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    return jsQR(image.data, image.width, image.height, { inversionAttempts: "dontInvert" })?.data ?? "";
  };
}

function library() {
  if (globalThis.jsQR) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "/static/vendor/jsqr.js";
    script.onload = resolve;
    script.onerror = () => reject(new Error("Pembaca stiker belum diunduh. Siapkan HP ini lagi saat ada sinyal."));
    document.head.append(script);
  });
}

/**
 * Look through the camera in `video` until `found(text)` says true or `stop()` is called. Resolves with `{stop, light}`;
 * `light` switches the lamp, or is null where there is none. Rejects with a sentence.
 */
export async function look(video, found) {
  let stream;
  try {
    const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
    stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
  } catch (error) {
    throw new Error(error.name === "NotAllowedError" ? NOT_ALLOWED : NO_CAMERA);
  }
  const track = stream.getVideoTracks()[0];
  let running = true;
  const stop = () => {
    running = false;
    track.stop();
  };
  try {
    video.srcObject = stream;
    await video.play();
    watch(video, await reader(), { found, stop, running: () => running });
  } catch (error) {
    stop();
    throw error;
  }
  const lamp = track.getCapabilities?.().torch === true;
  return { stop, light: lamp ? (on) => track.applyConstraints({ advanced: [{ torch: on }] }) : null };
}

async function watch(video, read, { found, stop, running }) {
  while (running()) {
    const text = video.videoWidth ? await read(video) : "";
    if (text && running() && found(text)) {
      stop();
      navigator.vibrate?.(60);
      return;
    }
    await new Promise((later) => setTimeout(later, EVERY));
  }
}
