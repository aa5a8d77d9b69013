/** The cash that was handed over, said in words before it becomes a receipt. */
import { button, frame, h, keypad, notice, toast } from "../dom.js";
import { uuid7 } from "../../../lapangan/keys.js";
import { plan, sentence } from "../money.js";
import { append, refused } from "../record.js";
import { standing } from "../state.js";
import { byId, forget, recall, remember } from "../store.js";
import { angka, rupiah, terbilang } from "../words.js";

const UNKNOWN = "Lapak ini belum terdaftar. Uang tetap dicatat, lalu diperiksa petugas.";
const NOTES = [5000, 10000, 20000, 50000];

/** Where the money is for: a stall of the route, or a number that was typed and is not in it. */
function subject(app) {
  const { state, params } = app;
  if (app.name === "bayar-nomor") {
    const markets = state.route.markets ?? [];
    const market = markets.length === 1 ? markets[0].code : "";
    const fields = { stall: "", number: params[0], market, occupancy: null, shown_owed: null };
    return { number: params[0], stall: null, dues: [], fields };
  }
  const stall = state.stalls.get(params[0]);
  if (!stall) return null;
  const { dues, owed } = standing(state, stall);
  const fields = { stall: stall.qr, number: stall.number, market: stall.market ?? "", occupancy: stall.id, shown_owed: owed };
  return { number: stall.number, stall, dues, fields };
}

/**
 * The same draft, with the same id, when a killed tab is opened again on this screen. An id that has its record already
 * is used up, also when the tab was killed before the draft could be forgotten: what is taken now is another payment.
 */
async function draft(number) {
  const known = await recall("draft");
  if (known?.number === number && !(await byId(known.id))) return known;
  const made = { id: uuid7(), number };
  await remember("draft", made);
  return made;
}

function view(app, about, amount) {
  const { state } = app;
  const planned = plan(about.dues, amount);
  const words = about.fields.occupancy ? sentence(planned) : "Akan diperiksa petugas sebelum dibukukan.";
  const market = (state.route.markets ?? []).find((each) => each.code === about.fields.market)?.name ?? "";
  return { number: about.number, trader: about.stall?.trader ?? "", market, parts: planned.parts, rest: planned.rest, words };
}

/** The screen. */
export async function render(app) {
  const about = subject(app);
  if (!about) return frame({ title: "Lapak", back: "#/", body: [h("p", null, "Lapak ini tidak ada di rute Anda.")] });
  const made = await draft(about.number);
  let amount = Number(app.params[1] ?? 0) || 0;
  const typing = amount === 0;
  const sum = h("output", { class: "amount", "aria-live": "polite" });
  const words = h("p", { class: "amount__words" });
  const said = h("p", { class: "says", role: "status" });
  const confirm = button("Uang diterima", take, { kind: "primary", mark: "check" });

  function draw() {
    const why = amount ? refused(amount) : "";
    sum.textContent = rupiah(amount);
    words.textContent = amount ? terbilang(amount) : "Ketik jumlah uang yang diterima";
    said.textContent = why || (amount ? view(app, about, amount).words : "");
    confirm.disabled = !amount || why !== "";
  }

  function press(key) {
    const text = key === "hapus" ? String(amount).slice(0, -1) : `${amount}${key}`.slice(0, 9);
    amount = Number(text) || 0;
    draw();
  }

  async function take() {
    confirm.disabled = true;
    try {
      const record = await append("payment", { ...about.fields, amount }, { id: made.id, view: view(app, about, amount) });
      await forget("draft");
      await app.reload();
      app.replace(`#/kuitansi/${record.device}/${record.counter}`);
      app.send();
    } catch (error) {
      toast(error.message || "Kuitansi belum tersimpan. Coba sekali lagi.");
      confirm.disabled = false;
    }
  }

  const notes = h("div", { class: "chips chips--even", role: "group", "aria-label": "Tambah uang kertas" }, NOTES.map((note) =>
    h("button", { type: "button", class: "chip", onclick: () => ((amount += note), draw()) }, `+${angka(note)}`)));
  draw();
  return frame({
    title: about.number, over: about.stall?.trader || "Lapak tidak dikenal",
    back: about.stall ? `#/lapak/${encodeURIComponent(about.stall.qr)}` : "#/cari",
    body: [h("section", { class: "card paying" }, h("h2", null, "Terima uang"), sum, words, said),
      !about.fields.occupancy && notice("warn", UNKNOWN), typing && notes],
    actions: [typing && keypad(press, "000"), confirm],
  });
}
