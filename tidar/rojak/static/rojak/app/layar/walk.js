/** The round as the screens see it: what is checked, what is left, in which order. */
import { allLatest } from "../store.js";
import { fix } from "../gps.js";
import { waiting } from "./deeds.js";
import { gaps, nearestFirst, oldestFirst, standings } from "./segments.js";

/** The present fix as `{lon, lat, accuracy}` in degrees and metres, or null. */
export function here() {
  const found = fix();
  return found && { lon: found.lon_e6 / 1e6, lat: found.lat_e6 / 1e6, accuracy: found.accuracy_m };
}

const certain = (position, worst) => Boolean(position) && position.accuracy_m <= worst;

/** Everything about the route at this moment. */
export async function walk({ pack, round, moment }) {
  const [items, pending] = await Promise.all([allLatest(), waiting()]);
  const worst = pack.program.worst_fix_metres ?? 30;
  const signed = items.filter((item) => item.kind === "check" && item.state !== "ditolak")
    .map((item) => ({ id: item.id, round: item.round, at: item.at, ...item.data }));
  const seen = new Set(signed.map((check) => check.id));
  const checks = [...signed, ...pending.filter((check) => !seen.has(check.id)).map((check) => ({ ...check, undoable: true }))]
    .map((check) => ({ ...check, certain: certain(check.position, worst) }));
  const segments = standings(pack, checks, moment);
  const ofRound = (list) => (round ? list.filter((each) => each.round === round.id) : []);
  const mine = ofRound(checks);
  const done = new Set(mine.map((check) => check.segment));
  return {
    segments, gaps: gaps(segments), checks: mine, done, items: ofRound(items),
    findings: items.filter((item) => item.kind === "finding" && item.state !== "ditolak"),
    ordered: (by) => (by === "dekat" && here() ? nearestFirst(segments, here()) : oldestFirst(segments)),
  };
}

/** The segment where she is: the nearest within 60 metres, else the one of her last check, else "". */
export function presentSegment(route) {
  const position = here();
  if (position) {
    const [nearest] = nearestFirst(route.segments, position);
    const points = nearest && [...nearest.points.map(({ lon, lat }) => [lon, lat]), ...nearest.line].filter(([lon]) => lon !== null);
    if (points?.length && near(points, position)) return nearest.code;
  }
  return route.checks.reduce((latest, check) => (check.at > (latest?.at ?? 0) ? check : latest), null)?.segment ?? "";
}

const WITHIN = 60;
const near = (points, { lon, lat }) => points.some(([x, y]) =>
  Math.hypot((x - lon) * Math.cos((lat * Math.PI) / 180), y - lat) * 111320 < WITHIN);
