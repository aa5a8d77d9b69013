/** The round goes on with another leader, or on another phone: this one shows a code, the other scans or types it. */
import { button, drawing, h, notice, toast } from "../../../lapangan/dom.js";
import { look } from "../../../lapangan/scan.js";
import { handover, leg, takeOver } from "../round.js";
import { capital, frame, roundWord } from "./parts.js";
import { chosenLeader, leaderField } from "./start.js";

async function giving(app) {
  const { state } = app;
  const word = roundWord(state);
  if (!state.round) return frame(app, { title: "Ganti ketua", back: "#/", body: [h("p", null, `Mulai ${word} dulu.`)] });
  const { matrix, path } = await import("../../../lapangan/qr.js");
  const text = await handover();
  const modules = matrix(text);
  const go = button("Simpan ketua baru", async () => {
    const leader = chosenLeader();
    if (!leader) return toast("Pilih dulu ketuanya.");
    go.disabled = true;
    try {
      await leg(leader);
      app.send();
      toast("Ketua regu diganti.");
      app.go("#/ronda");
    } catch (error) {
      toast(error.message);
      go.disabled = false;
    }
  }, { kind: "primary", mark: "check" });
  return frame(app, {
    title: "Ganti ketua", over: `${capital(word)} berjalan`, back: "#/ronda",
    body: [h("section", { class: "card" }, h("h2", null, "Ketua baru, HP tetap ini"), leaderField(state, state.round.leader ?? "")),
      h("section", { class: "card" }, h("h2", null, "Pindah ke HP lain"), h("p", null, `Di HP lain: Mulai ${word}, lalu "Lanjutkan dari HP lain", lalu pindai kode ini.`),
        drawing(path(modules), modules.length + 8, `Kode ${word} untuk HP lain`), h("details", null, h("summary", null, "Tidak bisa memindai?"), h("p", { class: "code" }, text)))],
    actions: [go],
  });
}

function taking(app) {
  const { state } = app;
  const said = h("div", { role: "status" });
  const video = h("video", { class: "scan__video", playsinline: true, muted: true, "aria-label": "Gambar kamera" });
  const field = h("input", { id: "kode-ronda", class: "field", autocomplete: "off", spellcheck: "false" });
  const seen = h("div", { class: "scan scan--low" }, video, h("div", { class: "scan__frame", "aria-hidden": "true" }));
  let busy = false;
  async function take(text) {
    if (busy) return;
    busy = true;
    try {
      await takeOver(text, chosenLeader());
      app.send();
      toast(`${capital(roundWord(state))} dilanjutkan di HP ini.`);
      app.go("#/ronda");
    } catch (error) {
      said.replaceChildren(notice("warn", error.message));
    }
    busy = false;
  }
  let camera = null;
  let left = false;
  look(video, (text) => (take(text), text.startsWith("rojak:"))).then(
    (opened) => ((camera = opened), left && camera.stop()),
    (error) => ((seen.hidden = true), said.replaceChildren(notice("info", error.message))));
  app.onLeave(() => ((left = true), camera?.stop()));
  return frame(app, {
    title: "Lanjutkan", over: `${capital(roundWord(state))} dari HP lain`, back: "#/mulai",
    body: [h("section", { class: "card" }, leaderField(state, state.pack.me ?? "")),
      seen, said,
      h("section", { class: "card" }, h("label", { for: "kode-ronda" }, "Atau ketik kodenya"), field)],
    actions: [button(`Lanjutkan ${roundWord(state)}`, () => take(field.value), { kind: "primary", mark: "bike" })],
  });
}

/** The screen. */
export const render = (app) => (app.params[0] === "terima" ? taking(app) : giving(app));

