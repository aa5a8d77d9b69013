/**
 * What this phone remembers (IndexedDB). A record and the counter and hash it advances are written in ONE transaction,
 * so a killed tab neither skips nor repeats a number. Nothing here is ever deleted by an update of the app.
 *
 * `records`: one per counter and device, exactly as signed. `meta`: device and key, chains, route, what the city said.
 */
import { database, exclusive } from "../../lapangan/store.js";

function upgrade(db) {
  const records = db.createObjectStore("records", { keyPath: ["device", "counter"] });
  records.createIndex("id", "id", { unique: true });
  records.createIndex("day", "day");
  records.createIndex("unsent", "unsent");
  records.createIndex("state", "state");
  db.createObjectStore("meta");
}

export const { open, tell, hear, recall, remember, forget } = database({ name: "tidar-pungut", version: 1, upgrade });
export { exclusive };

/** The key under which a device's chain stands. */
export const chainKey = (device) => `chain:${device}`;

/** What a chain is before its first record. */
export const FIRST = { counter: 0, hash: "0".repeat(64), at: 0 };

/**
 * Write a signed record and move its chain on, if the chain still stands at `from`; returns whether it was written.
 * The money in the bag moves in the same transaction.
 */
export async function commit(record, { from, to, cash }) {
  const tx = (await open()).transaction(["records", "meta"], "readwrite", { durability: "strict" });
  const meta = tx.objectStore("meta");
  const key = chainKey(record.device);
  const now = (await meta.get(key)) ?? FIRST;
  if (now.counter !== from.counter || now.hash !== from.hash) {
    await tx.done;
    return false;
  }
  const bag = ((await meta.get("bag")) ?? 0) + cash;
  await Promise.all([
    tx.objectStore("records").add(record),
    meta.put(to, key),
    meta.put(bag, "bag"),
    meta.put({ device: record.device, counter: record.counter }, "current"),
    tx.done,
  ]);
  tell("record");
  return true;
}

/** The record with this id, or undefined. */
export const byId = async (id) => (await open()).getFromIndex("records", "id", id);

/** One record. */
export const record = async (device, counter) => (await open()).get("records", [device, counter]);

/** All of one day on this phone ("2026-11-25"), oldest first. */
export const ofDay = async (day) => (await open()).getAllFromIndex("records", "day", day);

/** All in one state ("hp", "dibukukan", "ditahan", "ditolak"). */
export const inState = async (state) => (await open()).getAllFromIndex("records", "state", state);

/** Records that the city has not answered for, in the order of their counters. */
export const unsent = async (limit) => (await open()).getAllFromIndex("records", "unsent", 1, limit);

/** How many those are. */
export const unsentCount = async () => (await open()).countFromIndex("records", "unsent", 1);

/** Records of a device from one counter on. */
export const since = async (device, counter) =>
  (await open()).getAll("records", IDBKeyRange.bound([device, counter], [device, Infinity]));

/** How each kind of record moves the cash in the bag. */
export const CASH = { payment: 1, karcis: 1, void: -1, handover: -1 };

/**
 * Write what the city answered: `answers` are `[device, counter, changes]`; all or nothing. `bag` is what the city's
 * books have in the bag: a hand-over that was counted less or sent back shows here. What waits on the phone is added.
 */
export async function settle(answers, server, bag) {
  const tx = (await open()).transaction(["records", "meta"], "readwrite", { durability: "strict" });
  const records = tx.objectStore("records");
  for (const [device, counter, changes] of answers) {
    const known = await records.get([device, counter]);
    if (known) await records.put({ ...known, ...changes });
  }
  if (server) await tx.objectStore("meta").put(server, "server");
  if (Number.isSafeInteger(bag)) {
    const waiting = await records.index("unsent").getAll(1);
    const sum = waiting.reduce((total, each) => total + CASH[each.kind] * each.amount, bag);
    await tx.objectStore("meta").put(sum, "bag");
  }
  await tx.done;
  tell("answer");
}
