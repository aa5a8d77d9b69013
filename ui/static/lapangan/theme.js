/** The look of an app: the phone's own, light or dark; kept under a key of the app's. */
import { h } from "./dom.js";

const LOOKS = [["", "Ikut HP"], ["light", "Terang"], ["dark", "Gelap"]];

/** `chosen()` → "", "light" or "dark"; `choose(value)` keeps and paints it; `paint()` paints what was chosen. */
export function theme(key) {
  const chosen = () => localStorage.getItem(key) ?? "";
  const paint = () => {
    const look = chosen();
    if (look) document.documentElement.dataset.theme = look;
    else delete document.documentElement.dataset.theme;
  };
  const choose = (value) => {
    localStorage.setItem(key, value);
    paint();
  };
  return { chosen, choose, paint };
}

/** A card that offers the looks of a `theme`. */
export function looksCard(look) {
  const set = (value) => {
    look.choose(value);
    mark();
  };
  const chips = LOOKS.map(([value, text]) =>
    h("button", { type: "button", class: "chip", "data-look": value, onclick: () => set(value) }, text));
  const mark = () => chips.forEach((chip) => chip.setAttribute("aria-pressed", String(chip.dataset.look === look.chosen())));
  mark();
  const group = h("div", { class: "chips", role: "group", "aria-labelledby": "tampilan" }, chips);
  return h("section", { class: "card", "aria-labelledby": "tampilan" }, h("h2", { id: "tampilan" }, "Tampilan"), group);
}
