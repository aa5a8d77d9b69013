/** Everything that is not needed every minute. */
import { looksCard, theme } from "../../../lapangan/theme.js";
import { button, frame, h, linkButton, toast } from "../dom.js";
import { heldWords } from "../state.js";
import { forget, recall } from "../store.js";
import { angka, umur } from "../words.js";
import { notices, pill } from "./parts.js";
import { save } from "./status.js";

/** The look that was chosen on this phone. */
export const look = theme("tidar-pungut-tampilan");

/** The screen. */
export async function render(app) {
  const { state } = app;
  const printer = await recall("printer");
  const { route, moment } = state;
  const age = route ? `${angka(route.stalls.length)} lapak, diunduh ${umur(route.fetched, moment)}` : "belum diunduh";
  const install = app.memory.install && button("Pasang di layar utama", async () => {
    await app.memory.install.prompt();
    app.memory.install = null;
    app.draw();
  }, { mark: "phone" });
  const otherPrinter = printer && button(`Ganti pencetak (${printer.name})`, async () => {
    await forget("printer");
    toast("Pencetak dipilih lagi saat mencetak.");
    app.draw();
  }, { mark: "printer" });
  return frame({
    title: "Lainnya", over: state.device ? `${state.device.name} · ${state.device.code}` : "", pill: pill(state),
    body: [await notices(state), h("div", { class: "stack" },
      linkButton("Siapkan rute", "#/siap", { mark: "download" }), h("p", { class: "hint" }, age),
      linkButton("Jual karcis", "#/karcis", { mark: "ticket" }),
      linkButton("Kiriman ke kota", "#/kirim", { mark: "send" }), h("p", { class: "hint" }, heldWords(state)),
      otherPrinter, button("Simpan ke berkas", save, { mark: "save" }), install), looksCard(look),
    h("p", { class: "muted" }, `Versi ${document.documentElement.dataset.version ?? ""}`)],
    tab: "lainnya",
  });
}
