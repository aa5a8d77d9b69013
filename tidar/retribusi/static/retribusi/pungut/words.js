/** Money, time and numbers in Indonesian words. Pure: no page, no clock, no store. */
const UNITS = ["", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"];
const SCALES = [[1e12, "triliun"], [1e9, "miliar"], [1e6, "juta"], [1e3, "ribu"]];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"];
const two = (n) => String(n).padStart(2, "0");

/** 1250000 → "1.250.000". */
export const angka = (n) => String(Math.trunc(n)).replace(/\B(?=(\d{3})+$)/g, ".");

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

/** "08.15" on this phone's clock. */
export const jam = (moment) => `${two(moment.getHours())}.${two(moment.getMinutes())}`;

/** "25 Nov 2026". */
export const tanggal = (moment) => `${moment.getDate()} ${MONTHS[moment.getMonth()]} ${moment.getFullYear()}`;

/** "2026-11-25": the day on this phone's clock, for grouping. */
export const hari = (moment) => `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;

/** Seconds since the epoch → "2026-11-25T08:15:30+07:00" in this phone's zone. */
export function stamp(milliseconds) {
  const moment = new Date(milliseconds);
  const offset = -moment.getTimezoneOffset();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const time = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(":");
  return `${hari(moment)}T${time}${zone}`;
}

/** How long ago, said as a person would: "baru saja", "12 menit lalu", "3 jam lalu", "2 hari lalu". */
export function umur(from, now) {
  const minutes = Math.max(0, Math.floor((now - from) / 60000));
  if (minutes < 1) return "baru saja";
  if (minutes < 60) return `${minutes} menit lalu`;
  if (minutes < 60 * 24) return `${Math.floor(minutes / 60)} jam lalu`;
  return `${Math.floor(minutes / 60 / 24)} hari lalu`;
}

/** Minutes of difference as words: 3 → "3 menit", 130 → "2 jam 10 menit". */
export function lama(minutes) {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours && `${hours} jam`, (rest || !hours) && `${rest} menit`].filter(Boolean).join(" ");
}
