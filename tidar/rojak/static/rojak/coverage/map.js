/** The map of segments coloured by state. Everything on it is also in the list: without JavaScript the page is whole. */
const read = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const STATES = ["lewat", "belum", "tidak-diketahui", "hari-ini", "terperiksa"];

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

function load(source) {
  return new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: source, onload: done, onerror: failed });
    document.head.append(script);
  });
}

/** A state's colour as the page's own style gives it, also when it refers to another variable. */
function colour(kind) {
  const probe = Object.assign(document.createElement("span"), { className: "visually-hidden" });
  probe.style.color = `var(--state-${kind})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const byState = () => ["match", ["get", "kind"], ...STATES.flatMap((kind) => [kind, colour(kind)]), read("--muted")];

function style(areas, lines) {
  const width = ["interpolate", ["linear"], ["zoom"], 11, 2, 14, 4, 17, 9];
  const known = ["!=", ["get", "kind"], "tidak-diketahui"];
  const round = { "line-cap": "round", "line-join": "round" };
  return {
    version: 8,
    sources: { areas: { type: "geojson", data: areas }, lines: { type: "geojson", data: lines } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": read("--map-bg") } },
      { id: "areas-fill", type: "fill", source: "areas", paint: { "fill-color": read("--surface") } },
      { id: "areas-line", type: "line", source: "areas", paint: { "line-color": read("--map-line"), "line-width": 1 } },
      { id: "known", type: "line", source: "lines", filter: known, layout: round, paint: { "line-color": byState(), "line-width": width } },
      { id: "unknown", type: "line", source: "lines", filter: ["!", known], paint: { "line-color": byState(), "line-width": width, "line-dasharray": [1.6, 1] } },
    ],
  };
}

function boundsOf(features) {
  const points = features.flatMap((one) => one.geometry.coordinates);
  const lons = points.map(([lon]) => lon), lats = points.map(([, lat]) => lat);
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
}

function told({ title, sentence, post, area }) {
  const box = document.createElement("div");
  const strong = Object.assign(document.createElement("strong"), { textContent: title });
  const lines = [sentence, `${post} · ${area}`].map((text) => Object.assign(document.createElement("div"), { textContent: text }));
  box.append(strong, ...lines);
  return box;
}

async function villages(address) {
  const levels = await Promise.all(["kelurahan"].map((level) => fetch(`${address}?level=${level}`).then((answer) => answer.json())));
  return { type: "FeatureCollection", features: levels.flatMap((one) => one.features) };
}

async function start(box) {
  const [lines, areas] = await Promise.all([fetch(box.dataset.lines).then((answer) => answer.json()), villages(box.dataset.boundaries), load(box.dataset.maplibre)]);
  if (!lines.features.length) return;
  box.hidden = false;
  maplibregl.setWorkerUrl(box.dataset.worker);
  const map = new maplibregl.Map({
    container: box, style: style(areas, lines), bounds: boundsOf(lines.features), fitBoundsOptions: { padding: 40, maxZoom: 16.5 },
    attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, maxZoom: 18, fadeDuration: 0,
    cooperativeGestures: matchMedia("(pointer: coarse)").matches,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  const popup = new maplibregl.Popup({ closeButton: false, maxWidth: "260px" });
  for (const layer of ["known", "unknown"]) {
    map.on("click", layer, (event) => popup.setLngLat(event.lngLat).setDOMContent(told(event.features[0].properties)).addTo(map));
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
  map.once("idle", () => box.setAttribute("data-ready", ""));
  document.addEventListener("tidar:tema", () => map.setStyle(style(areas, lines)));
}

const box = document.getElementById("peta");
if (box) start(box).catch((error) => { console.warn("map", error); box.hidden = true; });
