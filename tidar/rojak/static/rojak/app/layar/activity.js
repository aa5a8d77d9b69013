/** Something that was done with residents: the kind and how many came. Nobody is named. */
import { button, h, toast } from "../../../lapangan/dom.js";
import { uuid7 } from "../../../lapangan/keys.js";
import { edit, latest } from "../items.js";
import { activity } from "../round.js";
import { draft, saveDraft } from "../store.js";
import { capital, frame, picker, segmentWord, stepper } from "./parts.js";
import { presentSegment, walk } from "./walk.js";

const KEY = "kegiatan";

async function begin(app) {
  const version = app.params[0] && (await latest(app.params[0]));
  if (version) return { made: { id: version.id, ...version.data }, editing: true, of: version.hash };
  const [only] = app.state.pack.activities.length === 1 ? app.state.pack.activities : [];
  const made = (await draft(KEY)) ?? {
    id: uuid7(), kind: only?.key ?? "", participants: 0, minutes: 30, note: "", segment: presentSegment(await walk(app.state)),
  };
  return { made, editing: false };
}

/** The screen. */
export async function render(app) {
  const { state } = app;
  const { made, editing, of } = await begin(app);
  const keep = (changes) => (Object.assign(made, changes), editing ? null : saveDraft(KEY, made));
  const kinds = picker("Kegiatan apa?", state.pack.activities.map(({ key, title }) => [key, title]), made.kind, (kind) => keep({ kind }), { wide: true });
  const where = ([code, title]) => h("option", { value: code, selected: code === made.segment }, title);
  const go = button("Simpan", async () => {
    if (!made.kind) return toast("Pilih dulu kegiatannya.");
    go.disabled = true;
    try {
      const { id, ...data } = made;
      if (editing) await edit(id, data, { of });
      else await activity(data, { id, dropDraft: KEY });
      app.memory.saved = id;
      app.send();
      app.replace(`#/catatan/${id}`);
    } catch (error) {
      toast(error.message);
      go.disabled = false;
    }
  }, { kind: "primary", mark: "check" });
  return frame(app, {
    title: editing ? "Perbaiki kegiatan" : "Kegiatan", over: state.pack.post.title, back: editing ? `#/catatan/${made.id}` : state.round ? "#/ronda" : "#/",
    body: [kinds,
      h("section", { class: "card" }, h("h2", null, "Berapa peserta?"), stepper("Peserta", made.participants, (participants) => keep({ participants })),
        h("p", { class: "muted" }, "Dihitung saja, tanpa nama.")),
      h("section", { class: "card" }, h("h2", null, "Berapa menit?"), stepper("Menit", made.minutes, (minutes) => keep({ minutes }), { step: 15, most: 600 })),
      h("section", { class: "card" }, h("div", null, h("label", { for: "ruas" }, capital(segmentWord(state))),
        h("select", { id: "ruas", class: "field", onchange: (event) => keep({ segment: event.target.value }) }, h("option", { value: "" }, "Belum ditentukan"), state.pack.segments.map(where))),
      h("div", null, h("label", { for: "catatan" }, "Catatan, boleh kosong"),
        h("textarea", { id: "catatan", class: "field field--tall", rows: 2, maxlength: 500, oninput: (event) => keep({ note: event.target.value }) }, made.note)))],
    actions: [go],
  });
}
