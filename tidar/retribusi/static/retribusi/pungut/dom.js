/** Making what is on the collector's screens: what all field apps share, this app's tabs, and a keypad. */
import { framer, h, icon } from "../../lapangan/dom.js";

export { button, choose, drawing, h, icon, linkButton, notice, toast } from "../../lapangan/dom.js";

const TABS = [
  ["", "Rute", "route"], ["riwayat", "Kuitansi", "receipt"], ["setor", "Setor", "hand"], ["lainnya", "Lainnya", "more"],
];

/** A screen: bar with the only h1, body, and actions within the thumb's reach. */
export const frame = framer({ tabs: TABS });

/** A numeric keypad; `press` gets "0"–"9", `extra` or "hapus". */
export function keypad(press, extra = "") {
  const key = (name, label, props) =>
    h("button", { type: "button", class: "key", onclick: () => press(name), ...props }, label);
  const digits = [..."123456789"].map((digit) => key(digit, digit));
  return h("div", { class: "keypad", role: "group", "aria-label": "Papan angka" }, digits,
    extra ? key(extra, extra) : h("span", null), key("0", "0"),
    key("hapus", icon("erase"), { "aria-label": "Hapus satu angka" }));
}
