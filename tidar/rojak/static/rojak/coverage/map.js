/**
 * The map of segments that moves, for whoever asks for it: the page stands with a drawing of the same, which needs no script
 * and a tenth of the bytes. Everything on it is also in the list.
 */
const read = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const STATES = ["lewat", "belum", "tidak-diketahui", "hari-ini", "terperiksa"];

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

/** An element in the head that has arrived; one that failed is taken away, so that it can be asked for again. */
function arrived(name, values) {
  return new Promise((done, failed) => {
    const element = Object.assign(document.createElement(name), values, { onload: done });
    element.onerror = () => {
      element.remove();
      failed(new Error(values.src ?? values.href));
    };
    document.head.append(element);
  });
}

const library = (box) => Promise.all([
  globalThis.maplibregl ?? arrived("script", { src: box.dataset.maplibre }),
  document.querySelector(`link[href="${box.dataset.style}"]`) ?? arrived("link", { rel: "stylesheet", href: box.dataset.style }),
]);

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

const json = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
};

async function start(box) {
  const [lines, areas] = await Promise.all([json(box.dataset.lines), json(`${box.dataset.boundaries}?level=kelurahan`), library(box)]);
  show(true);
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
const button = document.querySelector("[data-map-open]");
const state = document.getElementById("keadaan-peta");
let started = false;

/** The map that moves in the drawing's place, or the drawing again. */
function show(moving) {
  box.hidden = !moving;
  document.querySelector(".gap-map__drawing").classList.toggle("is-away", moving);
  button.setAttribute("aria-expanded", String(moving));
  button.textContent = moving ? button.dataset.close : button.dataset.open;
  state.textContent = "";
}

async function opened() {
  if (started) return show(box.hidden);
  started = true;
  state.textContent = state.dataset.loading;
  try {
    await start(box);
  } catch (error) {
    started = false;
    show(false);
    state.textContent = state.dataset.failed;
    console.warn("map", error);
  }
}

if (button) {
  button.dataset.open = button.textContent;
  button.hidden = false;
  button.addEventListener("click", opened);
}
