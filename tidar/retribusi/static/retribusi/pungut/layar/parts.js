/** What several screens share: the sending pill, notices, a stall's row, a receipt's row. */
import { h, icon, linkButton, notice } from "../dom.js";
import { standing, stateOf, warnings } from "../state.js";
import { angka, jam, rupiah } from "../words.js";

/** The small sign at the top: is everything with the city? */
export function pill(state) {
  const { waiting, problem, chain } = state;
  const [kind, text, mark] = problem.problem === "masuk" ? ["warn", "Masuk lagi", "alert"]
    : waiting ? ["wait", `${angka(waiting)} di HP`, "phone"] : ["ok", chain.counter ? "Terkirim" : "Siap", "check"];
  const said = waiting ? `${angka(waiting)} catatan tersimpan di HP, belum diterima kota` : "Semua sudah diterima kota";
  return h("a", { class: `pill pill--${kind}`, href: "#/kirim", title: said }, icon(mark), h("span", null, text),
    h("span", { class: "visually-hidden" }, `. ${said}`));
}

/** Everything that needs the collector, as notices. */
export async function notices(state) {
  const found = (await warnings(state)).filter(([, , link]) => link?.[0] !== location.hash); // the screen says it itself
  return found.map(([kind, text, link]) => notice(kind, text, link && h("a", { class: "notice__link", href: link[0] }, link[1])));
}

/** "Blok A"; a longer name is said as it is. */
export const blockName = (block) => (/^\w{1,3}$/.test(block) ? `Blok ${block}` : block || "Tanpa blok");

/** The name of a stall's or block's market when the route has several, else "". */
export function marketName(state, code) {
  const markets = state.route.markets ?? [];
  return markets.length > 1 ? (markets.find((each) => each.code === code)?.name ?? "") : "";
}

/** The two big ways to a stall. */
export const toStalls = () => [
  linkButton("Pindai", "#/pindai", { kind: "primary", mark: "scan" }),
  linkButton("Ketik nomor", "#/cari", { kind: "primary", mark: "keys" }),
];

/** One stall in a list; `where` names its market when there are several. */
export function stallRow(state, stall, { where = false } = {}) {
  const market = where && marketName(state, stall.market);
  const { owed } = standing(state, stall);
  const empty = stall.id === null;
  const kind = empty ? "none" : owed ? "open" : "done";
  return h("li", null, h("a", { class: `stall stall--${kind}`, href: `#/lapak/${encodeURIComponent(stall.qr)}` },
    h("span", { class: "stall__number" }, stall.number),
    h("span", { class: "stall__who" }, empty ? "Kosong" : stall.trader, market && h("small", null, market)),
    h("span", { class: "stall__owed" }, empty ? "" : owed ? rupiah(owed) : [icon("check"), "Lunas"])));
}

const NAMES = { karcis: "Karcis", void: "Pembatalan", handover: "Setoran" };

/** One record in a list, with its honest state. */
export function recordRow(state, record) {
  const [kind, said] = stateOf(record);
  const back = state.act.taken.has(`${record.device}:${record.counter}`);
  const sign = record.kind === "void" || record.kind === "handover" ? -record.amount : record.amount;
  const href = `#/kuitansi/${record.device}/${record.counter}`;
  return h("li", null, h("a", { class: `record ${back ? "record--back" : ""}`, href },
    h("span", { class: "record__what" }, NAMES[record.kind] ?? record.view.number),
    h("span", { class: "record__sum" }, rupiah(sign)),
    h("span", { class: "record__when" }, `${jam(new Date(record.at))} · ${record.receipt}`),
    h("span", { class: `record__state tone--${kind}` }, back ? "dibatalkan" : said)));
}
