/** Today's records, newest first. */
import { frame, h } from "../dom.js";
import { today } from "../state.js";
import { hari, rupiah } from "../words.js";
import { notices, pill, recordRow } from "./parts.js";

export const live = true;

/** The screen. */
export async function render({ state }) {
  const day = hari(state.moment);
  const list = state.act.records.filter((record) => record.day === day || record.state === "ditahan" || record.unsent).reverse();
  const { count, sum } = today(state);
  return frame({
    title: "Kuitansi hari ini", over: count ? `${count} kuitansi, ${rupiah(sum)}` : "", pill: pill(state),
    body: [await notices(state), list.length ? h("ul", { class: "list" }, list.map((record) => recordRow(state, record)))
      : h("p", { class: "muted" }, "Belum ada kuitansi hari ini.")],
    tab: "riwayat",
  });
}
