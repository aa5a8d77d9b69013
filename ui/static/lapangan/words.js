/** Time and numbers in Indonesian words. Pure: no page, no clock, no store. */
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"];
const two = (n) => String(n).padStart(2, "0");

/** 1250000 → "1.250.000". */
export const angka = (n) => String(Math.trunc(n)).replace(/\B(?=(\d{3})+$)/g, ".");

/** "08.15" on this phone's clock. */
export const jam = (moment) => `${two(moment.getHours())}.${two(moment.getMinutes())}`;

/** "25 Nov 2026". */
export const tanggal = (moment) => `${moment.getDate()} ${MONTHS[moment.getMonth()]} ${moment.getFullYear()}`;

/** "2026-11-25": the day on this phone's clock, for grouping. */
export const hari = (moment) => `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;

/** Milliseconds since the epoch → "2026-11-25T08:15:30+07:00" in this phone's zone. */
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
