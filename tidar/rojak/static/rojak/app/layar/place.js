/** Distances and where things are. Pure. Positions are `{lon, lat}` in degrees (WGS 84), distances in metres. */
const METRES_PER_DEGREE = 111320;

/** Metres between two positions, right to a percent within a town. */
export function metres(a, b) {
  const shrink = Math.cos(((a.lat + b.lat) / 2) * (Math.PI / 180));
  return Math.hypot((a.lon - b.lon) * shrink, a.lat - b.lat) * METRES_PER_DEGREE;
}

/** An item's position (whole millionths of a degree) as `{lon, lat}`, or null. */
export const fromMicro = (position) => (position?.lon_e6 === undefined || position.lon_e6 === null ? null
  : { lon: position.lon_e6 / 1e6, lat: position.lat_e6 / 1e6 });

/** 23 → "23 m", 1240 → "1,2 km". */
export function jarak(distance) {
  if (distance < 1000) return `${Math.round(distance)}\u00a0m`;
  return `${(distance / 1000).toFixed(1).replace(".", ",")}\u00a0km`;
}

/** Metres from a position to the nearest bend of a line or to the nearest of some points; Infinity for none. */
export const toNearest = (from, points) => points.reduce((least, [lon, lat]) => (
  lon === null || lon === undefined ? least : Math.min(least, metres(from, { lon, lat }))), Infinity);
