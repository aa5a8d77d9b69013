/**
 * The text of a round for the group, made on the phone without signal. Pure. It never holds a name, a house, a note or
 * a place finer than a segment, and nothing at all of a kind that concerns persons: not even how many there were.
 */
import { jarak } from "./place.js";

const DAYS = ["Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"];
const MONTHS = [
  "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember",
];
const SHOWN = 6;
const two = (n) => String(n).padStart(2, "0");
const clock = (moment) => `${two(moment.getHours())}.${two(moment.getMinutes())}`;

/** "Rabu, 25 November 2026". */
export const tanggalPanjang = (moment) =>
  `${DAYS[moment.getDay()]}, ${moment.getDate()} ${MONTHS[moment.getMonth()]} ${moment.getFullYear()}`;

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function counted(items, titles) {
  const counts = new Map();
  for (const { key } of items) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].filter(([key]) => titles.has(key)).map(([key, count]) => `• ${titles.get(key)}: ${count}`);
}

function listed(titles) {
  const more = titles.length - SHOWN;
  return titles.slice(0, SHOWN).join(", ") + (more > 0 ? `, dan ${more} lagi` : "");
}

/**
 * `round`: `{started, ended}` (Date or null), `segments`: titles with `done`, `findings` and `activities`: `{key}` and
 * `{key, participants}`, `distance` in metres or null.
 */
export function summary(pack, { round, segments, findings, activities, distance }) {
  const word = pack.program.words?.segment ?? "ruas";
  const open = new Map(pack.kinds.filter((kind) => !kind.sensitive).map((kind) => [kind.key, kind.title]));
  const shown = counted(findings, open);
  const total = findings.filter((finding) => open.has(finding.key)).length;
  const left = segments.filter((segment) => !segment.done).map((segment) => segment.title);
  const deeds = new Map(pack.activities.map((activity) => [activity.key, activity.title]));
  const people = activities.reduce((sum, each) => sum + each.participants, 0);
  return [
    `*${capital(pack.program.words?.round ?? "ronda")} ${pack.post.title}*`,
    `${tanggalPanjang(round.started)}, pukul ${clock(round.started)}${round.ended ? `–${clock(round.ended)}` : ""}`,
    "",
    `✅ ${capital(word)} diperiksa: ${segments.length - left.length} dari ${segments.length}`,
    distance ? `🚲 Jarak: ${jarak(distance)}` : null,
    total ? `📌 Temuan: ${total}` : "📌 Tidak ada temuan",
    ...shown,
    activities.length ? `🤝 Kegiatan: ${activities.length}, peserta ${people}` : null,
    ...counted(activities, deeds),
    left.length ? `⏳ Belum sempat: ${listed(left)}` : null,
    "",
    "Terima kasih semua.",
  ].filter((line) => line !== null).join("\n");
}
