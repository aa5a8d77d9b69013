/** Where a day begins: today's turn, the round that is under way, and the gaps that wait. */
import { h, icon, linkButton } from "../../../lapangan/dom.js";
import { angka, jam, lama } from "../../../lapangan/words.js";
import { capital, frame, notices, roundWord, segmentWord } from "./parts.js";
import { segmentLine } from "./rows.js";
import { when } from "./segments.js";
import { walk } from "./walk.js";

export const live = true;
const SHOWN = 5;

/** Turns of today and later, nearest first: `{rule, date, starts, ends, members}`. */
export function turns({ pack, moment }) {
  const read = (date, time) => new Date(/^\d\d:\d\d/.test(time) ? `${date}T${time}` : time); // a bare hour is this phone's
  const list = (pack.planned ?? []).map((turn) => ({ ...turn, from: read(turn.date, turn.starts), until: read(turn.date, turn.ends) }));
  return list.filter((turn) => turn.until > moment).sort((a, b) => a.from - b.from);
}

function names({ pack }, members) {
  const known = new Map(pack.members);
  return members.map((id) => known.get(id)).filter(Boolean).join(", ");
}

function turnCard(state) {
  const [turn] = turns(state);
  if (!turn) {
    return h("section", { class: "card" }, h("h2", null, "Belum ada jadwal minggu ini"),
      h("p", { class: "muted" }, `${capital(roundWord(state))} tetap bisa dimulai kapan saja.`));
  }
  const mine = turn.members.includes(state.pack.me);
  return h("section", { class: `card turn ${mine ? "turn--mine" : ""}` },
    h("h2", null, mine ? "Giliran Anda" : "Jadwal berikutnya"),
    h("p", { class: "turn__time" }, `${capital(when(turn.from, state.moment))}–${jam(turn.until)}`),
    h("p", { class: "muted" }, names(state, turn.members) || "Belum ada nama"));
}

function roundCard(state, route) {
  const { round, moment } = state;
  const total = route.segments.length;
  const minutes = Math.max(0, Math.floor((moment - round.at) / 60000));
  return h("section", { class: "card turn turn--mine" }, h("h2", null, `${capital(roundWord(state))} berjalan`),
    h("p", { class: "turn__time" }, `${route.done.size} dari ${total} ${segmentWord(state)}`),
    h("progress", { class: "meter", max: total || 1, value: route.done.size, "aria-label": "Sudah diperiksa" }),
    h("p", { class: "muted" }, `Mulai ${jam(new Date(round.at))}, sudah ${lama(minutes)}`));
}

function gapList(state, route) {
  const list = route.gaps.slice(0, SHOWN);
  const more = route.gaps.length - list.length;
  if (!list.length) {
    return h("section", { class: "card card--row" }, icon("check"), h("p", null, `Tidak ada celah: semua ${segmentWord(state)} terjaga.`));
  }
  return h("section", { class: "stack", "aria-labelledby": "celah" },
    h("h2", { id: "celah" }, `Celah, ${angka(route.gaps.length)} ${segmentWord(state)}`),
    h("ul", { class: "list" }, list.map((segment) => h("li", null, segmentLine(state, segment)))),
    more > 0 && h("p", { class: "muted" }, `dan ${angka(more)} lagi di peta`));
}

/** The screen. */
export async function render(app) {
  const { state } = app;
  const route = await walk(state);
  const word = roundWord(state);
  const go = state.round ? linkButton(`Lanjutkan ${word}`, "#/ronda", { kind: "primary", mark: "bike" })
    : linkButton(`Mulai ${word}`, "#/mulai", { kind: "primary", mark: "bike" });
  const notes = state.pack.notices ?? [];
  return frame(app, {
    title: state.pack.post.title, over: state.pack.program.title,
    body: [await notices(app), state.round ? roundCard(state, route) : turnCard(state),
      notes.length > 0 && linkButton(`Rumah kosong dititipkan (${notes.length})`, "#/rumah", { mark: "house" }),
      gapList(state, route)],
    actions: [go, linkButton("Catat temuan", "#/temuan", { mark: "plus" })],
    tab: "",
  });
}
