/**
 * Bringing what is on the phone to the city: in order, at most 200 at once, as often as needed. A record is only marked
 * as received by the city's own answer for its counter; a lost answer means asking again, and the same record again gets
 * the same answer. One tab (or the service worker) at a time.
 */
import * as sending from "../../lapangan/sending.js";
import { clockDifference, NoSignal, post, Refused } from "./net.js";
import { wire } from "./record.js";
import { chainKey, FIRST, inState, recall, remember, settle, since, tell, unsent } from "./store.js";

const BATCH = 200;

/** Changes to a record from the city's result for it. */
function answered(result) {
  return { unsent: 0, state: result.state, sentence: result.sentence ?? "", server: result.receipt ?? null };
}

const within = (counter, ranges) => ranges.some(([from, to]) => counter >= from && counter <= to);

/** Send one batch of one device; returns how many of it the city answered for. */
async function sendBatch(device, records) {
  const highest = ((await recall(chainKey(device))) ?? FIRST).counter;
  const begun = Date.now();
  const answer = await post("/api/pungut/kirim", { device, highest, records: records.map(wire) });
  const ended = Date.now();
  const sent = new Set(records.map((record) => record.hash));
  const results = (answer.results ?? []).filter((result) => sent.has(result.hash));
  const missing = answer.missing ?? [];
  const again = (await lacking(device, missing)).filter((counter) => !results.some((r) => r.counter === counter));
  await noticeLoss(device, answer.of ?? 0);
  const difference = answer.server_time ? clockDifference(answer.server_time, begun, ended) : null;
  await settle(
    [
      ...results.map((result) => [device, result.counter, answered(result)]),
      ...again.map((counter) => [device, counter, { unsent: 1, state: "hp" }]),
    ],
    { held: answer.held, of: answer.of ?? highest, missing, difference, at: ended, device },
    answer.bag,
  );
  return { answered: results.length, again: again.length };
}

/** The city holds more of this phone than the phone itself: its store was lost or restored from an older copy. */
async function noticeLoss(id, of) {
  const device = await recall("device");
  const own = ((await recall(chainKey(id))) ?? FIRST).counter;
  if (device?.id === id && of > own) await remember("device", { ...device, behind: true });
}

/** Counters that the city misses although this phone holds them and thought them received. */
async function lacking(device, missing) {
  if (!missing.length) return [];
  const kept = await since(device, Math.min(...missing.map(([from]) => from)));
  return kept.filter((record) => within(record.counter, missing) && !record.unsent).map((record) => record.counter);
}

async function batches() {
  const own = (await recall("device"))?.id;
  const passed = new Set(); // earlier phones' records that the city does not take now; they do not hold up this one's
  let stuck = 0;
  for (;;) {
    const waiting = (await unsent()).filter((record) => !passed.has(record.device));
    if (!waiting.length) return;
    const { device } = waiting[0];
    try {
      const done = await sendBatch(device, waiting.filter((record) => record.device === device).slice(0, BATCH));
      stuck = done.answered ? 0 : stuck + 1;
    } catch (error) {
      if (!(error instanceof Refused) || device === own) throw error;
      passed.add(device);
    }
    if (stuck > 1) throw new NoSignal("Kota belum menjawab untuk semua kuitansi.");
  }
}

/** Ask once what the city holds, also about records it put aside: somebody may have decided on them since. */
async function compare() {
  const device = await recall("device");
  if (!device?.code) return;
  const held = (await inState("ditahan")).filter((record) => record.device === device.id);
  await sendBatch(device.id, held.slice(0, BATCH));
}

async function everyPart({ ask = false }) {
  await batches();
  if (ask) await compare();
  await batches();
}

/** Send everything; resolves with what is in the way: "" nothing, "sinyal", "masuk", "ditolak". Never throws. */
export const sendAll = sending.sender({ recall, remember, tell }, { name: "tidar-pungut-kirim", what: "kuitansi", work: everyPart });

/** Keep sending for as long as the app is open; see `lapangan/sending.js`. */
export const keepSending = (afterwards) => sending.keepSending(sendAll, afterwards);

export const { requestSync } = sending;
