/** Findings of the post that are not mended yet, other phones' too: to be looked at again and corrected. */
import { button, h } from "../../../lapangan/dom.js";
import { angka, umur } from "../../../lapangan/words.js";
import { jarak, metres } from "./place.js";
import { here } from "./walk.js";

const SHOWN = 5;

/** How far it is, for what has a place while the phone knows its own. */
function away([, , , lon, lat], position) {
  return position && lon !== null ? metres(position, { lon: lon / 1e6, lat: lat / 1e6 }) : Infinity;
}

/** A list with the nearest first (without a place: the newest), or "" when the pack brought none. */
export function others({ state }) {
  const { pack } = state;
  const position = here();
  const open = (pack.findings ?? []).filter(([id]) => pack.bodies?.[id]);
  const rows = open.map((row) => [row, away(row, position)]).sort(([a, x], [b, y]) => x - y || Date.parse(b[6]) - Date.parse(a[6]));
  if (!rows.length) return "";
  const kinds = new Map(pack.kinds.map(({ key, title }) => [key, title]));
  const places = new Map(pack.segments.map(([code, title]) => [code, title]));
  const one = ([[id, kind, segment, , , , at], far]) => h("li", null, h("a", { class: "record", href: `#/ubah/${id}` },
    h("span", { class: "record__what" }, kinds.get(kind) ?? "Temuan"),
    h("span", { class: "record__time" }, Number.isFinite(far) ? jarak(far) : ""),
    h("span", { class: "record__when" }, [places.get(segment), umur(Date.parse(at), state.moment)].filter(Boolean).join(", "))));
  const list = h("ul", { class: "list" }, rows.slice(0, SHOWN).map(one));
  const rest = rows.slice(SHOWN);
  const more = rest.length > 0 && button(`Tampilkan ${angka(rest.length)} lagi`, () => {
    list.append(...rest.map(one));
    more.remove();
    list.children[SHOWN].querySelector("a").focus();
  });
  return h("section", { class: "stack", "aria-labelledby": "belum-beres" }, h("h2", { id: "belum-beres" }, "Belum beres di pos ini"),
    h("p", { class: "muted" }, "Sudah dicatat. Ketuk untuk memperbaiki atau melengkapi."), list, more);
}
