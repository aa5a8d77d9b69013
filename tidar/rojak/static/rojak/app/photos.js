/**
 * Photos: made small on the phone, which also leaves out everything but the picture (a canvas knows no place and no
 * device), told apart by their SHA-256, kept until the city has them.
 */
import { isFull, kept } from "../../lapangan/health.js";
import { sha256 } from "../../lapangan/keys.js";
import { moment } from "./clock.js";
import { UnableToKeep } from "./items.js";
import { dropPhotos, keepPhoto, open, photo, photoBytes } from "./store.js";

export { photo };

const LONGEST_SIDE = 1280;
const QUALITIES = [0.78, 0.65, 0.5];
const WANTED_BYTES = 350000;
const DAY = 86400000;
const FULL = "Penyimpanan HP penuh, foto belum tersimpan. Catatan tetap bisa disimpan tanpa foto.";

/** Draw a picture upright on a canvas of at most 1,280 px; blur on it what nobody should see, then `keep` it. */
export async function reduce(file) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) throw new UnableToKeep("Berkas itu bukan foto yang bisa dibuka.");
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return { canvas, width: canvas.width, height: canvas.height };
}

const encoded = (canvas, quality) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));

/** Keep what is on the canvas as a JPEG on this phone: `{sha256, bytes}`. It is sent once an item names it. */
export async function keep(canvas) {
  let blob = null;
  for (const quality of QUALITIES) {
    blob = await encoded(canvas, quality);
    if (!blob) throw new UnableToKeep("Foto belum bisa disimpan. Ambil sekali lagi.");
    if (blob.size <= WANTED_BYTES) break;
  }
  const bytes = await blob.arrayBuffer();
  const digest = await sha256(bytes);
  try {
    await keepPhoto(digest, bytes, await moment());
  } catch (error) {
    throw isFull(error) ? new UnableToKeep(FULL) : error;
  }
  kept();
  return { sha256: digest, bytes: bytes.byteLength };
}

/** An address that shows the photo, or "" when it is not on this phone. Revoke it when it is no longer shown. */
export async function url(digest) {
  const bytes = await photoBytes(digest);
  return bytes ? URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" })) : "";
}

/** Throw away a photo that no item names; one that an item names stays. */
export async function discard(digest) {
  const known = await photo(digest);
  if (known && !known.item) await dropPhotos([known]);
}

/** Make room: photos that the city has had for three days, and those that no item ever named; never one of a draft. */
export async function tidy(now = Date.now()) {
  const db = await open();
  const drafts = await db.getAll("drafts");
  const wanted = new Set(drafts.flatMap((draft) => [...(draft?.photos ?? []), ...Object.values(draft?.answers ?? {})]));
  const all = (await db.getAll("photos")).filter(({ sha256 }) => !wanted.has(sha256));
  const old = (row, days) => now - row.at > days * DAY;
  await dropPhotos(all.filter((row) => !row.unsent && ((row.state === "diterima" && old(row, 3)) || (!row.item && old(row, 1)))));
}

/** `[tone, words]` for one photo: the third honest state. */
export function stateOfPhoto(row) {
  if (!row) return ["info", "foto tidak ada di HP ini"];
  if (row.state === "diterima") return ["ok", "foto diterima kota"];
  if (row.state === "ditahan") return ["warn", `foto ditahan: ${row.sentence}`];
  if (row.state === "ditolak") return ["bad", `foto ditolak: ${row.sentence}`];
  if (row.held > 0) return ["info", `foto terkirim ${Math.floor((row.held / row.size) * 100)}%`];
  return ["info", "foto tersimpan di HP"];
}
