/** Houses that residents asked to look after while they are away: only for the team on duty, only until it is over. */
import { h, notice } from "../../../lapangan/dom.js";
import { recall, remember } from "../store.js";
import { frame, segmentWord } from "./parts.js";
import { when } from "./segments.js";

/** Notices that are in force now: `{segment, label, from, until}`. Expired ones are not shown, whatever the pack holds. */
export function inForce(pack, moment) {
  return (pack.notices ?? []).map((note) => ({ ...note, from: new Date(note.from), until: new Date(note.until) }))
    .filter((note) => note.until > moment && note.from <= moment);
}

/** Take notices off this phone: those that are over, or all of them when she signs out. */
export async function forgetNotices({ all = false } = {}) {
  const pack = await recall("pack");
  if (!pack?.notices?.length) return;
  const notices = all ? [] : pack.notices.filter(({ until }) => new Date(until) > Date.now());
  if (notices.length < pack.notices.length) await remember("pack", { ...pack, notices, etag: null });
}

/** The screen. */
export function render(app) {
  const { state } = app;
  const titles = new Map(state.pack.segments.map(([code, title]) => [code, title]));
  const list = inForce(state.pack, state.moment);
  const row = (note) => h("li", { class: "record" }, h("span", { class: "record__what" }, note.label),
    h("span", { class: "record__when record__wide" }, titles.get(note.segment) ?? segmentWord(state)),
    h("span", { class: "record__state" }, `Kosong sampai ${when(note.until, state.moment)}`));
  return frame(app, {
    title: "Rumah kosong", over: "Yang bertugas saja", back: state.round ? "#/ronda" : "#/",
    body: [notice("info", "Jangan disebarkan, jangan difoto dari jalan. Setiap pembacaan dicatat."),
      list.length ? h("ul", { class: "list" }, list.map(row))
        : h("p", { class: "muted" }, "Tidak ada titipan untuk Anda sekarang. Titipan hanya terlihat oleh regu yang bertugas hari ini.")],
  });
}
