/** Drawing a post's area from the pack alone: no tiles, no library, no signal. Positions are degrees, y grows upwards. */
const SVG = "http://www.w3.org/2000/svg";
const SIZE = 1000;
const MARGIN = 60;

/** An SVG element. */
export function s(tag, props, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props ?? {})) if (value !== null && value !== undefined) element.setAttribute(name, value);
  element.append(...children.flat().filter(Boolean));
  return element;
}

/** `[[lon, lat], …]` of everything that can be drawn. */
function extent(points) {
  const lons = points.map(([lon]) => lon);
  const lats = points.map(([, lat]) => lat);
  const least = (list) => list.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (list) => list.reduce((a, b) => Math.max(a, b), -Infinity);
  return [least(lons), least(lats), most(lons), most(lats)];
}

/** A projection of `points` into a square of 1,000: `(lon, lat) → [x, y]`, with equal scale both ways. */
export function projection(points) {
  const [west, south, east, north] = extent(points);
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const wide = Math.max((east - west) * shrink, north - south, 1e-4);
  const scale = (SIZE - 2 * MARGIN) / wide;
  const left = SIZE / 2 - ((west + east) / 2) * shrink * scale;
  const top = SIZE / 2 + ((south + north) / 2) * scale;
  const to = (lon, lat) => [Math.round((left + lon * shrink * scale) * 10) / 10, Math.round((top - lat * scale) * 10) / 10];
  to.metres = scale / 111320; // one metre in units of the drawing
  return to;
}

/** A path through positions. */
export const path = (to, line) => line.map(([lon, lat], index) => `${index ? "L" : "M"}${to(lon, lat).join(" ")}`).join("");

/**
 * A track in pieces: `[{certain, line}]`. A piece ends where the signal did (a new part, or more than `gap` seconds) and
 * where fixes change between certain and uncertain; nothing is drawn across a break.
 */
export function pieces(parts, { worst, gap = 60 }) {
  const found = [];
  for (const { points } of parts) {
    let piece = null;
    let before = null;
    for (const [seconds, lon_e6, lat_e6, accuracy] of points) {
      const certain = accuracy <= worst;
      if (!piece || certain !== piece.certain || seconds - before > gap) found.push((piece = { certain, line: [] }));
      piece.line.push([lon_e6 / 1e6, lat_e6 / 1e6]);
      before = seconds;
    }
  }
  return found;
}

/** Moving and enlarging an SVG by finger, wheel or buttons. Returns `{zoom(factor), centre(x, y), reset()}`. */
export function movable(svg) {
  let [x, y, side] = [0, 0, SIZE];
  const fingers = new Map();
  const paint = () => {
    side = Math.min(SIZE, Math.max(SIZE / 16, side));
    x = Math.min(SIZE - side, Math.max(0, x));
    y = Math.min(SIZE - side, Math.max(0, y));
    svg.setAttribute("viewBox", `${x} ${y} ${side} ${side}`);
    svg.style.setProperty("--unit", String(side / SIZE));
  };
  const zoom = (factor, cx = x + side / 2, cy = y + side / 2) => {
    const next = Math.min(SIZE, Math.max(SIZE / 16, side / factor));
    [x, y, side] = [cx - ((cx - x) / side) * next, cy - ((cy - y) / side) * next, next];
    paint();
  };
  const spread = () => {
    const [a, b] = [...fingers.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };
  svg.addEventListener("pointerdown", (event) => {
    svg.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  svg.addEventListener("pointermove", (event) => {
    const was = fingers.get(event.pointerId);
    if (!was) return;
    const before = fingers.size === 2 && spread();
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (before) return zoom(spread() / before);
    const unit = side / svg.getBoundingClientRect().width;
    x -= (event.clientX - was.x) * unit;
    y -= (event.clientY - was.y) * unit;
    paint();
  });
  for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, (event) => fingers.delete(event.pointerId));
  paint();
  const centre = (cx, cy) => ([x, y] = [cx - side / 2, cy - side / 2], paint());
  return { zoom, centre, reset: () => (([x, y, side] = [0, 0, SIZE]), paint()) };
}
