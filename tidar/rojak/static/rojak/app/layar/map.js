/** Where everything is: segments in the colour of their state, checkpoints, findings, the round's own track, and she. */
import { button, h, icon, notice } from "../../../lapangan/dom.js";
import { angka } from "../../../lapangan/words.js";
import { track, watch } from "../gps.js";
import { movable, path, pieces, projection, s } from "./drawing.js";
import { frame, segmentWord } from "./parts.js";
import { segmentLine, STATES } from "./rows.js";
import { here, walk } from "./walk.js";

const SHOWN = 30;
const usable = ([lon]) => lon !== null && lon !== undefined;

function everything(pack, parts) {
  const lines = pack.segments.flatMap(([, , , , , line]) => line ?? []);
  const points = pack.checkpoints.map(([, , , lon, lat]) => [lon, lat]);
  const walked = parts.flatMap((part) => part.points.map(([, lon, lat]) => [lon / 1e6, lat / 1e6]));
  const post = [[pack.post.lon, pack.post.lat]];
  return [...lines, ...points, ...walked, ...post].filter(usable);
}

function lines(to, segments) {
  return segments.filter((segment) => segment.line.length > 1).map((segment) => {
    const d = path(to, segment.line);
    return s("g", { class: `way way--${segment.kind}` }, s("path", { d, class: "way__edge" }), s("path", { d, class: "way__line" }));
  });
}

/** Places as one path: lines without length, whose round or square ends keep their size when the map is enlarged. */
const marks = (places) => places.map(([x, y]) => `M${x} ${y}h.01`).join("");

const double = (kind, places) => {
  const d = marks(places);
  return s("g", { class: kind, "data-count": places.length }, s("path", { d, class: "mark__edge" }), s("path", { d, class: "mark__inside" }));
};

/** Every checkpoint is a ring in the colour of its segment, filled once it is checked. One path for each colour. */
function dots(to, route) {
  const checked = new Set(route.checks.map((check) => check.checkpoint));
  const groups = new Map();
  for (const segment of route.segments) {
    for (const { code, lon, lat } of segment.points.filter((point) => usable([point.lon]))) {
      const kind = checked.has(code) ? "done" : segment.kind;
      groups.set(kind, [...(groups.get(kind) ?? []), to(lon, lat)]);
    }
  }
  return [...groups].map(([kind, places]) => double(`spotmark spotmark--${kind}`, places));
}

/** Open findings as squares, a little above their place so that they hide no checkpoint. */
function findings(to, { pack }) {
  const places = (pack.findings ?? []).filter(([, , , lon]) => lon !== null).map(([, , , lon, lat]) => to(lon / 1e6, lat / 1e6));
  return places.length ? [double("found", places.map(([x, y]) => [x, y - 26]))] : [];
}

function walked(to, parts, worst) {
  return pieces(parts, { worst }).map(({ certain, line }) => {
    const kind = certain ? "track" : "track track--unknown";
    if (line.length > 1) return s("path", { class: kind, d: path(to, line) });
    const [cx, cy] = to(...line[0]);
    return s("circle", { class: `${kind} track--dot`, cx, cy, r: 4 });
  });
}

function me(to, worst) {
  const place = s("g", { class: "me" });
  const paint = () => {
    const position = here();
    if (!position) return place.replaceChildren();
    const [cx, cy] = to(position.lon, position.lat);
    const unsure = position.accuracy > worst;
    place.setAttribute("class", `me ${unsure ? "me--unknown" : ""}`);
    place.replaceChildren(s("circle", { cx, cy, r: position.accuracy * to.metres, class: "me__around" }), s("circle", { cx, cy, class: "me__dot" }));
  };
  paint();
  return [place, paint];
}

