/** Everything that is not needed every minute. */
import { button, h, linkButton, notice } from "../../../lapangan/dom.js";
import { angka } from "../../../lapangan/words.js";
import { packAge } from "../pack.js";
import { forgetNotices } from "./houses.js";
import { save } from "./items.js";
import { chooseSize, chosen, chooseTheme, SIZES, THEMES } from "./looks.js";
import { frame, notices, picker, roundWord, segmentWord } from "./parts.js";

export const live = true;

/** A button that puts the app on the home screen, where the browser offers it. */
export function installing(app) {
  return app.memory.install && button("Pasang di layar utama", async () => {
    await app.memory.install.prompt();
    app.memory.install = null;
    app.draw();
  }, { mark: "phone" });
}

function signOut(app) {
  const rest = app.state.waiting + app.state.photosWaiting;
  const words = rest ? `${angka(rest)} catatan atau foto belum diterima kota. Tetap tersimpan di HP ini; kirim dulu sebelum keluar.`
    : "Catatan tetap tersimpan di HP ini.";
  return h("details", null, h("summary", null, "Keluar"), h("div", { class: "stack" }, notice(rest ? "warn" : "info", words),
    button("Ke halaman keluar", async () => {
      await forgetNotices({ all: true });
      location.assign("/akun/keluar/");
    }, { mark: "out" })));
}

/** The screen. */
export async function render(app) {
  const { state } = app;
  const look = chosen();
  const ended = state.ended && linkButton(`Ringkasan ${roundWord(state)} terakhir`, `#/ringkas/${state.ended.id}`, { mark: "share" });
  const count = state.pack ? `${angka(state.pack.segments.length)} ${segmentWord(state)}. ${packAge(state.pack, state.moment.getTime())}.` : "Belum diunduh.";
  return frame(app, {
    title: "Lainnya", over: state.device ? `${state.device.name} · ${state.device.code ?? ""}` : "",
    body: [await notices(app), h("div", { class: "stack" },
      linkButton(`Siapkan ${roundWord(state)}`, "#/siap", { mark: "download" }), h("p", { class: "hint" }, count), installing(app), ended,
      state.pack && linkButton("Catat kegiatan", "#/kegiatan", { mark: "talk" }), state.pack && linkButton("Rumah kosong dititipkan", "#/rumah", { mark: "house" }),
      button("Simpan ke berkas", save, { mark: "save" }), h("p", { class: "hint" }, "Semua yang belum diterima kota, termasuk foto."),
      linkButton("Bantuan", "#/bantuan", { mark: "help" })),
    h("section", { class: "stack", "aria-labelledby": "dengan-sinyal" }, h("h2", { id: "dengan-sinyal" }, "Perlu sinyal"),
      linkButton("Giliran saya dan tukar giliran", "/rojak/giliran/", { mark: "clock" }),
      linkButton("Mengisi dengan ODK Collect", "/formulir/odk/", { mark: "phone" })),
    h("section", { class: "card" }, picker("Tampilan", THEMES, look.theme, chooseTheme, { wide: true })),
    h("section", { class: "card" }, picker("Ukuran huruf", SIZES, look.size, chooseSize)),
    h("p", { class: "muted" }, `Bahasa Indonesia. Versi ${document.documentElement.dataset.version ?? ""}`), signOut(app)],
    tab: "lainnya",
  });
}
