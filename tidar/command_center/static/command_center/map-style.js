/** Our own map style, made from the page's colours: no glyphs, no sprites, no other host. */
const read = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The theme's map colours. */
export function colours() {
  return {
    ground: read("--map-bg"), line: read("--map-line"), strong: read("--map-line-strong"), none: read("--seq-none"),
    classes: [1, 2, 3, 4, 5].map((n) => read(`--seq-${n}`)),
  };
}

/** Class 1…5 of a feature's state as its colour; 0 is "no figure". */
export function fillColour({ none, classes }) {
  return ["step", ["coalesce", ["feature-state", "class"], 0], none, ...classes.flatMap((colour, i) => [i + 1, colour])];
}

export function mapStyle(areas) {
  const found = colours();
  return {
    version: 8,
    sources: { areas: { type: "geojson", data: areas, promoteId: "code" } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": found.ground } },
      { id: "region-line", type: "line", source: "areas", paint: { "line-color": found.strong, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 3, 12, 5] }, layout: { "line-join": "round" } },
      { id: "areas-fill", type: "fill", source: "areas", paint: { "fill-color": fillColour(found), "fill-opacity": 1, "fill-antialias": true } },
      { id: "areas-line", type: "line", source: "areas", paint: { "line-color": found.line, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.4, 12, 1.5] }, layout: { "line-join": "round" } },
    ],
  };
}

/** An own PMTiles basemap under the areas, when the deployment has one: vector (Protomaps layers) or raster. */
export async function basemap(map, address, library, load) {
  if (!address) return;
  await load(library);
  const protocol = new pmtiles.Protocol();
  maplibregl.addProtocol("pmtiles", protocol.tile);
  const archive = new pmtiles.PMTiles(new URL(address, location.href).href);
  protocol.add(archive);
  const header = await archive.getHeader();
  const url = `pmtiles://${new URL(address, location.href).href}`;
  const vector = header.tileType === 1;
  map.addSource("basemap", vector ? { type: "vector", url } : { type: "raster", url, tileSize: 256 });
  const layers = vector ? vectorLayers() : [{ id: "basemap", type: "raster", source: "basemap" }];
  for (const layer of layers) map.addLayer(layer, "areas-fill");
  map.setPaintProperty("areas-fill", "fill-opacity", 0.72);
}

function vectorLayers() {
  const line = read("--line-strong");
  return [
    { id: "basemap-water", type: "fill", source: "basemap", "source-layer": "water", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": read("--info-soft") } },
    { id: "basemap-river", type: "line", source: "basemap", "source-layer": "water", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": read("--info") } },
    { id: "basemap-roads", type: "line", source: "basemap", "source-layer": "roads", paint: { "line-color": line, "line-width": 0.8, "line-opacity": 0.6 } },
  ];
}

function rings(feature) {
  const { type, coordinates } = feature.geometry;
  return type === "Polygon" ? [coordinates[0]] : coordinates.map((polygon) => polygon[0]);
}

/** West, south, east, north of all features. */
export function boundsOf(features) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of features.flatMap(rings).flat()) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}

/** Where a label sits: the centroid of the largest ring. */
export function centreOf(feature) {
  let best = { size: -1, at: [0, 0] };
  for (const ring of rings(feature)) {
    let twice = 0, x = 0, y = 0;
    const [x0, y0] = ring[0];
    for (let i = 0; i < ring.length - 1; i += 1) {
      const ax = ring[i][0] - x0, ay = ring[i][1] - y0, bx = ring[i + 1][0] - x0, by = ring[i + 1][1] - y0;
      const cross = ax * by - bx * ay;
      twice += cross;
      x += (ax + bx) * cross;
      y += (ay + by) * cross;
    }
    if (Math.abs(twice) > best.size) best = { size: Math.abs(twice), at: twice ? [x0 + x / (3 * twice), y0 + y / (3 * twice)] : [x0, y0] };
  }
  return best.at;
}
