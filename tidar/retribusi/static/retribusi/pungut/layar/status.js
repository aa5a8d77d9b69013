/** What is with the city and what is only on this phone, record by record. */
import { offer } from "../../../lapangan/files.js";
import { button, frame, h, notice, toast } from "../dom.js";
import { asFile } from "../device.js";
import { heldWords } from "../state.js";
import { hari, jam, umur } from "../words.js";
import { notices, recordRow } from "./parts.js";

export const live = true;
const OPEN = new Set(["ditahan", "ditolak"]);

/** Offer the unsent records as a file. */
export async function save() {
  offer(await asFile(), `pungut-${hari(new Date())}.json`);
  toast("Berkas disimpan di folder Unduhan.");
}

function summary(state) {
  const { waiting, server, problem, moment } = state;
  const words = heldWords(state);
  const at = server.at && `Terakhir tersambung ${umur(server.at, moment)}, pukul ${jam(new Date(server.at))}.`;
  return h("section", { class: "card" },
    h("p", { class: "owed" }, `${words[0].toUpperCase()}${words.slice(1)}`),
    h("p", null, waiting ? `${waiting} tersimpan di HP, dikirim sendiri saat ada sinyal.` : "Tidak ada yang tertinggal di HP."),
    h("p", { class: "muted" }, at || "Belum pernah tersambung."),
    problem.problem === "sinyal" && waiting > 0 && h("p", { class: "muted" }, problem.sentence));
}

/** The screen. */
export async function render(app) {
  const { state } = app;
  const open = state.act.records.filter((record) => record.unsent || OPEN.has(record.state)).reverse();
  const held = open.filter((record) => record.state === "ditahan").length;
  return frame({
    title: "Kiriman ke kota", over: state.device?.code ?? "", back: "#/",
    body: [await notices(state), summary(state),
      held > 0 && notice("warn", `${held} ditahan: uangnya tercatat, petugas sedang memeriksa.`),
      open.length > 0 && h("ul", { class: "list" }, open.map((record) => recordRow(state, record)))],
    actions: [button("Kirim sekarang", async () => {
      toast("Mengirim …");
      await app.send({ ask: true });
      toast(app.state.waiting ? "Belum ada sinyal. Dikirim sendiri nanti." : "Semua sudah diterima kota.");
    }, { kind: "primary", mark: "send" }), button("Simpan ke berkas", save, { mark: "save" })],
  });
}
