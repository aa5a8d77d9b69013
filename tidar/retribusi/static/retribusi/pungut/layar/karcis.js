/** Selling printed karcis: the serials go on from the last one sold. */
import { button, frame, h, notice, toast } from "../dom.js";
import { uuid7 } from "../../../lapangan/keys.js";
import { append } from "../record.js";
import { angka, rupiah, terbilang } from "../words.js";
import { pill } from "./parts.js";

const NONE = "Tidak ada karcis di tangan Anda. Ambil buku karcis di kantor, lalu siapkan rute lagi.";
const STEPS = [1, 5, 10];
const padded = (serial) => String(serial).padStart(6, "0");

/** Ranges in hand that are not sold yet, also not by this phone since the route was made. */
export function inHand(state) {
  const sold = state.act.records.filter((record) => record.kind === "karcis");
  return (state.route.karcis ?? []).map((range) => {
    const mine = sold.filter((r) => r.fields.book === range.book && r.fields.first >= range.first && r.fields.last <= range.last);
    return { ...range, first: Math.max(range.first, ...mine.map((r) => r.fields.last + 1)) };
  }).filter((range) => range.first <= range.last);
}

/** The screen. */
export function render(app) {
  const { state } = app;
  const ranges = inHand(state);
  if (!ranges.length) {
    return frame({ title: "Jual karcis", back: "#/lainnya", body: [notice("info", NONE)] });
  }
  const id = uuid7();
  let range = ranges.find((each) => each.book === app.memory.book) ?? ranges[0];
  let count = 1;
  const sum = h("output", { class: "amount", "aria-live": "polite" });
  const words = h("p", { class: "amount__words" });
  const serials = h("p", { class: "says", role: "status" });
  const confirm = button("Karcis terjual", take, { kind: "primary", mark: "ticket" });
  const books = ranges.map((each) => h("button", { type: "button", class: "chip", onclick: () => {
    range = each;
    app.memory.book = each.book;
    count = 1;
    draw();
  } }, `${each.prefix} ${rupiah(each.denomination)}`));
  const adding = (step) => button(`+${step}`, () => change(step), { "aria-label": `Tambah ${step} lembar` });
  const steps = h("div", { class: "steps", role: "group", "aria-label": "Jumlah lembar" },
    button("−1", () => change(-1), { "aria-label": "Kurangi 1 lembar" }), STEPS.map(adding));

  const most = () => range.last - range.first + 1;
  const said = () => `${range.prefix} ${padded(range.first)} – ${padded(range.first + count - 1)}`;

  function change(by) {
    count = Math.min(most(), Math.max(1, count + by));
    draw();
  }

  function draw() {
    books.forEach((chip, at) => chip.setAttribute("aria-pressed", String(ranges[at] === range)));
    sum.textContent = `${angka(count)} lembar`;
    words.textContent = `${rupiah(count * range.denomination)} · ${terbilang(count * range.denomination)}`;
    serials.textContent = said();
  }

  async function take() {
    confirm.disabled = true;
    try {
      const markets = state.route.markets ?? [];
      const market = markets.length === 1 ? markets[0].code : "";
      const { book, prefix, first, denomination } = range;
      const fields = { book, first, last: first + count - 1, market, amount: count * denomination };
      const view = { prefix, serials: said(), words: `${angka(count)} lembar karcis @ ${rupiah(denomination)}.` };
      const made = await append("karcis", fields, { id, view });
      await app.reload();
      app.memory.back = "#/karcis";
      app.replace(`#/kuitansi/${made.device}/${made.counter}`);
      app.send();
    } catch (error) {
      toast(error.message);
      confirm.disabled = false;
    }
  }

  draw();
  return frame({
    title: "Jual karcis", over: `Sisa ${angka(most())} lembar`, back: "#/lainnya", pill: pill(state),
    body: [books.length > 1 && h("div", { class: "chips", role: "group", "aria-label": "Buku karcis" }, books),
      h("section", { class: "card paying" }, h("h2", null, "Lembar terjual"), sum, words, serials)],
    actions: [steps, confirm],
  });
}
