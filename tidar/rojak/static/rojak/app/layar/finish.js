/** The end of a round: what was done, what was not, one tap to end. */
import { button, h, linkButton, notice, toast } from "../../../lapangan/dom.js";
import { angka } from "../../../lapangan/words.js";
import { end } from "../round.js";
import { release } from "../wake.js";
import { settle } from "./deeds.js";
import { capital, frame, roundWord, segmentWord } from "./parts.js";
import { walk } from "./walk.js";

/** The screen. */
export async function render(app) {
  const { state } = app;
  const word = roundWord(state);
  if (!state.round) return frame(app, { title: `Belum ada ${word}`, back: "#/", body: [linkButton(`Mulai ${word}`, "#/mulai", { kind: "primary" })] });
  const route = await walk(state);
  const left = route.segments.filter((segment) => !route.done.has(segment.code));
  const of = (kind) => route.items.filter((item) => item.kind === kind).length;
  const note = h("textarea", { id: "catatan", class: "field field--tall", rows: 2, maxlength: 500 });
  const go = button(`Akhiri ${word}`, async () => {
    go.disabled = true;
    try {
      const { id } = state.round;
      await settle({ all: true });
      await end({ note: note.value.trim() });
      await release();
      app.send();
      await app.replace(`#/ringkas/${id}`);
    } catch (error) {
      toast(error.message);
      go.disabled = false;
    }
  }, { kind: "primary", mark: "flag" });
  const row = (term, value) => h("div", null, h("dt", null, term), h("dd", null, value));
  return frame(app, {
    title: `Akhiri ${word}?`, over: state.pack.post.title, back: "#/ronda",
    body: [h("section", { class: "card" }, h("dl", { class: "facts" },
      row(capital(segmentWord(state)), `${angka(route.done.size)} dari ${angka(route.segments.length)}`), row("Temuan", angka(of("finding"))),
      row("Kegiatan", angka(of("activity"))))),
    left.length > 0 && notice("warn", `Belum diperiksa: ${left.slice(0, 4).map((segment) => segment.title).join(", ")}${left.length > 4 ? `, dan ${angka(left.length - 4)} lagi` : ""}.`),
    h("section", { class: "card" }, h("label", { for: "catatan" }, "Catatan untuk koordinator, boleh kosong"), note)],
    actions: [go, linkButton(`Lanjutkan ${word}`, "#/ronda", { mark: "bike" })],
  });
}
