/**
 * A record as a slip of paper: one list of lines that the screen, the share text, the print dialog and the 58 mm printer
 * all show. Pure.
 *
 * Lines: {text, align, bold, tall} · {left, right, bold} · {rule} · {qr}.
 */
import { jam, rupiah, tanggal, terbilang } from "./words.js";

const TITLES = {
  payment: "BUKTI PEMBAYARAN", karcis: "PENJUALAN KARCIS", void: "PEMBATALAN", handover: "SETORAN KE BENDAHARA",
};
const WIDTH = 32;

function header(route) {
  return (route?.receipt ?? []).map((text, index) => ({ text, align: "center", bold: index === 0 }));
}

function facts(record) {
  const { view, fields, kind } = record;
  const rows = [{ left: "No.", right: record.receipt }];
  if (kind === "payment") rows.push({ left: "Lapak", right: view.number, bold: true });
  if (kind === "payment" && view.trader) rows.push({ left: "Nama", right: view.trader });
  if (kind === "payment" && view.market) rows.push({ left: "Pasar", right: view.market });
  if (kind === "karcis") rows.push({ left: "Karcis", right: `${view.prefix} ${fields.first}–${fields.last}` });
  if (kind === "void") rows.push({ left: "Kuitansi", right: view.receipt }, { left: "Sebab", right: fields.reason });
  const moment = new Date(record.at);
  return [...rows, { left: "Waktu", right: `${tanggal(moment)} ${jam(moment)}` }];
}

function paid(record) {
  const parts = record.view.parts ?? [];
  const lines = parts.map((part) => ({ left: part.period, right: rupiah(part.amount) }));
  if (record.view.rest) lines.push({ left: "Uang muka", right: rupiah(record.view.rest) });
  return lines.length ? [...lines, { rule: true }] : [];
}

/** What the QR of a receipt says: readable by any phone, with the beginning of the signed record's hash. */
export function code(record) {
  const moment = new Date(record.at);
  const what = record.view.number ?? TITLES[record.kind];
  return [
    record.receipt, what, rupiah(record.amount), `${tanggal(moment)} ${jam(moment)}`, `Kode ${proof(record)}`,
  ].join("\n");
}

/** "7f3a-91c0-44de-02b8": the beginning of the record's hash, for comparing by eye. */
export const proof = (record) => record.hash.slice(0, 16).match(/.{4}/g).join("-");

/** The slip. `copy` says that it is not the first print. */
export function slip(record, route, { copy = false, voided = false } = {}) {
  const collector = route?.collector?.name ?? "";
  const lines = [
    ...header(route),
    { text: copy ? `${TITLES[record.kind]} (SALINAN)` : TITLES[record.kind], align: "center", bold: true },
    { rule: true },
    ...facts(record),
    { rule: true },
    ...paid(record),
    { text: rupiah(record.amount), align: "center", bold: true, tall: true },
    { text: terbilang(record.amount), align: "center" },
  ];
  if (record.view.words) lines.push({ text: record.view.words });
  if (voided) lines.push({ text: "SUDAH DIBATALKAN", align: "center", bold: true });
  lines.push({ rule: true }, { qr: code(record) }, { text: `Kode ${proof(record)}`, align: "center" });
  if (collector) lines.push({ text: `Juru pungut: ${collector}`, align: "center" });
  return [...lines, { text: "Simpan bukti ini. Terima kasih.", align: "center" }];
}

/** Words broken into lines of `width`; a word longer than that is cut. */
export function wrap(text, width = WIDTH) {
  const lines = [];
  let line = "";
  for (const word of text.split(/\s+/).flatMap((w) => w.match(new RegExp(`.{1,${width}}`, "gu")) ?? [])) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, line] : lines;
}

/** "Lapak ........ A-001" within `width`; what does not fit goes to a line of its own, to the right. */
export function pair(left, right, width = WIDTH) {
  if (left.length + 1 + right.length <= width) return [left + " ".repeat(width - left.length - right.length) + right];
  return [...wrap(left, width), ...wrap(right, width - 2).map((line) => line.padStart(width))];
}

/** For sharing as a message. */
export function asText(record, route) {
  return slip(record, route)
    .filter((line) => !line.qr)
    .map((line) => (line.rule ? "" : line.left !== undefined ? `${line.left}: ${line.right}` : line.text))
    .join("\n");
}
