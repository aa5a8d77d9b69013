/** The running round on this phone, and everything that is done in it: each a signed item, kept before it is said. */
import { uuid7 } from "../../lapangan/keys.js";
import { moment } from "./clock.js";
import * as gps from "./gps.js";
import { make, UnableToKeep } from "./items.js";
import { byKind, exclusive, ofRound, recall } from "./store.js";

export { checkpointOf } from "./stickers.js";

const LOCK = "tidar-rojak-ronda";
const HANDOVER = /^rojak:([0-9a-f-]{36}):(\d{10,13}):(.{1,60})$/;

/** The running round `{id, at, leader, present, planned, date}`, or null. */
export const current = async () => (await recall("round")) ?? null;

async function running() {
  const round = await current();
  if (!round) throw new UnableToKeep("Belum ada ronda yang berjalan.");
  return round;
}

/** Start a round; a second tap gives the one that runs. */
export function start({ planned = null, date = null, leader = null, present = [] }) {
  return exclusive(LOCK, async () => {
    const known = await current();
    if (known) return known;
    const round = { id: uuid7(), at: await moment(), leader, present, planned, date };
    const meta = [["round", round], ["track", gps.nothing()]];
    await make("round_start", { planned, date, leader, present }, { id: round.id, at: round.at, meta });
    await gps.resume();
    return round;
  });
}

/** Another leader carries the round from here. */
export async function leg(leader) {
  const round = await running();
  return make("leg", { leader }, { round: round.id, meta: [["round", { ...round, leader }]] });
}

/** Who is here now. */
export async function attend(present) {
  const round = await running();
  return make("attendance", { present }, { round: round.id, meta: [["round", { ...round, present }]] });
}

/** End the round; never earlier than it began, whatever the phone's clock says now. */
export function end({ note = "" } = {}) {
  return exclusive(LOCK, async () => {
    const round = await running();
    const distance_m = await gps.finish();
    const at = Math.max(await moment(), round.at);
    const meta = [["round", undefined], ["track", undefined], ["ended", { ...round, ended: at, distance_m, note }]];
    return make("round_end", { note, distance_m }, { round: round.id, at, meta });
  });
}

const ofThis = async (kind, data, options = {}) => make(kind, data, { round: (await current())?.id ?? null, ...options });

/** A segment was looked at: at its sticker ("qr") or tapped ("ketuk"). */
export const check = ({ segment, checkpoint = "", how, id }) =>
  ofThis("check", { segment, checkpoint, how, position: gps.position() }, id ? { id } : {});

/** Something was found. `position` is the present fix unless it is given (null: not known). */
export function finding(given, { id, dropDraft } = {}) {
  const { kind, segment = "", severity = 1, form = "", version = "", answers = {}, photos = [], note = "" } = given;
  const position = given.position === undefined ? gps.position() : given.position;
  const data = { kind, segment, position, severity, form, version, answers, photos, note };
  return ofThis("finding", data, { ...(id ? { id } : {}), dropDraft });
}

/** Something was done with residents; people are counted, not named. */
export const activity = ({ kind, segment = "", participants = 0, minutes = 0, note = "" }, { id, dropDraft } = {}) =>
  ofThis("activity", { kind, segment, participants, minutes, note }, { ...(id ? { id } : {}), dropDraft });

/** Call for help. */
export const sos = (note = "") => ofThis("sos", { position: gps.position(), note });

/** What another phone scans to carry the round on. */
export async function handover() {
  const [round, pack] = [await running(), await recall("pack")];
  return `rojak:${round.id}:${round.at}:${pack.post.code}`;
}

/** Carry on the round of another phone, as its code says. */
export function takeOver(text, leader = null) {
  return exclusive(LOCK, async () => {
    const [, id, at, post] = text.trim().match(HANDOVER) ?? [];
    if (!id) throw new UnableToKeep("Ini bukan kode ronda.");
    if (post !== (await recall("pack"))?.post?.code) throw new UnableToKeep("Ronda itu dari pos lain.");
    if (await current()) throw new UnableToKeep("Akhiri dulu ronda yang berjalan di HP ini.");
    const round = { id, at: Number(at), leader, present: [], planned: null, date: null };
    const kept = await make("leg", { leader }, { round: id, meta: [["round", round], ["track", gps.nothing()]] });
    await gps.resume();
    return kept;
  });
}

/** What was checked in a round (the running one unless named): segment code → moment of its last check. */
export async function checked(round) {
  const id = round ?? (await current())?.id;
  const checks = id ? (await ofRound(id)).filter((version) => version.kind === "check") : [];
  return new Map(checks.map((version) => [version.data.segment, version.at]));
}

/** When this phone last checked each segment, in any round: segment code → moment. */
export async function lastChecks() {
  const checks = await byKind("check");
  return new Map(checks.reverse().map((version) => [version.data.segment, version.at]));
}
