/** Drawing a segment's line: tap the map, or walk it and note where you are. The text field stays the only truth. */
const read = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const WORST_METRES = 30;

function load(source) {
  return new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: source, onload: done, onerror: failed });
    document.head.append(script);
  });
}

/** [[lon, lat], …] of typed points; lines that are none are left out here, and refused by the server with a sentence. */
export function pointsOf(text) {
  return text.split("\n").map((row) => row.match(/^\s*\(?(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\)?\s*$/)).filter(Boolean).map(([, lat, lon]) => [Number(lon), Number(lat)]);
}

/** One typed point, latitude first. */
export const typed = (lon, lat) => `${lat.toFixed(6)}, ${lon.toFixed(6)}`;

const line = (coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } });
const spots = (coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "MultiPoint", coordinates } });
const drawn = (points) => ({ type: "FeatureCollection", features: [...(points.length > 1 ? [line(points)] : []), spots(points)] });

function style(areas, others, points) {
  const round = { "line-cap": "round", "line-join": "round" };
  return {
    version: 8,
    sources: {
      areas: { type: "geojson", data: areas },
      others: { type: "geojson", data: { type: "FeatureCollection", features: others.map(line) } },
      own: { type: "geojson", data: drawn(points) },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": read("--map-bg") } },
      { id: "areas", type: "fill", source: "areas", paint: { "fill-color": read("--surface"), "fill-outline-color": read("--map-line") } },
      { id: "others", type: "line", source: "others", layout: round, paint: { "line-color": read("--line-strong"), "line-width": 3 } },
      { id: "line", type: "line", source: "own", layout: round, paint: { "line-color": read("--accent"), "line-width": 5 } },
      { id: "points", type: "circle", source: "own", paint: { "circle-radius": 5, "circle-color": read("--surface"), "circle-stroke-color": read("--accent"), "circle-stroke-width": 2 } },
    ],
  };
}

function boundsOf(lines) {
  const points = lines.flat();
  const lons = points.map(([lon]) => lon), lats = points.map(([, lat]) => lat);
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
}

/** The buttons, which need no map: they change the text field and have it drawn again. */
function controls(tool, field) {
  const redraw = () => field.dispatchEvent(new Event("input"));
  const add = (lon, lat) => {
    field.value = `${field.value.trimEnd()}${field.value.trim() ? "\n" : ""}${typed(lon, lat)}`;
    redraw();
  };
  tool.querySelector("[data-undo]").addEventListener("click", () => {
    field.value = field.value.trimEnd().split("\n").slice(0, -1).join("\n");
    redraw();
  });
  tool.querySelector("[data-here]").addEventListener("click", () => here(tool.querySelector("[role=status]"), add));
  return add;
}

async function start(tool, field, add) {
  const box = tool.querySelector(".map");
  const given = JSON.parse(document.getElementById("rute-lain").textContent);
  const areas = await fetch(`${tool.dataset.boundaries}?level=kelurahan`).then((answer) => answer.json());
  await load(tool.dataset.maplibre);
  maplibregl.setWorkerUrl(tool.dataset.worker);
  const points = pointsOf(field.value);
  const lines = [...given.lines.filter((one) => one.length), ...(points.length ? [points] : [])];
  const view = lines.length ? { bounds: boundsOf(lines), fitBoundsOptions: { padding: 30, maxZoom: 17 } } : { center: given.centre, zoom: 15 };
  const map = new maplibregl.Map({ container: box, style: style(areas, given.lines, points), attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, maxZoom: 19, fadeDuration: 0, ...view });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.on("click", (event) => add(event.lngLat.lng, event.lngLat.lat));
  map.once("idle", () => tool.setAttribute("data-ready", ""));
  field.addEventListener("input", () => map.getSource("own")?.setData(drawn(pointsOf(field.value))));
  document.addEventListener("tidar:tema", () => map.setStyle(style(areas, given.lines, pointsOf(field.value))));
}

/** The place where the phone is now, when it knows it well enough. */
function here(status, add) {
  status.textContent = status.dataset.looking;
  const got = ({ coords }) => {
    const good = coords.accuracy <= WORST_METRES;
    status.textContent = good ? status.dataset.noted : status.dataset.rough;
    if (good) add(coords.longitude, coords.latitude);
  };
  navigator.geolocation.getCurrentPosition(got, () => { status.textContent = status.dataset.none; }, { enableHighAccuracy: true, timeout: 20000, maximumAge: 0 });
}

for (const tool of document.querySelectorAll("[data-draw]")) {
  tool.hidden = false;
  const field = document.getElementById(tool.dataset.draw);
  const add = controls(tool, field);
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    start(tool, field, add).catch((error) => { console.warn("draw", error); tool.querySelector(".map").hidden = true; });
  });
  seen.observe(tool);
}
