/** The round under way: what is done, what is left, one tap per checkpoint with ten seconds to take it back. */
import { h, icon, linkButton, toast } from "../../../lapangan/dom.js";
import { jam } from "../../../lapangan/words.js";
import { fix, watch } from "../gps.js";
import { capital, frame, notices, pill, roundWord, segmentWord } from "./parts.js";
import { segmentCard } from "./spots.js";
import { here, walk } from "./walk.js";

export const live = true;

/** The city answered: only the sign at the top changes, the list stays under her finger. */
export function update(app) {
  document.querySelector(".bar .pill")?.replaceWith(pill(app.state));
}

const AT_ONCE = 16; // cards that are painted with the screen; the rest follow in pieces, below what is seen

function placeWords(state) {
  const found = fix();
  const worst = state.pack.program.worst_fix_metres ?? 30;
  if (!found) return ["unknown", "Tempat belum diketahui"];
  if (found.accuracy_m > worst) return ["unknown", `Tempat kurang pasti, ±${found.accuracy_m} m`];
  return ["sure", `Tempat pasti, ±${found.accuracy_m} m`];
}

/** How far the round is; returns the card and what brings it up to date: `say` the fix, `tell(route)` the numbers. */
function progress(app, route) {
  const { state } = app;
  const place = h("p", { class: "fix" });
  const count = h("p", { class: "turn__time" });
  const meter = h("progress", { class: "meter", max: route.segments.length || 1, "aria-label": "Sudah diperiksa" });
  const say = () => {
    const [kind, text] = placeWords(state);
    place.className = `fix fix--${kind}`;
    place.replaceChildren(icon(kind === "sure" ? "target" : "help"), text);
  };
  const tell = ({ done, segments }) => {
    count.textContent = `${done.size} dari ${segments.length} ${segmentWord(state)}`;
    meter.value = done.size;
  };
  say();
  tell(route);
  const end = h("a", { class: "chip chip--link", href: "#/selesai" }, "Akhiri", h("span", { class: "visually-hidden" }, ` ${roundWord(state)}`));
  return { card: h("section", { class: "card" }, h("div", { class: "progress" }, count, end), meter, place), say, tell };
}

const also = (state) => h("details", { class: "also" }, h("summary", { "data-key": "lainnya" }, "Kegiatan, kehadiran, ganti ketua …"), h("nav", { class: "pairs", "aria-label": `Lainnya di ${roundWord(state)} ini` },
  linkButton("Kegiatan", "#/kegiatan", { mark: "talk" }), linkButton("Kehadiran", "#/hadir", { mark: "people" }),
  linkButton("Ganti ketua", "#/ganti", { mark: "swap" }), linkButton("Rumah kosong", "#/rumah", { mark: "house" })));

function order(app, by) {
  const chip = (value, text, mark) => h("button", {
    type: "button", class: "chip", "data-key": `urut-${value}`, "aria-pressed": String(by === value),
    onclick: () => {
      app.memory.order = value;
      app.memory.kept = null;
      if (value === "dekat" && !here()) toast("Tempat Anda belum diketahui. Urutan tetap.");
      app.draw();
    },
  }, icon(mark), h("span", null, text));
  return h("div", { class: "chips chips--even chips--two", role: "group", "aria-label": "Urutan" },
    chip("lama", "Paling lama", "clock"), chip("dekat", "Terdekat", "target"));
}

/** The order stays while she taps: what was painted first is painted again in the same places. */
function ordered(app, route, by) {
  const kept = app.memory.kept;
  if (kept?.by !== by || kept.round !== app.state.round.id || kept.codes.length !== route.segments.length) {
    app.memory.kept = { by, round: app.state.round.id, codes: route.ordered(by).map((segment) => segment.code) };
  }
  const all = new Map(route.segments.map((segment) => [segment.code, segment]));
  return app.memory.kept.codes.map((code) => all.get(code)).filter(Boolean);
}

/** Cards for all segments: what is seen first (and what was asked for) at once, the rest in pieces. */
function cards(app, segments, checks) {
  const wanted = segments.findIndex((segment) => segment.code === app.params[0]);
  const first = Math.max(AT_ONCE, wanted + 8);
  const place = h("div", { class: "list" }, segments.slice(0, first).map((segment) => segmentCard(app, segment, checks)));
  const more = (from) => {
    if (from >= segments.length || (from > first && !place.isConnected)) return;
    place.append(...segments.slice(from, from + AT_ONCE).map((segment) => segmentCard(app, segment, checks)));
    setTimeout(more, 0, from + AT_ONCE);
  };
  setTimeout(more, 0, first);
  return place;
}

/** Bring one segment into view, once. */
function bring(app, code) {
  app.memory.scrolled = code;
  app.onLeave(() => (app.memory.scrolled = ""));
  document.getElementById(`ruas-${code}`)?.scrollIntoView({ block: "start" });
}

/** The screen. */
export async function render(app) {
  const { state, params } = app;
  const word = roundWord(state);
  if (!state.round) {
    return frame(app, { title: `Belum ada ${word}`, back: "#/", body: [h("p", null, `Mulai ${word} dulu.`)],
      actions: [linkButton(`Mulai ${word}`, "#/mulai", { kind: "primary", mark: "bike" })], tab: "" });
  }
  const route = await walk(state);
  const { card, say, tell } = progress(app, route);
  if (!app.memory.watching) {
    app.memory.watching = watch({ onfix: () => app.memory.say?.() });
    app.onLeave(() => (app.memory.watching(), (app.memory.watching = null), (app.memory.kept = null)));
  }
  Object.assign(app.memory, { say, tell });
  const by = app.memory.order ?? "lama";
  const list = cards(app, ordered(app, route, by), route.checks);
  if (params[0] && app.memory.scrolled !== params[0]) requestAnimationFrame(() => bring(app, params[0]));
  return frame(app, {
    title: `${capital(word)} berjalan`, over: `Mulai ${jam(new Date(state.round.at))}`, back: "#/",
    body: [await notices(app), card, also(state), order(app, by), list],
    actions: [linkButton("Pindai", "#/pindai", { kind: "primary", mark: "scan" }),
      linkButton("Temuan", "#/temuan", { kind: "primary", mark: "plus" })],
    tab: "",
  });
}
