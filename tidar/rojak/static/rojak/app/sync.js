/**
 * Bringing what is on the phone to the city: text first, then photos. A version only counts as received by the city's own
 * answer for its id and hash; a lost answer means asking again, and the same version again gets the same answer. What the
 * city refuses to take at all stops nothing else: it is found by halves and waits for the next run. One tab (or the
 * service worker) at a time.
 */
import * as sending from "../../lapangan/sending.js";
import { hearCalls } from "./calls.js";
import { NoSignal, post, Refused } from "./city.js";
import { compare } from "./compare.js";
import { hearTime } from "./device.js";
import { wire } from "./items.js";
import { changePhoto, everything, keyOf, recall, remember, settle, tell, unsent, unsentPhotos } from "./store.js";
import { upload } from "./upload.js";

const MOST = 100;
const LEAST = 5;
const URGENT = new Set(["round_start", "sos"]);
const SENDER = new Set([403, 404]); // says something of the phone or the person, most likely not of one note
const STRIKES = 3; // so many notes refused like that, and the phone's others are not asked for in this run
const NONE = "0".repeat(64);
let batch = MOST; // fewer at once after a failure: a weak line brings little before it breaks

/** One run of sending: versions that the city refused in it, how often it refused a phone, and what it said last. */
const newRun = () => ({ aside: new Set(), strikes: new Map(), refusal: null });

const goesOn = (run) => ({ key, device }) => !run.aside.has(key) && (run.strikes.get(device) ?? 0) < STRIKES;

/** Calls for help, and the rounds they belong to; then what this phone made as it is registered now; in their order. */
async function waitingFor(run) {
  const own = (await recall("device"))?.id;
  const rank = ({ kind, device }) => (URGENT.has(kind) ? 0 : 2) + (device === own ? 0 : 1);
  return (await unsent()).filter(goesOn(run)).sort((a, b) => rank(a) - rank(b) || a.seq - b.seq);
}

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

/**
 * Photos that only refused versions name are not awaited there; they stay on the phone and go into the file. One that
 * another version names is still wanted.
 */
async function withoutItem(list, changes) {
  const refused = new Set(changes.filter(([, { state }]) => state === "ditolak").map(([key]) => key));
  const named = new Set(list.filter(({ key }) => refused.has(key)).flatMap(({ photos }) => photos));
  if (!named.size) return;
  const others = (await everything()).filter(({ state }) => state !== "ditolak");
  for (const sha256 of new Set(others.flatMap(({ photos }) => photos))) named.delete(sha256);
  for (const sha256 of named) await changePhoto(sha256, { unsent: 0, state: "ditolak", sentence: "Catatannya ditolak kota." });
}

/** The city takes nothing of these: half of them is tried, down to one, which is left out of this run. */
function setAside(run, some, error) {
  batch = Math.max(1, Math.floor(some.length / 2));
  if (some.length > 1) return;
  const [{ key, device }] = some;
  run.refusal = error;
  run.aside.add(key);
  if (SENDER.has(error.status)) run.strikes.set(device, (run.strikes.get(device) ?? 0) + 1);
}

async function texts(run) {
  for (let stuck = 0; ;) {
    const waiting = await waitingFor(run);
    if (!waiting.length) return;
    const { device } = waiting[0];
    const some = waiting.filter((version) => version.device === device).slice(0, batch);
    try {
      stuck = (await sendBatch(device, some)) ? 0 : stuck + 1;
      run.strikes.delete(device);
      batch = Math.min(MOST, batch * 2);
    } catch (error) {
      if (error instanceof Refused) {
        setAside(run, some, error);
        continue;
      }
      if (error instanceof NoSignal) batch = Math.max(LEAST, Math.floor(batch / 2));
      throw error;
    }
    if (stuck > 1) throw new NoSignal("Kota belum menjawab untuk semua catatan.");
  }
}

const textWaits = async (run) => (await unsent()).some(goesOn(run));

/** What the city decided meanwhile; that it will not say stops no photo. */
async function asked(run) {
  try {
    await compare();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    run.refusal = error;
  }
}

/** Photos one by one; text that is made meanwhile goes first. What the city does not await yet is tried the next time. */
async function photos(run) {
  const passed = new Set();
  for (;;) {
    const row = (await unsentPhotos()).find(({ sha256 }) => !passed.has(sha256));
    if (!row) return;
    const done = await upload(row, () => textWaits(run));
    if (await textWaits(run)) await texts(run);
    else if (!done) passed.add(row.sha256);
  }
}

async function everyPart({ ask = false }) {
  const run = newRun();
  await texts(run);
  await hearCalls();
  if (ask) await asked(run);
  await texts(run);
  await photos(run);
  return run.refusal;
}

/** Send everything; resolves with what is in the way: "" nothing, "sinyal", "masuk", "ditolak". Never throws. */
export const sendAll = sending.sender({ recall, remember, tell }, { name: "tidar-rojak-kirim", what: "catatan", work: everyPart });

/** Keep sending for as long as the app is open; see `lapangan/sending.js`. */
export const keepSending = (afterwards) => sending.keepSending(sendAll, afterwards);

export const { requestSync } = sending;
