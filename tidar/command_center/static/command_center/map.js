/** The map: our own boundaries and style, the library and its worker from our own address, no other host. */
import { basemap, boundsOf, centreOf, colours, fillColour, mapStyle } from "./map-style.js";
import { gaugeMark, labelMark, popupContent, siteMark } from "./map-marks.js";
import { levelOf, resultText } from "./gauges.js";

const CROWDED = 60;

function load(source) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
}

export class CityMap {
  constructor(words, places) {
    this.words = words;
    this.places = places;
    this.box = document.getElementById("peta");
    this.document = JSON.parse(document.getElementById("wall-document").textContent);
    this.gauges = new Map();
    this.readings = new Map();
    this.sites = [];
    this.onTrace = () => {};
    this.choice = document.getElementById("pilih-angka");
  }

  async start() {
    try {
      const areas = await Promise.all([this.areas(), load(this.places.maplibre)]).then(([found]) => found);
      maplibregl.setWorkerUrl(this.places.worker);
      await this.open(areas);
    } catch (error) {
      console.warn("map", error);
      this.box.classList.add("is-missing");
      document.querySelector(".wall-map__table-button")?.classList.add("button--primary");
    }
    this.choice.addEventListener("change", () => this.choose());
    document.addEventListener("tidar:tema", () => this.repaint());
  }

  /** All levels of areas as one collection; "batas perkiraan" when any boundary is a guess around a centre. */
  async areas() {
    const found = await Promise.all(this.words.map_levels.map((level) => fetch(`${this.places.boundaries}?level=${level}`).then((answer) => answer.json())));
    document.getElementById("batas-perkiraan").hidden = !found.some((collection) => collection.approximate);
    return { type: "FeatureCollection", features: found.flatMap((collection) => collection.features) };
  }

  open(areas) {
    const [west, south, east, north] = areas.features.length ? boundsOf(areas.features) : this.words.bounds;
    this.map = new maplibregl.Map({
      container: this.box, style: mapStyle(areas), bounds: [[west, south], [east, north]], fitBoundsOptions: { padding: 18 },
      attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, maxZoom: 17, fadeDuration: 0,
      cooperativeGestures: matchMedia("(pointer: coarse)").matches,
      locale: this.words.map,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
    this.features = areas.features;
    this.hover();
    return new Promise((done) => this.map.once("load", () => {
      basemap(this.map, this.words.basemap, this.places.pmtiles, load);
      this.labels();
      this.show(this.document);
      this.map.once("idle", done);
    }));
  }

  labels() {
    const crowded = this.features.length > CROWDED;
    const far = () => {
      this.box.classList.toggle("is-far", crowded && this.map.getZoom() < 11.5);
      this.box.classList.toggle("is-near", this.map.getZoom() >= 13.4);
    };
    for (const feature of this.features) {
      new maplibregl.Marker({ element: labelMark(feature.properties.name) }).setLngLat(centreOf(feature)).addTo(this.map);
    }
    this.map.on("zoomend", far);
    far();
  }

  /** Colours, legend, markers and table from one document of the server. */
  show(found) {
    this.document = found;
    for (const feature of this.features) {
      const code = feature.properties.code;
      this.map.setFeatureState({ source: "areas", id: code }, { class: found.figure?.areas[code]?.class ?? 0 });
    }
    for (const marker of [...this.sites, ...this.gauges.values()]) marker.remove();
    this.sites = found.sites.map((site) => this.mark(siteMark(site, this.places.icons), site));
    this.gauges = new Map(found.gauges.map((gauge) => [gauge.id, this.mark(gaugeMark(gauge, this.words.levels), gauge, "bottom")]));
  }

  mark(element, at, anchor = "center") {
    return new maplibregl.Marker({ element, anchor }).setLngLat([at.lon, at.lat]).addTo(this.map);
  }

  hover() {
    const popup = new maplibregl.Popup({ closeButton: false, maxWidth: "280px" });
    this.map.on("click", "areas-fill", (event) => {
      const { code, name } = event.features[0].properties;
      popup.setLngLat(event.lngLat).setDOMContent(popupContent({ name, code, figure: this.document.figure, label: this.words.map.trace }, this.onTrace)).addTo(this.map);
    });
    this.map.on("mouseenter", "areas-fill", () => (this.map.getCanvas().style.cursor = "pointer"));
    this.map.on("mouseleave", "areas-fill", () => (this.map.getCanvas().style.cursor = ""));
  }

  /** Readings reach the markers four times a second, the newest of each: more nobody can read, and each costs a repaint. */
  showReading(event) {
    this.readings.set(event.datastream_id, event);
    this.flushing ??= setTimeout(() => {
      this.flushing = null;
      for (const newest of this.readings.values()) this.moveMarker(newest);
      this.readings.clear();
    }, 250);
  }

  moveMarker(event) {
    const element = this.gauges.get(event.datastream_id)?.getElement();
    if (!element) return;
    const level = levelOf(event);
    element.querySelector(".map-gauge__value").textContent = resultText(event);
    if (element.dataset.level === level) return;
    element.dataset.level = level;
    element.querySelector(".level").className = `level level--${level}`;
  }

  /** Numbers changed: read the figure again, once for a burst of changes. */
  stale() {
    this.timer ??= setTimeout(() => this.choose(), 1500);
  }

  async choose() {
    clearTimeout(this.timer);
    this.timer = null;
    const answer = await fetch(`${this.places.map}?angka=${encodeURIComponent(this.choice.value)}`).catch(() => null);
    if (!answer?.ok || !this.map) return;
    const found = await answer.json();
    this.show(found);
    legend(found.figure, this.features, this.words.map.none);
  }

  repaint() {
    if (!this.map?.getLayer("areas-fill")) return;
    const found = colours();
    this.map.setPaintProperty("ground", "background-color", found.ground);
    this.map.setPaintProperty("areas-fill", "fill-color", fillColour(found));
    this.map.setPaintProperty("areas-line", "line-color", found.line);
    this.map.setPaintProperty("region-line", "line-color", found.strong);
  }
}

function legend(figure, features, none) {
  const title = document.getElementById("legenda-judul");
  title.replaceChildren(`${figure?.name ?? none} `, Object.assign(document.createElement("span"), { textContent: figure?.unit ?? "" }));
  document.getElementById("legenda-kelas").replaceChildren(...(figure?.legend ?? []).map((entry) => {
    const item = document.createElement("li");
    const swatch = Object.assign(document.createElement("span"), { className: `map-swatch map-swatch--${entry.number}` });
    swatch.setAttribute("aria-hidden", "true");
    item.append(swatch, entry.text);
    return item;
  }));
  document.getElementById("legenda-contoh").hidden = !figure?.sample;
  const late = document.getElementById("legenda-terlambat");
  late.hidden = !figure?.late;
  late.textContent = figure?.state ?? "";
  tableOf(figure, features);
}

function tableOf(figure, features) {
  const table = document.querySelector("#tabel-peta table");
  table.caption.textContent = figure ? `${figure.name} (${figure.unit})` : "";
  table.querySelector("[data-map-rows]").replaceChildren(...features.map(({ properties }) => {
    const row = document.createElement("tr");
    const found = figure?.areas[properties.code];
    const name = Object.assign(document.createElement("th"), { scope: "row", textContent: properties.name });
    const cell = Object.assign(document.createElement("td"), { className: "number" });
    if (found?.id) cell.append(Object.assign(document.createElement("a"), { href: `/telusur/angka/${found.id}/`, textContent: found.text }));
    else cell.textContent = found?.text ?? "";
    row.append(name, cell);
    return row;
  }));
}