function legend(state, route, parts) {
  const counts = new Map();
  for (const segment of route.segments) counts.set(segment.kind, (counts.get(segment.kind) ?? 0) + 1);
  const one = ([kind, [mark, title]]) => counts.get(kind) && h("li", { class: `key key--${kind}` }, icon(mark), h("span", null, title), h("span", { class: "key__count" }, angka(counts.get(kind))));
  const extra = [
    (state.pack.findings ?? []).length > 0 && h("li", { class: "key key--found" }, h("span", { class: "key__found", "aria-hidden": "true" }), h("span", null, "Temuan belum beres"), h("span", { class: "key__count" }, angka(state.pack.findings.length))),
    parts.length > 0 && h("li", { class: "key key--track" }, h("span", { class: "key__track", "aria-hidden": "true" }), h("span", null, "Jejak ronda ini")),
    parts.length > 0 && h("li", { class: "key key--lost" }, h("span", { class: "key__lost", "aria-hidden": "true" }), h("span", null, "Jejak, tempat tidak diketahui")),
  ];
  return h("ul", { class: "legend", "aria-label": `Arti warna: keadaan ${segmentWord(state)}` }, Object.entries(STATES).map(one), extra);
}

function canvas(state, route, parts) {
  const worst = state.pack.program.worst_fix_metres ?? 30;
  const points = everything(state.pack, parts);
  if (!points.length) return [notice("info", `Belum ada gambar ${segmentWord(state)} di pos ini.`), null];
  const to = projection(points);
  const [place, paint] = me(to, worst);
  const late = route.segments.filter((segment) => segment.kind === "late").length;
  const svg = s("svg", {
    viewBox: "0 0 1000 1000", class: "plan", role: "img",
    "aria-label": `Peta ${state.pack.post.title}: ${route.segments.length} ${segmentWord(state)}, ${late} terlambat. Daftarnya ada di bawah peta.`,
  }, lines(to, route.segments), walked(to, parts, worst), dots(to, route), findings(to, state), place);
  return [svg, { to, paint }];
}

function keys(svg, drawn) {
  const move = movable(svg);
  const key = (mark, said, onclick) => h("button", { type: "button", class: "plan__key", "aria-label": said, onclick }, icon(mark));
  const toMe = () => {
    const position = here();
    if (!position) return;
    move.zoom(3);
    move.centre(...drawn.to(position.lon, position.lat));
  };
  return h("div", { class: "plan__keys" }, key("plus", "Perbesar peta", () => move.zoom(1.6)), key("minus", "Perkecil peta", () => move.zoom(1 / 1.6)),
    key("target", "Ke tempat saya", toMe));
}

/** The map in words; a long list begins with what waits longest and is whole on request. */
function everySegment(state, rows) {
  const line = (segment) => h("li", null, segmentLine(state, segment));
  const list = h("ul", { class: "list" }, rows.slice(0, SHOWN).map(line));
  const rest = rows.slice(SHOWN);
  const more = rest.length > 0 && button(`Tampilkan ${angka(rest.length)} lagi`, () => {
    list.append(...rest.map(line));
    more.remove();
    list.children[SHOWN].querySelector("a").focus();
  });
  return h("section", { class: "stack", "aria-labelledby": "semua" }, h("h2", { id: "semua" }, `Semua ${segmentWord(state)}`), list, more);
}

/** The screen. */
export async function render(app) {
  const { state } = app;
  const [route, parts] = [await walk(state), state.round ? await track(state.round.id) : []];
  const [svg, drawn] = canvas(state, route, parts);
  app.onLeave(watch({ onfix: () => drawn?.paint() }));
  const list = route.ordered("lama");
  const first = list.find((segment) => segment.code === app.params[0]);
  const rows = [first, ...list.filter((segment) => segment !== first)].filter(Boolean);
  return frame(app, {
    title: "Peta", over: state.pack.post.title,
    body: [drawn ? h("div", { class: "plan__frame" }, svg, keys(svg, drawn)) : svg, legend(state, route, parts),
      everySegment(state, rows)],
    tab: "peta",
  });
}

