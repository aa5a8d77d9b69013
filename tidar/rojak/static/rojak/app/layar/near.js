/** Findings that are there already: near in kind, time and place. Pure; the program says how near is near. */
import { fromMicro, jarak, metres } from "./place.js";

const HOUR = 3600000;

function ago(milliseconds) {
  const hours = Math.floor(milliseconds / HOUR);
  if (hours < 1) return `${Math.max(1, Math.floor(milliseconds / 60000))} menit lalu`;
  return hours < 48 ? `${hours} jam lalu` : `${Math.floor(hours / 24)} hari lalu`;
}

/** The pack's open findings and this phone's own as one list: `{id, kind, segment, position, at}`. */
export function known(pack, own) {
  const city = (pack.findings ?? []).map(([id, kind, segment, lon_e6, lat_e6, , at]) => (
    { id, kind, segment, position: fromMicro({ lon_e6, lat_e6 }), at: Date.parse(at) }));
  const mine = own.map((item) => (
    { id: item.id, kind: item.data.kind, segment: item.data.segment, position: fromMicro(item.data.position), at: item.at }));
  const ids = new Set(mine.map((each) => each.id));
  return [...mine, ...city.filter((each) => !ids.has(each.id))];
}

/**
 * The findings that may be the same as a new one, nearest first: `[{id, words}]`. Where one of the two has no position,
 * the same segment counts as near.
 */
export function duplicates(list, { kind, segment, position, at, except = "" }) {
  const near = [];
  for (const each of list) {
    const age = at - each.at;
    if (each.kind !== kind.key || each.id === except || age < 0 || age > kind.near_hours * HOUR) continue;
    const distance = position && each.position ? metres(position, each.position) : null;
    if (distance === null ? each.segment !== segment || !segment : distance > kind.near_metres) continue;
    const where = distance === null ? "tempatnya belum pasti" : `${jarak(distance)} dari sini`;
    near.push({ id: each.id, distance: distance ?? Infinity, words: `Sudah dicatat ${ago(age)}, ${where}` });
  }
  return near.sort((a, b) => a.distance - b.distance);
}
