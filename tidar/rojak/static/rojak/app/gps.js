/**
 * Where the round is. The track is the round's, not a person's: it is only kept while a round runs, in parts that end
 * where the signal of the satellites did, so that a broken track is drawn broken. A fix that is old, or worse than the
 * programme allows, is "tidak diketahui" and never a place.
 */
import { uuid7 } from "../../lapangan/keys.js";
import { moment } from "./clock.js";
import { make } from "./items.js";
import { exclusive, ofRound, recall, remember } from "./store.js";
import { addFix, FRESH_MS, quality } from "./track.js";

export { quality };

const LOCK = "tidar-rojak-jejak";
const MOST_METRES = 100000;
const WORST = 30;
const TROUBLES = {
  1: "Posisi belum diizinkan. Izinkan lokasi di setelan Chrome.",
  2: "Satelit belum tertangkap. Posisi tidak diketahui.",
  3: "Satelit belum tertangkap. Posisi tidak diketahui.",
};
const listeners = new Set();
let watching = null;
let last = null;
let recording = false;

/** The latest fix `{lon_e6, lat_e6, accuracy_m, at}`, or null when it is older than 30 seconds. */
export const fix = () => (last && performance.now() - last.heard <= FRESH_MS ? last.fix : null);

/** What goes into an item: the present fix, or null. */
export function position() {
  const found = fix();
  return found && { lon_e6: found.lon_e6, lat_e6: found.lat_e6, accuracy_m: found.accuracy_m };
}

/** A fix is of now: some phones stamp it with the satellites' clock, others with their own. */
async function heard({ coords }) {
  const read = {
    lon_e6: Math.round(coords.longitude * 1e6), lat_e6: Math.round(coords.latitude * 1e6),
    accuracy_m: Math.min(Math.ceil(coords.accuracy), MOST_METRES), at: await moment(),
  };
  last = { fix: read, heard: performance.now() };
  if (recording) await record(read).catch(console.error);
  listeners.forEach((listener) => listener.onfix?.(read));
}

function troubled(error) {
  listeners.forEach((listener) => listener.ontrouble?.(TROUBLES[error.code] ?? TROUBLES[2]));
}

function needed() {
  const wanted = recording || listeners.size > 0;
  if (wanted && watching === null && navigator.geolocation) {
    const options = { enableHighAccuracy: true, maximumAge: 5000, timeout: 30000 };
    watching = navigator.geolocation.watchPosition(heard, troubled, options);
  } else if (!wanted && watching !== null) {
    navigator.geolocation.clearWatch(watching);
    watching = null;
  }
}

/** Hear of fixes (`onfix(fix)`) and of their lack (`ontrouble(sentence)`) until the returned function is called. */
export function watch(listener) {
  listeners.add(listener);
  needed();
  return () => {
    listeners.delete(listener);
    needed();
  };
}

/** Keep the track of the running round from now on; call it when the app opens and when a round starts. */
export async function resume() {
  recording = Boolean(await recall("round"));
  needed();
}

/** A track with nothing in it. */
export const nothing = () => ({ part: null, points: [], at: 0, seen: 0, metres: 0, certain: false });

/** Add a fix; what is complete becomes a signed item, in the same step in which the next part begins. */
function record(read) {
  return exclusive(LOCK, async () => {
    const [round, track, pack] = await Promise.all([recall("round"), recall("track"), recall("pack")]);
    if (!round || read.at < round.at) return;
    const { complete, next } = addFix(track ?? nothing(), read, pack?.program?.worst_fix_metres ?? WORST);
    const open = { ...next, part: next.part ?? uuid7() };
    if (complete) await keepPart(round, complete, open);
    else if (open.points !== track?.points || open.seen !== track?.seen) await remember("track", open);
  });
}

const keepPart = (round, { part, points, at }, next) =>
  make("track", { points }, { id: part, round: round.id, at, meta: [["track", next]] });

/** Close the open part; resolves with the round's certain metres, or null when none of it is certain. */
export function finish() {
  return exclusive(LOCK, async () => {
    const [round, track] = await Promise.all([recall("round"), recall("track")]);
    recording = false;
    needed();
    if (!track) return null;
    const rest = { ...track, part: uuid7(), points: [] };
    if (round && track.points.length) await keepPart(round, track, rest);
    return track.certain ? Math.round(track.metres) : null;
  });
}

/** All parts of a round on this phone, oldest first, with the open one: `[{at, points}]`. */
export async function track(round) {
  const parts = (await ofRound(round)).filter((version) => version.kind === "track");
  const kept = parts.map(({ at, data }) => ({ at, points: data.points }));
  const [running, open] = await Promise.all([recall("round"), recall("track")]);
  return running?.id === round && open?.points.length ? [...kept, { at: open.at, points: open.points }] : kept;
}
