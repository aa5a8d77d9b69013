/**
 * Bringing what is on the phone to the city: text first, then photos. A version only counts as received by the city's own
 * answer for its id and hash; a lost answer means asking again, and the same version again gets the same answer. One tab
 * (or the service worker) at a time.
 */
import * as sending from "../../lapangan/sending.js";
import { MustSignIn, NoSignal, post } from "./city.js";
import { compare } from "./compare.js";
import { hearTime } from "./device.js";
import { wire } from "./items.js";
import { changePhoto, exclusive, keyOf, recall, remember, settle, tell, unsent, unsentPhotos } from "./store.js";
import { upload } from "./upload.js";

const MOST = 100;
const LEAST = 5;
const URGENT = new Set(["round_start", "sos"]);
const NONE = "0".repeat(64);
let batch = MOST; // fewer at once after a failure: a weak line brings little before it breaks

/** Calls for help, and the rounds they belong to, before everything else; else in the order they were made. */
const urgentFirst = (list) => [...list].sort((a, b) => URGENT.has(b.kind) - URGENT.has(a.kind) || a.seq - b.seq);

/** Changes to versions from the city's results: their own state, and that of the version an accepted one follows. */
function changesFrom(results, sent) {
  const changes = [];
  for (const result of results) {
    const version = sent.get(keyOf(result.id, result.hash));
    if (!version) continue;
    const { state, sentence = "", receipt = null } = result;
    changes.push([version.key, { unsent: 0, state, sentence, receipt }]);
    if (state === "diterima" && version.base !== NONE) changes.push([keyOf(version.id, version.base), { state: "diganti" }]);
  }
  return changes;
}

/** Send one batch of one device; returns how many of it the city answered for. */
async function sendBatch(device, list) {
  const begun = Date.now();
  const answer = await post("/api/rojak/kirim", { device, items: list.map(wire) });
  const sent = new Map(list.map((version) => [version.key, version]));
  const changes = changesFrom(answer.results ?? [], sent);
  await settle(changes, { held: answer.held, at: Date.now() });
  await hearTime(answer.server_time, begun);
  await withoutItem(list, changes);
  return changes.filter(([, { unsent: waits }]) => waits === 0).length;
}

/** Photos of a version that the city refused are not awaited there; they stay on the phone and go into the file. */
async function withoutItem(list, changes) {
  const refused = new Set(changes.filter(([, { state }]) => state === "ditolak").map(([key]) => key));
  for (const version of list.filter(({ key }) => refused.has(key))) {
    for (const sha256 of version.photos) await changePhoto(sha256, { unsent: 0, state: "ditolak", sentence: "Catatannya ditolak kota." });
  }
}

async function texts() {
  for (let stuck = 0; ;) {
    const waiting = urgentFirst(await unsent());
    if (!waiting.length) return;
    const { device } = waiting[0];
    const some = waiting.filter((version) => version.device === device).slice(0, batch);
    try {
      stuck = (await sendBatch(device, some)) ? 0 : stuck + 1;
      batch = Math.min(MOST, batch * 2);
    } catch (error) {
      if (error instanceof NoSignal) batch = Math.max(LEAST, Math.floor(batch / 2));
      throw error;
    }
    if (stuck > 1) throw new NoSignal("Kota belum menjawab untuk semua catatan.");
  }
}

const textWaits = async () => (await unsent(1)).length > 0;

/** Photos one by one; text that is made meanwhile goes first. What the city does not await yet is tried the next time. */
async function photos() {
  const passed = new Set();
  for (;;) {
    const row = (await unsentPhotos()).find(({ sha256 }) => !passed.has(sha256));
    if (!row) return;
    const done = await upload(row, textWaits);
    if (await textWaits()) await texts();
    else if (!done) passed.add(row.sha256);
  }
}

/** Send everything; resolves with what is in the way: "" nothing, "sinyal", "masuk", "ditolak". Never throws. */
export function sendAll({ ask = false } = {}) {
  return exclusive("tidar-rojak-kirim", async () => {
    try {
      await texts();
      if (ask) await compare();
      await texts();
      await photos();
      return await ended("", "");
    } catch (error) {
      if (error instanceof MustSignIn) return ended("masuk", "Masuk lagi supaya catatan terkirim.");
      if (error instanceof NoSignal) return ended("sinyal", error.message);
      return ended("ditolak", error.message);
    }
  });
}

async function ended(problem, sentence) {
  const before = await recall("problem");
  await remember("problem", { problem, sentence, at: Date.now() });
  if (before?.problem !== problem || before?.sentence !== sentence) tell("answer");
  return problem;
}

/** Keep sending for as long as the app is open; see `lapangan/sending.js`. */
export const keepSending = (afterwards) => sending.keepSending(sendAll, afterwards);

export const { requestSync } = sending;
