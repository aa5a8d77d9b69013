/** Scanning a checkpoint's sticker, or typing what it says where the camera or the sticker fails. */
import { button, h, linkButton, notice, toast } from "../../../lapangan/dom.js";
import { look } from "../../../lapangan/scan.js";
import { watch } from "../gps.js";
import { check } from "../round.js";
import { checkpointOf } from "../stickers.js";
import { frame, segmentWord } from "./parts.js";

const UNKNOWN = "Stiker ini bukan dari pos Anda. Coba stiker lain, atau ketuk di daftar.";

/** Keep a check of this sticker; returns whether it was one of ours. */
async function arrived(app, text, how, say) {
  const point = checkpointOf(app.state.pack, text);
  if (!point) {
    say(notice("warn", UNKNOWN));
    return false;
  }
  const [code, title, segment] = point;
  await check({ segment, checkpoint: code, how });
  navigator.vibrate?.(60);
  toast(`${title} diperiksa. Tersimpan di HP.`);
  app.send();
  app.go(`#/ronda/${encodeURIComponent(segment)}`);
  return true;
}

function typing(app) {
  const said = h("div", { role: "status" });
  const field = h("input", {
    id: "kode", class: "field", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 40, placeholder: "KMR-01-A",
  });
  const go = async (event) => {
    event?.preventDefault();
    if (field.value.trim()) await arrived(app, field.value.trim(), "qr", (node) => said.replaceChildren(node));
  };
  const form = h("form", { class: "card", onsubmit: go }, h("label", { for: "kode" }, "Kode di bawah gambar stiker"), field, said);
  return frame(app, {
    title: "Ketik kode", back: "#/ronda", body: [form],
    actions: [button("Periksa", go, { kind: "primary", mark: "check" }), linkButton("Pakai kamera", "#/pindai", { mark: "scan" })],
  });
}

function seeing(app) {
  const video = h("video", { class: "scan__video", playsinline: true, muted: true, "aria-label": "Gambar kamera" });
  const said = h("div", { class: "scan__said" },
    h("p", { class: "muted", role: "status" }, `Arahkan kamera ke stiker ${segmentWord(app.state)}.`));
  const seen = h("div", { class: "scan" }, video, h("div", { class: "scan__frame", "aria-hidden": "true" }));
  const lamp = h("div", null);
  let camera = null;
  let left = false;
  const found = (text) => {
    const ours = Boolean(checkpointOf(app.state.pack, text));
    arrived(app, text, "qr", (node) => said.replaceChildren(node)).catch((error) => toast(error.message));
    return ours;
  };
  look(video, found).then(
    (opened) => {
      camera = opened;
      if (left) return camera.stop();
      let on = false;
      if (camera.light) lamp.replaceChildren(button("Lampu", () => camera.light((on = !on)), { mark: "sun" }));
    },
    (error) => {
      seen.hidden = true;
      said.replaceChildren(notice("bad", error.message));
    },
  );
  app.onLeave(() => {
    left = true;
    camera?.stop();
  });
  return frame(app, {
    title: "Pindai stiker", back: "#/ronda",
    body: [seen, said],
    actions: [linkButton("Ketik kode saja", "#/pindai/ketik", { mark: "keys" }), lamp],
  });
}

/** The screen; the camera stops when it is left. */
export function render(app) {
  app.onLeave(watch({ onfix: () => {} }));
  return app.params[0] === "ketik" ? typing(app) : seeing(app);
}
