/** Declaring the cash in the bag to the treasurer. */
import { button, frame, h, keypad, notice, toast } from "../dom.js";
import { uuid7 } from "../../../lapangan/keys.js";
import { append, refused } from "../record.js";
import { rupiah, terbilang } from "../words.js";
import { notices, pill } from "./parts.js";

const NOW = "Serahkan uangnya, lalu bendahara menghitung dan mengonfirmasi.";
const LATER = "Bendahara melihat setoran ini begitu HP mendapat sinyal.";

function difference(amount, bag) {
  if (!amount) return "";
  if (amount === bag) return "Hitung dulu. Ubah bila berbeda.";
  const gap = rupiah(Math.abs(amount - bag));
  return amount < bag ? `Kurang ${gap} dari catatan HP.` : `Lebih ${gap} dari catatan HP.`;
}

/** The screen. */
export async function render(app) {
  const { state } = app;
  const id = uuid7();
  let amount = Math.max(0, state.bag);
  let typed = false;
  const sum = h("output", { class: "amount", "aria-live": "polite" });
  const words = h("p", { class: "amount__words" });
  const said = h("p", { class: "says", role: "status" });
  const confirm = button("Setor ke bendahara", take, { kind: "primary", mark: "hand" });

  function draw() {
    sum.textContent = rupiah(amount);
    words.textContent = amount ? terbilang(amount) : "Belum ada uang untuk disetor";
    said.textContent = difference(amount, state.bag);
    confirm.disabled = refused(amount) !== "";
  }

  function press(key) {
    const before = typed ? String(amount) : "";
    typed = true;
    amount = Number((key === "hapus" ? before.slice(0, -1) : before + key).slice(0, 9)) || 0;
    draw();
  }

  async function take() {
    confirm.disabled = true;
    try {
      const made = await append("handover", { amount }, { id, view: { words: navigator.onLine ? NOW : LATER } });
      await app.reload();
      app.memory.back = "#/";
      app.replace(`#/kuitansi/${made.device}/${made.counter}`);
      app.send();
    } catch (error) {
      toast(error.message);
      confirm.disabled = false;
    }
  }

  draw();
  return frame({
    title: "Setor uang", over: `Di tas ${rupiah(state.bag)}`, pill: pill(state),
    body: [await notices(state), h("section", { class: "card paying" }, h("h2", null, "Uang yang disetor"), sum, words, said),
      state.waiting > 0 && notice("info", `${state.waiting} catatan masih di HP. Setoran dikirim sesudahnya.`)],
    actions: [keypad(press, "000"), confirm], tab: "setor",
  });
}
