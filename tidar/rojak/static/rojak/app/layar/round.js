/** The round under way: what is done, what is left, one tap per checkpoint with ten seconds to take it back. */
import { h, icon, linkButton, toast } from "../../../lapangan/dom.js";
import { jam } from "../../../lapangan/words.js";
import { fix, watch } from "../gps.js";
import { GRACE, settle, tap, undo } from "./deeds.js";
import { capital, frame, notices, roundWord, segmentWord } from "./parts.js";
import { segmentHead } from "./rows.js";
import { here, walk } from "./walk.js";

export const live = true;
const WHOLE = "Seluruhnya";

/** One place to check: a button that becomes a tick with its time, and "Batal" for ten seconds. */
function spot(app, segment, point, check) {
  const key = `${segment.code}/${point.code}`;
  if (!check) {
    return h("li", { class: "spot" }, h("button", {
      type: "button", class: "spot__do", "data-key": key, "aria-label": `Periksa ${segment.title}, ${point.title}`,
      onclick: () => done(app, segment, point, key),
    }, h("span", { class: "spot__ring", "aria-hidden": "true" }), h("span", { class: "spot__name" }, point.title)));
  }
  const left = check.undoable ? GRACE - (Date.now() - check.tapped) : 0;
  const back = left > 0 && h("button", {
    type: "button", class: "spot__undo", "data-key": key, "aria-label": `Batalkan ${segment.title}, ${point.title}`,
    onclick: () => takeBack(app, check),
  }, icon("undo"), h("span", null, "Batal"));
  if (back) setTimeout(() => { back.classList.add("spot__undo--gone"); back.disabled = true; }, left);
  const words = check.certain ? jam(new Date(check.at)) : `${jam(new Date(check.at))} · tempat tidak diketahui`;
  return h("li", { class: `spot spot--done ${check.certain ? "" : "spot--unknown"}` },
    h("span", { class: "spot__ring", "aria-hidden": "true" }, icon(check.certain ? "check" : "help")),
    h("span", { class: "spot__name" }, point.title, h("small", null, words)), back);
}

async function done(app, segment, point, key) {
  await tap(segment.code, point.code);
  navigator.vibrate?.(40);
  await app.draw();
  document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  setTimeout(async () => {
    if (await settle()) app.send();
  }, GRACE + 100);
}

async function takeBack(app, check) {
  toast((await undo(check.id)) ? "Dibatalkan." : "Sudah tersimpan, tidak bisa dibatalkan lagi.");
  await app.draw();
}

function segmentCard(app, segment, checks) {
  const points = segment.points.length ? segment.points : [{ code: "", title: WHOLE }];
  const own = (point) => checks.filter((check) => check.segment === segment.code && check.checkpoint === point.code).at(-1);
  const id = `ruas-${segment.code}`;
  const card = h("section", { class: `segment segment--${segment.kind} segment--open`, id, "aria-label": segment.title },
    segmentHead(segment), h("ul", { class: "spots" }, points.map((point) => spot(app, segment, point, own(point)))));
  card.style.setProperty("--points", String(points.length)); // its height before it is painted: long lists do not jump
  return card;
}

function placeWords(state) {
  const found = fix();
  const worst = state.pack.program.worst_fix_metres ?? 30;
  if (!found) return ["unknown", "Tempat belum diketahui"];
  if (found.accuracy_m > worst) return ["unknown", `Tempat kurang pasti, ±${found.accuracy_m} m`];
  return ["sure", `Tempat pasti, ±${found.accuracy_m} m`];
}

function progress(app, route) {
  const { state } = app;
  const total = route.segments.length;
  const place = h("p", { class: "fix" });
  const say = () => {
    const [kind, text] = placeWords(state);
    place.className = `fix fix--${kind}`;
    place.replaceChildren(icon(kind === "sure" ? "target" : "help"), text);
  };
  say();
  return [h("section", { class: "card" },
    h("div", { class: "progress" }, h("p", { class: "turn__time" }, `${route.done.size} dari ${total} ${segmentWord(state)}`),
      h("a", { class: "chip chip--link", href: "#/selesai" }, "Akhiri", h("span", { class: "visually-hidden" }, ` ${roundWord(state)}`))),
    h("progress", { class: "meter", max: total || 1, value: route.done.size, "aria-label": "Sudah diperiksa" }), place), say];
}

const also = (state) => h("details", { class: "also" }, h("summary", { "data-key": "lainnya" }, "Kegiatan, kehadiran, ganti ketua …"), h("nav", { class: "pairs", "aria-label": `Lainnya di ${roundWord(state)} ini` },
  linkButton("Kegiatan", "#/kegiatan", { mark: "talk" }), linkButton("Kehadiran", "#/hadir", { mark: "people" }),
  linkButton("Ganti ketua", "#/ganti", { mark: "swap" }), linkButton("Rumah kosong", "#/rumah", { mark: "house" })));

function order(app, by) {
  const chip = (value, text, mark) => h("button", {
    type: "button", class: "chip", "data-key": `urut-${value}`, "aria-pressed": String(by === value),
    onclick: () => {
      app.memory.order = value;
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
  const [card, say] = progress(app, route);
  if (!app.memory.watching) {
    app.memory.watching = watch({ onfix: () => app.memory.say?.() });
    app.onLeave(() => (app.memory.watching(), (app.memory.watching = null), (app.memory.kept = null)));
  }
  app.memory.say = say;
  const by = app.memory.order ?? "lama";
  const list = ordered(app, route, by).map((segment) => segmentCard(app, segment, route.checks));
  if (params[0] && app.memory.scrolled !== params[0]) requestAnimationFrame(() => bring(app, params[0]));
  return frame(app, {
    title: `${capital(word)} berjalan`, over: `Mulai ${jam(new Date(state.round.at))}`, back: "#/",
    body: [await notices(app), card, also(state), order(app, by), h("div", { class: "list" }, list)],
    actions: [linkButton("Pindai", "#/pindai", { kind: "primary", mark: "scan" }),
      linkButton("Temuan", "#/temuan", { kind: "primary", mark: "plus" })],
    tab: "",
  });
}
