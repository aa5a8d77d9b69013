/** How fixes become a track: thinned, in parts that end where fixes stopped coming. Pure. */
export const FRESH_MS = 30000;
const GAP_MS = 60000; // longer without a fix: the track is broken there
const LONGEST_MS = 600000; // a part goes to the city after ten minutes, whole or not
const MOST_POINTS = 300;
const STEP_METRES = 8;
const STEP_MS = 20000;
const EARTH_METRES = 6371008.8; // mean radius, IUGG

/** Metres between two points in millionths of a degree (haversine). */
export function metres(lon1, lat1, lon2, lat2) {
  const rad = (e6) => (e6 / 1e6) * (Math.PI / 180);
  const [dlat, dlon] = [rad(lat2 - lat1), rad(lon2 - lon1)];
  const a = Math.sin(dlat / 2) ** 2 + Math.cos(rad(lat1)) * Math.cos(rad(lat2)) * Math.sin(dlon / 2) ** 2;
  return 2 * EARTH_METRES * Math.asin(Math.min(1, Math.sqrt(a)));
}

/** "pasti", or "tidak diketahui": no fix, or one worse than `worst` metres. */
export const quality = (position, worst) =>
  position && position.accuracy_m <= worst ? "pasti" : "tidak diketahui";

function begun(track, fix) {
  return { ...track, part: null, at: fix.at, seen: fix.at, points: [[0, fix.lon_e6, fix.lat_e6, fix.accuracy_m]] };
}

/**
 * A track `{part, points, at, seen, metres, certain}` with one more fix: `{complete, next}`, where `complete` is a part
 * that is finished by it, or null. Metres count only between points that are both certain.
 */
export function addFix(track, fix, worst) {
  if (!track.points.length) return { complete: null, next: begun(track, fix) };
  if (fix.at < track.seen) return { complete: null, next: track };
  const full = track.points.length >= MOST_POINTS || fix.at - track.at > LONGEST_MS;
  if (fix.at - track.seen > GAP_MS) return { complete: track, next: begun(track, fix) };
  const [second, lon, lat, accuracy] = track.points[track.points.length - 1];
  const moved = metres(lon, lat, fix.lon_e6, fix.lat_e6);
  const sure = accuracy <= worst && fix.accuracy_m <= worst;
  const since = fix.at - track.at - second * 1000;
  if (since < STEP_MS && !(sure && moved >= STEP_METRES)) return { complete: null, next: { ...track, seen: fix.at } };
  const walked = { ...track, metres: track.metres + (sure && moved >= STEP_METRES ? moved : 0), certain: track.certain || sure };
  const point = [Math.round((fix.at - track.at) / 1000), fix.lon_e6, fix.lat_e6, fix.accuracy_m];
  if (full) return { complete: track, next: joined(walked, track, fix) };
  return { complete: null, next: { ...walked, seen: fix.at, points: [...track.points, point] } };
}

/** The next part begins with the last point of the one before: nothing is broken there. */
function joined(walked, before, fix) {
  const [second, ...rest] = before.points[before.points.length - 1];
  const at = before.at + second * 1000;
  const point = [Math.round((fix.at - at) / 1000), fix.lon_e6, fix.lat_e6, fix.accuracy_m];
  return { ...walked, part: null, at, seen: fix.at, points: [[0, ...rest], point] };
}
