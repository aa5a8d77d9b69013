/** Who is here: ticks on the post's own list. */
import { button, h, toast } from "../../../lapangan/dom.js";
import { attend } from "../round.js";
import { frame, memberTicks, roundWord } from "./parts.js";

/** The screen. */
export function render(app) {
  const { state } = app;
  const back = state.round ? "#/ronda" : "#/";
  const { members } = state.pack;
  if (!state.round) return frame(app, { title: "Kehadiran", back, body: [h("p", null, `Mulai ${roundWord(state)} dulu.`)] });
  const present = new Set(state.round.present ?? []);
  const go = button("Simpan kehadiran", async () => {
    go.disabled = true;
    try {
      await attend([...present]);
      app.send();
      toast("Kehadiran tersimpan di HP.");
      app.go("#/ronda");
    } catch (error) {
      toast(error.message);
      go.disabled = false;
    }
  }, { kind: "primary", mark: "check" });
  return frame(app, {
    title: "Kehadiran", over: state.pack.post.title, back,
    body: [members.length ? memberTicks(members, present, "Siapa hadir?") : h("p", { class: "muted" }, "Daftar anggota belum diisi koordinator.")],
    actions: members.length ? [go] : [],
  });
}
