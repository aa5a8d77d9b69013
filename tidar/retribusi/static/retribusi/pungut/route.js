/**
 * The route: every stall of the collector with what it owes, kept whole on the phone. What the collector did since it was
 * made is laid on top, so that a stall paid without signal is shown as paid.
 */
import { clockDifference, get } from "./net.js";
import { after, owed } from "./money.js";
import { chainKey, FIRST, inState, ofDay, recall, remember, since, unsent } from "./store.js";
import { hari } from "./words.js";

/** The bills of a stall, oldest first; what the route only sums up (`more` younger ones) is one last line. */
function billed(stall) {
  const dues = (stall.dues ?? []).map(([number, period, amount, due]) => ({ number, period, owed: amount, due, count: 1 }));
  const rest = stall.more ? stall.owed - owed(dues) : 0;
  if (rest <= 0) return dues;
  return [...dues, { number: "", period: `${stall.more} tagihan berikutnya`, owed: rest, due: "", count: stall.more }];
}

/** Fetch the newest route; returns it. The one on the phone stays until a whole new one has come. */
export async function download(device) {
  const known = await recall("route");
  const begun = Date.now();
  const same = known?.device === device.id && known.etag;
  const answer = await get(`/api/pungut/rute?alat=${device.id}`, same ? { "If-None-Match": known.etag } : {});
  const now = Date.now();
  if (answer.notModified) {
    await remember("route", { ...known, fetched: now });
    return known;
  }
  const route = { ...answer.body, device: device.id, etag: answer.headers.get("ETag"), fetched: now };
  await remember("route", route);
  const chain = (await recall(chainKey(device.id))) ?? FIRST;
  const behind = (route.next_counter ?? 1) > chain.counter + 1;
  await remember("device", { ...device, code: route.code ?? device.code, approved: true, behind });
  const difference = route.server_time ? clockDifference(route.server_time, begun, now) : null;
  if (difference !== null) await remember("server", { ...(await recall("server")), difference });
  return route;
}

/** Whether a record is not yet in the route's own figures. */
function isNews(record, route) {
  if (record.state === "ditahan") return true;
  return record.device === route.device ? record.counter >= (route.next_counter ?? 1) : record.unsent === 1;
}

const voidKey = (record) => `${record.device}:${record.fields.voids}`;

/** A record's own key as text. */
export const keyOf = (record) => `${record.device}:${record.counter}`;

/**
 * What the phone did, of today and whatever is not yet in the route: `records` oldest first, `taken` (key of a record →
 * the void that took it back) and `paid` (stall → its payments).
 */
export async function activity(route, now) {
  const device = await recall("device");
  const found = new Map();
  const groups = [await ofDay(hari(now)), await unsent(), await inState("ditahan")];
  if (device) groups.push(await since(device.id, route?.next_counter ?? 1));
  for (const record of groups.flat()) found.set(keyOf(record), record);
  const records = [...found.values()].sort((one, other) => one.at - other.at || one.counter - other.counter);
  const taken = new Map(records.filter((r) => r.kind === "void").map((r) => [voidKey(r), r]));
  const paid = new Map();
  for (const record of records) {
    if (record.kind === "payment") paid.set(record.fields.stall, [...(paid.get(record.fields.stall) ?? []), record]);
  }
  return { records, taken, paid };
}

/** The dues and advance of a stall with this phone's own records laid over what the city last said. */
export function now(stall, { paid, taken }, route) {
  let dues = billed(stall);
  let advance = stall.advance ?? 0;
  for (const record of paid.get(stall.qr) ?? []) {
    const back = taken.get(keyOf(record));
    if (isNews(record, route) && !back) {
      const left = after(dues, record.amount);
      dues = left.dues;
      advance += left.rest;
    } else if (!isNews(record, route) && back && isNews(back, route)) {
      dues = [...(record.view.parts ?? []).map((part) => ({ count: 1, ...part, owed: part.amount })), ...dues];
      advance = Math.max(0, advance - (record.view.rest ?? 0));
    }
  }
  return { dues, advance, owed: owed(dues) };
}

/** "a-001 " → "A001": what is compared when a number is typed. */
export const plain = (text) => text.toUpperCase().replace(/[^0-9A-Z]/g, "");

/** What a sticker says → the stall's code, or "" when it is no sticker of ours. */
export function fromSticker(text) {
  const found = text.trim().match(/(?:^|\/)TIDAR:([\w-]{4,32})$/i) ?? text.trim().match(/^([\w-]{8,32})$/);
  return found ? found[1] : "";
}

/** Stalls whose number's digits are, or begin with, what was typed; exact ones first; in a block when one is chosen. */
export function matching(stalls, digits, block) {
  const wanted = digits.replace(/^0+/, "");
  if (!wanted) return [];
  const scored = [];
  for (const stall of stalls) {
    if (block && stall.block !== block) continue;
    const number = stall.number.replace(/\D/g, "").replace(/^0+/, "");
    if (number.startsWith(wanted)) scored.push([number === wanted ? 0 : 1, number.length, stall]);
  }
  scored.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2].number.localeCompare(b[2].number, "id", { numeric: true }));
  return scored.map(([, , stall]) => stall);
}

/** Blocks in walking order: `{block, market, stalls}`. */
export function blocks(route) {
  const found = new Map();
  for (const stall of [...route.stalls].sort((a, b) => (a.order ?? 0) - (b.order ?? 0))) {
    const key = `${stall.market ?? ""}/${stall.block ?? ""}`;
    if (!found.has(key)) found.set(key, { key, block: stall.block ?? "", market: stall.market ?? "", stalls: [] });
    found.get(key).stalls.push(stall);
  }
  return [...found.values()].sort((a, b) => a.key.localeCompare(b.key, "id", { numeric: true }));
}
