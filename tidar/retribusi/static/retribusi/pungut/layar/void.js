/** Taking an own receipt back, soon after, with a reason. */
import { button, frame, h, notice, toast } from "../dom.js";
import { append } from "../record.js";
import { record as read } from "../store.js";
import { rupiah } from "../words.js";
import { voidableUntil } from "./receipt.js";

const TOO_LATE = "Kuitansi ini tidak bisa dibatalkan lagi dari HP. Lapor ke bendahara.";
const REASONS = ["Salah jumlah", "Salah lapak", "Uang dikembalikan", "Tercatat dua kali"];

/** The screen. */
export async function render(app) {
  const { state, params } = app;
  const record = await read(params[0], Number(params[1]));
  const back = `#/kuitansi/${params[0]}/${params[1]}`;
  const until = record ? voidableUntil(record, state) : 0;
  if (until <= Date.now()) {
    return frame({ title: "Batalkan", back, body: [notice("warn", TOO_LATE)] });
  }
  let reason = "";
  const chips = REASONS.map((text) => h("button", { type: "button", class: "big", "aria-pressed": "false", onclick: () => {
    reason = text;
    chips.forEach((chip) => chip.setAttribute("aria-pressed", String(chip.textContent === text)));
    confirm.disabled = false;
  } }, text));
  const confirm = button(`Batalkan ${record.receipt}`, take, { kind: "danger", mark: "alert", disabled: true });

  async function take() {
    confirm.disabled = true;
    try {
      const view = { receipt: record.receipt, number: record.view.number, words: `Membatalkan kuitansi ${record.receipt}.` };
      const made = await append("void", { voids: record.counter, reason }, { amount: record.amount, view });
      await app.reload();
      app.replace(`#/kuitansi/${made.device}/${made.counter}`);
      app.send();
    } catch (error) {
      toast(error.message);
      confirm.disabled = false;
    }
  }

  const minutes = Math.max(1, Math.ceil((until - Date.now()) / 60000));
  return frame({
    title: "Batalkan kuitansi", over: record.receipt, back,
    body: [h("section", { class: "card" }, h("p", null, `Lapak ${record.view.number}, ${rupiah(record.amount)}.`),
      h("p", { class: "muted" }, `Kembalikan uangnya. Pembatalan tetap tercatat. Sisa waktu ${minutes} menit.`)),
    h("h2", null, "Mengapa dibatalkan?"), h("div", { class: "stack", role: "group", "aria-label": "Sebab" }, chips)],
    actions: [confirm],
  });
}
