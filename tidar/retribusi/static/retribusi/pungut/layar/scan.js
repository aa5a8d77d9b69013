/** Scanning a stall's sticker. */
import { button, frame, h, linkButton, notice } from "../dom.js";
import { fromSticker } from "../route.js";
import { look } from "../../../lapangan/scan.js";

/** The screen; the camera stops when it is left. */
export function render(app) {
  const video = h("video", { class: "scan__video", playsinline: true, muted: true, "aria-label": "Gambar kamera" });
  const said = h("div", { class: "scan__said" }, h("p", { class: "muted", role: "status" }, "Arahkan kamera ke stiker lapak."));
  const lamp = h("div", null);
  let camera = null;
  let left = false;

  function found(text) {
    const code = fromSticker(text);
    if (code && app.state.stalls.has(code)) {
      app.replace(`#/lapak/${encodeURIComponent(code)}`);
      return true;
    }
    const sentence = code ? "Lapak ini tidak ada di rute Anda. Ketik nomornya." : "Ini bukan stiker lapak.";
    said.replaceChildren(notice("warn", sentence));
    return false;
  }

  look(video, found).then(
    (opened) => {
      camera = opened;
      if (left) return camera.stop();
      let on = false;
      if (camera.light) lamp.replaceChildren(button("Lampu", () => camera.light((on = !on)), { mark: "sun" }));
    },
    (error) => !left && said.replaceChildren(notice("bad", error.message)),
  );
  app.onLeave(() => {
    left = true;
    camera?.stop();
  });
  return frame({
    title: "Pindai stiker", back: "#/",
    body: [h("div", { class: "scan" }, video, h("div", { class: "scan__frame", "aria-hidden": "true" })), said],
    actions: [lamp, linkButton("Ketik nomor saja", "#/cari", { mark: "keys" })],
  });
}
