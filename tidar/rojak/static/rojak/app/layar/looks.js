/** How the app looks on this phone: light, dark or for bright sun; and how large its letters are. */
import { theme } from "../../../lapangan/theme.js";

const THEME = theme("tidar-rojak-tampilan");
const SUN = "tidar-rojak-matahari";
const SIZE = "tidar-rojak-huruf";

/** `[value, words]` to choose from. */
export const THEMES = [["", "Ikut HP"], ["light", "Terang"], ["dark", "Gelap"], ["matahari", "Matahari"]];
export const SIZES = [["", "Biasa"], ["besar", "Besar"], ["terbesar", "Terbesar"]];

/** What is chosen now. */
export const chosen = () => ({ theme: localStorage.getItem(SUN) ? "matahari" : THEME.chosen(), size: localStorage.getItem(SIZE) ?? "" });

/** Paint it. */
export function paint() {
  THEME.paint();
  const { dataset } = document.documentElement;
  if (localStorage.getItem(SUN)) Object.assign(dataset, { theme: "light", sun: "" });
  else delete dataset.sun;
  const size = localStorage.getItem(SIZE);
  if (size) dataset.size = size;
  else delete dataset.size;
}

function keep(key, value) {
  if (value) localStorage.setItem(key, value);
  else localStorage.removeItem(key);
}

/** Choose and paint. */
export function chooseTheme(value) {
  keep(SUN, value === "matahari" ? "1" : "");
  if (value !== "matahari") THEME.choose(value);
  paint();
}

export function chooseSize(value) {
  keep(SIZE, value);
  paint();
}
