/** One stall: who, what is owed oldest first, and the amounts that are likely. */
import { button, frame, h, icon, linkButton } from "../dom.js";
import { bills as count, unit } from "../money.js";
import { standing } from "../state.js";
import { angka, rupiah } from "../words.js";
import { marketName, pill } from "./parts.js";

const SHOWN = 4;
const ONE = { hari: "Satu hari", bulan: "Satu bulan", tagihan: "Satu tagihan" };

function bills(dues) {
  const more = dues.slice(SHOWN);
  const named = dues.filter((due) => due.count === 1).map((due) => due.period);
  const line = (due) =>
    h("li", { class: "due" }, h("span", null, due.period), h("span", { class: "due__sum" }, rupiah(due.owed)));
  const folded = () =>
    h("details", null, h("summary", null, `${angka(count(more))} lagi`), h("ol", { class: "dues" }, more.map(line)));
  return h("section", { class: "card", "aria-labelledby": "tagihan" },
    h("h2", { id: "tagihan" }, `${angka(count(dues))} ${unit(named)} belum dibayar`),
    h("ol", { class: "dues" }, dues.slice(0, SHOWN).map(line)),
    more.length > 0 && folded());
}

function head(stall, { owed, advance }) {
  const type = stall.type ? stall.type[0].toUpperCase() + stall.type.slice(1) : "";
  const sum = owed ? h("p", { class: "owed" }, rupiah(owed)) : h("p", { class: "owed owed--none" }, icon("check"), "Lunas");
  return h("section", { class: "card person" },
    h("p", { class: "person__name" }, stall.trader || "Belum ada pedagang"),
    type && h("p", { class: "muted" }, type),
    owed > 0 && h("p", { class: "owed__label" }, "Yang harus dibayar"), sum,
    advance > 0 && h("p", { class: "muted" }, `Uang muka ${rupiah(advance)}`));
}

function choices(qr, { dues, owed }) {
  const to = (amount) => `#/bayar/${encodeURIComponent(qr)}/${amount}`;
  const first = dues[0];
  const found = [];
  if (owed) found.push(linkButton(`Semua ${rupiah(owed)}`, to(owed), { kind: "primary", mark: "cash" }));
  if (dues.length > 1 && first.count === 1) {
    found.push(linkButton(`${ONE[unit([first.period])]} ${rupiah(first.owed)}`, to(first.owed)));
  }
  found.push(linkButton(owed ? "Jumlah lain" : "Terima uang muka", to(0), { kind: owed ? "" : "primary", mark: "keys" }));
  return found;
}

/** The screen. */
export function render(app) {
  const { state, params } = app;
  const stall = state.stalls.get(params[0]);
  if (!stall) {
    const body = [h("p", null, "Lapak ini tidak ada di rute Anda.")];
    return frame({ title: "Lapak", back: "#/", body, actions: [button("Kembali", () => app.go("#/"))] });
  }
  const facts = standing(state, stall);
  return frame({
    title: stall.number, over: marketName(state, stall.market) || "Lapak", back: "#/", pill: pill(state),
    body: [head(stall, facts), facts.dues.length > 0 && bills(facts.dues)],
    actions: choices(stall.qr, facts),
  });
}
