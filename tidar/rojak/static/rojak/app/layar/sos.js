/** Calling for help: held down for a second and a half, so that no slip sends it; with a second way for who cannot hold. */
import { button, h, icon, linkButton, notice, toast } from "../../../lapangan/dom.js";
import { jam } from "../../../lapangan/words.js";
import { fix, watch } from "../gps.js";
import { sos } from "../round.js";
import { stateOf } from "../state.js";
import { byKind } from "../store.js";
import { capital, frame } from "./parts.js";

export const live = true;

/** How long the button is held (milliseconds). */
export const HOLD = 1500;
const RECENT = 3600000;

/** A button that does `work` once it was held long enough, by finger, mouse, space or Enter. */
function holding(work) {
  let timer = null;
  const node = h("button", { type: "button", class: "alarm", id: "sos-tahan" }, h("span", { class: "alarm__fill", "aria-hidden": "true" }),
    icon("sos"), h("span", { class: "alarm__text" }, "Tahan untuk minta tolong"));
  const stop = () => {
    clearTimeout(timer);
    timer = null;
    node.classList.remove("alarm--held");
  };
  const begin = () => {
    if (timer) return;
    node.classList.add("alarm--held");
    navigator.vibrate?.(30);
    timer = setTimeout(() => (stop(), work()), HOLD);
  };
  node.addEventListener("pointerdown", (event) => (node.setPointerCapture(event.pointerId), begin()));
  for (const name of ["pointerup", "pointercancel", "blur"]) node.addEventListener(name, stop);
  node.addEventListener("keydown", (event) => [" ", "Enter"].includes(event.key) && (event.preventDefault(), event.repeat || begin()));
  node.addEventListener("keyup", stop);
  node.addEventListener("contextmenu", (event) => event.preventDefault());
  return node;
}

function placeWords() {
  const found = fix();
  return found ? `Tempat Anda ikut dikirim, ±${found.accuracy_m} m.` : "Tempat Anda belum diketahui. Permintaan tetap dikirim.";
}

function sent(item) {
  const [tone, words] = stateOf(item);
  const at = `SOS pukul ${jam(new Date(item.at))}`;
  if (tone === "ok") return notice("ok", `${at}: ${words}. Koordinator diberi tahu.`);
  if (tone === "info") return notice("bad", `${at}: baru tersimpan di HP, belum ada sinyal. Telepon atau berteriaklah. HP terus mencoba mengirim.`);
  return notice("warn", `${at}: ${capital(words)}`);
}

/** The screen. */
export async function render(app) {
  const { state } = app;
  const ready = state.device?.code && state.pack;
  const recent = (await byKind("sos")).filter((item) => state.moment - item.at < RECENT);
  const call = async () => {
    try {
      await sos("");
      navigator.vibrate?.([200, 100, 200]);
      await app.draw();
      await app.send();
    } catch (error) {
      toast(error.message);
    }
  };
  const place = h("p", { class: "muted" }, placeWords());
  app.onLeave(watch({ onfix: () => (place.textContent = placeWords()) }));
  const other = h("details", null, h("summary", null, "Tidak bisa menahan tombol?"),
    button("Ya, kirim SOS sekarang", call, { kind: "danger", mark: "sos", "data-key": "sos-kirim" }));
  const phone = h("div", { class: "pairs" }, linkButton("112 Darurat", "tel:112", { mark: "call" }), linkButton("110 Polisi", "tel:110", { mark: "call" }));
  return frame(app, {
    title: "Minta tolong", alarm: false, back: state.round ? "#/ronda" : "#/",
    body: [recent.map(sent), ready ? [holding(call), place, other] : notice("warn", "HP ini belum siap mengirim SOS. Telepon saja."),
      h("section", { class: "stack", "aria-labelledby": "telepon" }, h("h2", { id: "telepon" }, "Telepon"), phone)],
  });
}
