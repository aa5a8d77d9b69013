/** Everything that is not needed every minute. */
import { button, frame, h, linkButton, toast } from "../dom.js";
import { heldWords } from "../state.js";
import { forget, recall } from "../store.js";
import { angka, umur } from "../words.js";
import { notices, pill } from "./parts.js";
import { save } from "./status.js";

/** Where the choice is kept. */
export const THEME = "tidar-pungut-tampilan";
const THEMES = [["", "Ikut HP"], ["light", "Terang"], ["dark", "Gelap"]];

/** Paint the chosen theme; "" is the phone's own. */
export function paint(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

function themes() {
  const set = (value) => {
    localStorage.setItem(THEME, value);
    paint(value);
    mark();
  };
  const chips = THEMES.map(([value, text]) =>
    h("button", { type: "button", class: "chip", "data-look": value, onclick: () => set(value) }, text));
  const mark = () => {
    const chosen = localStorage.getItem(THEME) ?? "";
    chips.forEach((chip) => chip.setAttribute("aria-pressed", String(chip.dataset.look === chosen)));
  };
  mark();
  const group = h("div", { class: "chips", role: "group", "aria-labelledby": "tampilan" }, chips);
  return h("section", { class: "card", "aria-labelledby": "tampilan" }, h("h2", { id: "tampilan" }, "Tampilan"), group);
}

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
      otherPrinter, button("Simpan ke berkas", save, { mark: "save" }), install), themes(),
    h("p", { class: "muted" }, `Versi ${document.documentElement.dataset.version ?? ""}`)],
    tab: "lainnya",
  });
}
