/** Money in Indonesian words, beside time and numbers as all field apps say them. Pure. */
import { angka } from "../../lapangan/words.js";

export { angka, hari, jam, lama, stamp, tanggal, umur } from "../../lapangan/words.js";

const UNITS = ["", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"];
const SCALES = [[1e12, "triliun"], [1e9, "miliar"], [1e6, "juta"], [1e3, "ribu"]];

/** 1250000 → "Rp1.250.000"; a debt below zero keeps its sign in front. */
export const rupiah = (n) => (n < 0 ? `−Rp${angka(-n)}` : `Rp${angka(n)}`);

function spelled(n) {
  if (n < 12) return UNITS[n];
  if (n < 20) return `${UNITS[n - 10]} belas`;
  if (n < 100) return `${UNITS[Math.floor(n / 10)]} puluh ${UNITS[n % 10]}`;
  if (n < 200) return `seratus ${spelled(n - 100)}`;
  if (n < 1000) return `${UNITS[Math.floor(n / 100)]} ratus ${spelled(n % 100)}`;
  if (n < 2000) return `seribu ${spelled(n - 1000)}`;
  const [size, name] = SCALES.find(([least]) => n >= least);
  return `${spelled(Math.floor(n / size))} ${name} ${spelled(n % size)}`;
}

/** 17500 → "tujuh belas ribu lima ratus rupiah". */
export function terbilang(n) {
  const words = n === 0 ? "nol" : spelled(n);
  return `${words.replace(/ +/g, " ").trim()} rupiah`;
}
