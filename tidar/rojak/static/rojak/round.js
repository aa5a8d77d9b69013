/** A round on the map, and copying its summary. Without this script the page's tables say the same. */
const read = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const feature = (type, coordinates, properties = {}) => ({ type: "Feature", properties, geometry: { type, coordinates } });
const collection = (features) => ({ type: "geojson", data: { type: "FeatureCollection", features } });

function load(address) {
  return new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: address, onload: done, onerror: failed });
    document.head.append(script);
  });
}

function sources(drawing) {
  return {
    segments: collection(drawing.segments.map((one) => feature("LineString", one.line, { checked: one.checked }))),
    track: collection(drawing.lines.filter((line) => line.length > 1).map((line) => feature("LineString", line))),
    dots: collection(drawing.lines.filter((line) => line.length === 1).map((line) => feature("Point", line[0]))),
    unknown: collection(drawing.unknown.map((point) => feature("Point", point))),
    checks: collection(drawing.checks.map((one) => feature("Point", [one.lon, one.lat], { certain: one.certain }))),
  };
}

function layers() {
  const [ok, open, track, unknown, surface] = ["--ok", "--line-strong", "--accent", "--muted", "--surface"].map(read);
  const round = { "line-cap": "round", "line-join": "round" };
  return [
    { id: "ground", type: "background", paint: { "background-color": read("--map-bg") } },
    { id: "segments", type: "line", source: "segments", layout: round, paint: { "line-color": ["case", ["get", "checked"], ok, open], "line-width": 7, "line-opacity": 0.55 } },
    { id: "track", type: "line", source: "track", layout: round, paint: { "line-color": track, "line-width": 3 } },
    { id: "dots", type: "circle", source: "dots", paint: { "circle-color": track, "circle-radius": 3 } },
    { id: "unknown", type: "circle", source: "unknown", paint: { "circle-color": surface, "circle-stroke-color": unknown, "circle-stroke-width": 2, "circle-radius": 4 } },
    { id: "checks", type: "circle", source: "checks", paint: { "circle-color": ["case", ["get", "certain"], ok, surface], "circle-stroke-color": ok, "circle-stroke-width": 2, "circle-radius": 6 } },
  ];
}

function bounds(drawing) {
  const points = [...drawing.segments.flatMap((one) => one.line), ...drawing.lines.flat(), ...drawing.unknown, ...drawing.checks.map((one) => [one.lon, one.lat])];
  if (!points.length) return null;
  const lons = points.map((point) => point[0]);
  const lats = points.map((point) => point[1]);
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
}

async function draw(place) {
  const drawing = JSON.parse(document.getElementById("gambar-ronda").textContent);
  const box = bounds(drawing);
  if (!box) return;
  place.hidden = false;
  await load(place.dataset.maplibre);
  maplibregl.setWorkerUrl(place.dataset.worker);
  const map = new maplibregl.Map({
    container: place, style: { version: 8, sources: sources(drawing), layers: layers() }, bounds: box,
    fitBoundsOptions: { padding: 32, maxZoom: 18 }, attributionControl: false, cooperativeGestures: false,
  });
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.textContent = button.dataset.said;
  });
}

const place = document.getElementById("peta-ronda");
if (place) draw(place).catch(() => { place.hidden = true; });
