/** The receipt, at once: a big tick, the number, what was paid, a code that any phone reads; paper or message. */
import { button, choose, drawing, frame, h, icon, linkButton, notice, toast } from "../dom.js";
import { encode } from "../escpos.js";
import { print, UnableToPrint, ways } from "../printer.js";
import { matrix, path } from "../../../lapangan/qr.js";
import { asText, code, proof, slip } from "../receipt.js";
import { record as read, recall } from "../store.js";
import { heldWords, stateOf } from "../state.js";
import { jam, rupiah, tanggal, terbilang } from "../words.js";

export const live = true;
const DONE = { payment: "Uang diterima", karcis: "Karcis terjual", void: "Kuitansi dibatalkan", handover: "Setoran dicatat" };
const MINUTE = 60000;

function qrOf(record) {
  const modules = matrix(code(record));
  return drawing(path(modules), modules.length + 8, `Kode QR kuitansi ${record.receipt}`);
}

function lines(record) {
  const { view } = record;
  const rows = (view.parts ?? []).map((part) => [part.period, rupiah(part.amount)]);
  if (view.rest) rows.push(["Uang muka", rupiah(view.rest)]);
  const line = ([left, right]) =>
    h("li", { class: "due" }, h("span", null, left), h("span", { class: "due__sum" }, right));
  return rows.length > 0 && h("ul", { class: "dues" }, rows.map(line));
}

function paper(record, options, route) {
  const body = slip(record, route, options).map((line) => {
    if (line.rule) return h("hr", null);
    if (line.qr) return qrOf(record);
    if (line.left !== undefined) return h("p", { class: "slip__pair" }, h("span", null, line.left), h("span", null, line.right));
    const look = [`slip__${line.align ?? "left"}`, line.tall && "slip__tall", line.bold && "slip__bold"];
    return h("p", { class: look.filter(Boolean).join(" ") }, line.text);
  });
  return h("div", { class: "slip", "aria-hidden": "true" }, body);
}

async function printed(record, options, state) {
  const can = ways();
  const known = await recall("printer");
  const offered = [
    can.bluetooth && ["bluetooth", "Pencetak Bluetooth", { mark: "printer" }],
    can.usb && ["usb", "Pencetak kabel USB", { mark: "printer" }],
    ["dialog", "Cetak lewat HP", { mark: "phone" }],
  ].filter(Boolean);
  const kind = known && can[known.kind] ? known.kind : await choose("Cetak dengan apa?", offered);
  if (!kind) return;
  if (kind === "dialog") {
    globalThis.print();
    return;
  }
  try {
    const used = await print(encode(slip(record, state.route, options)), kind);
    toast(`Dicetak di ${used.name}.`);
  } catch (error) {
    toast(error instanceof UnableToPrint ? error.message : "Belum tercetak. Coba lagi.");
  }
}

async function shared(record, state) {
  const text = asText(record, state.route);
  try {
    if (navigator.share) await navigator.share({ text });
    else {
      await navigator.clipboard.writeText(text);
      toast("Kuitansi disalin. Tempelkan di pesan.");
    }
  } catch (error) {
    if (error.name !== "AbortError") toast("Belum bisa dibagikan. Coba lagi.");
  }
}

/** Until when the collector may take this receipt back on the phone (milliseconds), or 0. */
export function voidableUntil(record, state) {
  if (record.kind !== "payment" || state.act.taken.has(`${record.device}:${record.counter}`)) return 0;
  const later = state.act.records.filter((other) => other.device === record.device && other.counter > record.counter);
  const handed = later.some((other) => other.kind === "handover");
  return handed || record.device !== state.device?.id ? 0 : record.at + (state.route.void_minutes ?? 10) * MINUTE;
}

function status(record, state, voided) {
  if (voided) return notice("bad", "Kuitansi ini sudah dibatalkan.");
  const [kind, said] = stateOf(record);
  if (kind === "info") return notice(kind, "Tersimpan di HP. Dikirim sendiri saat ada sinyal.");
  const words = kind === "ok" ? heldWords(state) : said;
  return notice(kind, `${words[0].toUpperCase()}${words.slice(1)}${words.endsWith(".") ? "" : "."}`);
}

function facts(record) {
  const moment = new Date(record.at);
  const { view } = record;
  const rows = [
    ["Nomor", record.receipt], ["Lapak", view.number], ["Nama", view.trader], ["Kuitansi", view.receipt],
    ["Sebab", record.fields.reason], ["Karcis", view.serials], ["Waktu", `${tanggal(moment)} ${jam(moment)}`],
    ["Kode", proof(record)],
  ];
  const row = ([term, value]) => h("div", null, h("dt", null, term), h("dd", null, value));
  return h("dl", { class: "facts" }, rows.filter(([, value]) => value).map(row));
}

/** The screen. */
export async function render(app) {
  const { state, params } = app;
  const record = await read(params[0], Number(params[1]));
  if (!record) return frame({ title: "Kuitansi", back: "#/", body: [h("p", null, "Kuitansi ini tidak ada di HP.")] });
  const voided = state.act.taken.has(`${record.device}:${record.counter}`);
  const options = { voided, copy: app.memory.printed?.has(record.id) ?? false };
  const mayVoid = voidableUntil(record, state) > Date.now();
  return frame({
    title: DONE[record.kind], over: record.receipt, back: app.memory.back ?? "#/",
    body: [h("section", { class: `card done ${voided ? "done--back" : ""}` },
      h("div", { class: "done__tick" }, icon(voided ? "alert" : "check")),
      h("p", { class: "amount" }, rupiah(record.amount)), h("p", { class: "amount__words" }, terbilang(record.amount)),
      record.view.words && h("p", { class: "says" }, record.view.words), lines(record)),
    status(record, state, voided), h("section", { class: "card" }, facts(record), qrOf(record)),
    mayVoid && linkButton("Salah? Batalkan kuitansi ini", `#/batal/${record.device}/${record.counter}`, { kind: "quiet" }),
    paper(record, options, state.route)],
    actions: [h("div", { class: "pairs" }, button("Cetak", async () => {
      await printed(record, options, state);
      (app.memory.printed ??= new Set()).add(record.id);
    }, { mark: "printer" }), button("Bagikan", () => shared(record, state), { mark: "share" })),
    button("Selesai", () => app.go(app.memory.back ?? "#/"), { kind: "primary", mark: "next" })],
  });
}
