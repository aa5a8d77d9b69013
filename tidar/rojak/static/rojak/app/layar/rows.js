/** A segment in a list: its state as colour, sign and words. */
import { h, icon } from "../../../lapangan/dom.js";
import { here } from "./walk.js";
import { jarak } from "./place.js";
import { away } from "./segments.js";

/** For each state: sign and the word in the map's legend. */
export const STATES = {
  late: ["alert", "Terlambat"], never: ["minus", "Belum pernah"], unknown: ["help", "Tidak diketahui"],
  soon: ["clock", "Jatuh tempo hari ini"], ok: ["check", "Terjaga"],
};

/** Words about who asked for it. */
const askedWords = ({ task }) => (task.forMe ? "Diminta kepada Anda" : "Diminta koordinator");

function distance(segment) {
  const position = here();
  const far = position ? away(segment, position) : Infinity;
  return Number.isFinite(far) ? jarak(far) : "";
}

/** One segment as a link to its place in the round, or to the map while nobody is on a round. */
export function segmentLine(state, segment) {
  const href = state.round ? `#/ronda/${encodeURIComponent(segment.code)}` : `#/peta/${encodeURIComponent(segment.code)}`;
  return h("a", { class: `segment segment--${segment.kind}`, href }, segmentHead(segment, [distance(segment)]));
}

/** Sign, title and words of a segment; `more` are further words. */
export function segmentHead(segment, more = []) {
  const stars = "★".repeat(Math.max(0, segment.importance - 1));
  return [icon(STATES[segment.kind][0]),
    h("span", { class: "segment__name" }, segment.title,
      stars && h("span", { class: "segment__stars" }, ` ${stars}`, h("span", { class: "visually-hidden" }, segment.importance > 2 ? "sangat penting" : "penting"))),
    h("span", { class: "segment__words" }, [segment.words, ...more].filter(Boolean).join(" · ")),
    segment.task && h("span", { class: "segment__asked" }, askedWords(segment))];
}
