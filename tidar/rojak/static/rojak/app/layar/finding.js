/**
 * One finding: everything on one screen, filled in beforehand as far as it can be, so that "Simpan" may be the next tap.
 * What is typed is kept as a draft with every change; the place is the one where the form was opened.
 */
import { button, choose, h, notice, toast } from "../../../lapangan/dom.js";
import { uuid7 } from "../../../lapangan/keys.js";
import { moment } from "../clock.js";
import { position, watch } from "../gps.js";
import { edit, editKnown, latest, make, UnableToKeep } from "../items.js";
import { discard } from "../photos.js";
import { draft, dropDraft, saveDraft } from "../store.js";
import { draftKey } from "./kinds.js";
import { duplicates, known } from "./near.js";
import { capital, frame, picker, segmentWord } from "./parts.js";
import { fromMicro } from "./place.js";
import { MOST, photosKept, shots } from "./shots.js";
import { presentSegment, walk } from "./walk.js";

const SEVERITIES = [["1", "Ringan"], ["2", "Biasa"], ["3", "Segera"]];
const PLACE_MS = 60000; // a better fix within this time is still of the same place

/** The draft of a kind: what was left half-filled, or a new one with everything that is known. */
async function fresh(kind, { route, round }) {
  const place = position();
  return (await draft(draftKey(kind.key))) ?? {
    id: uuid7(), begun: Date.now(), at: await moment(), severity: kind.severity, segment: presentSegment(route), answers: {},
    photos: [], note: "", position: place, round: round?.id ?? null, touched: false,
  };
}

/** What the city has accepted of a finding beyond what this phone knows: made or changed on another phone, or null. */
function fromCity({ pack }, id, version) {
  const row = pack.bodies?.[id];
  const newer = row && (!version || (!version.unsent && version.state !== "bentrok" && row.revision > version.revision));
  return newer ? { id, kind: "finding", ...row } : null;
}

/** An accepted or waiting finding, of this phone or another, as a draft of its next version. */
async function again(state, id) {
  const version = await latest(id);
  const city = fromCity(state, id, version);
  if (!version && !city) return null;
  const kept = await draft(`temuan:${id}`);
  const at = city ? Date.parse(city.at) : version.at;
  return kept ?? { id, of: version?.hash ?? null, city, at, ...structuredClone((city ?? version).data), touched: false };
}

function segmentField(state, value, onchange) {
  const choice = ([code, title]) => h("option", { value: code, selected: code === value }, title);
  return h("div", null, h("label", { for: "ruas" }, capital(segmentWord(state))),
    h("select", { id: "ruas", class: "field", onchange: (event) => onchange(event.target.value) },
      h("option", { value: "" }, "Belum ditentukan"), state.pack.segments.map(choice)));
}

function noteField(value, oninput) {
  return h("div", null, h("label", { for: "catatan" }, "Catatan, boleh kosong"),
    h("textarea", { id: "catatan", class: "field field--tall", rows: 2, maxlength: 500, oninput: (event) => oninput(event.target.value) }, value));
}

/** What may be the same finding, told above the button that saves. */
function nearby(app, { kind, made, list, editing }) {
  const place = h("div", { class: "near", "aria-live": "polite" });
  const say = () => {
    if (editing) return;
    const found = duplicates(list, { kind, segment: made.segment, position: fromMicro(made.position), at: made.at, except: made.id });
    const words = found[0] && `${found[0].words}${found.length > 1 ? `, dan ${found.length - 1} lagi` : ""}.`;
    if (place.dataset.words === (words ?? "")) return;
    place.dataset.words = words ?? "";
    place.replaceChildren(words ? notice("warn", words, h("button", {
      type: "button", class: "notice__link", onclick: () => theSame(app, kind),
    }, "Itu sama, tidak usah dicatat")) : "");
  };
  return [place, say];
}

async function theSame(app, kind) {
  await dropDraft(draftKey(kind.key));
  toast("Tidak dicatat dua kali.");
  app.go(app.state.round ? "#/ronda" : "#/");
}

function following(made, update) {
  return watch({
    onfix: (fix) => {
      if (Date.now() - made.begun > PLACE_MS || (made.position && made.position.accuracy_m <= fix.accuracy_m)) return;
      made.position = { lon_e6: fix.lon_e6, lat_e6: fix.lat_e6, accuracy_m: fix.accuracy_m };
      update();
    },
  });
}

const content = (kind, made, { form, answers, photos }) => ({
  kind: kind.key, segment: made.segment, position: made.position, severity: Number(made.severity), form: form ? kind.form : "",
  version: form?.version ?? "", answers, photos, note: made.note,
});

/** What to do with unanswered questions: null to stay, true to save without them for now. Nothing typed is lost. */
async function later(asked) {
  const [, sentence] = asked.problems()[0];
  const chosen = await choose(`Isian belum lengkap: ${sentence}`, [
    ["isi", "Isi sekarang", { kind: "primary", mark: "pen" }], ["nanti", "Simpan dulu, isi nanti", { mark: "clock" }],
  ]);
  if (chosen === "isi") asked.show();
  return chosen === "nanti" || null;
}

/** The answers that are signed: whole, or none yet; what was half answered stays as the draft of the next version. */
async function answersFor(asked, form) {
  if (!form) return { form: null, answers: {} };
  if (!asked.problems().length) return { form, answers: asked.final() };
  return asked.begun() && !(await later(asked)) ? null : { form: null, answers: {} };
}

/** Every photo of the finding once: its own, then those that answers name. */
const album = (made, asked) => [...new Set([...made.photos, ...asked.photos()])];

function write(made, data, { key: dropDraft, editing }) {
  if (made.city) return editKnown(made.city, data, { dropDraft });
  return editing ? edit(made.id, data, { dropDraft, of: made.of }) : make("finding", data, { id: made.id, at: made.at, round: made.round, dropDraft });
}

async function keepFinding(app, { kind, made, asked, form, key, editing }) {
  await photosKept();
  const parts = await answersFor(asked, form);
  if (!parts) return false;
  const data = content(kind, made, { ...parts, photos: album(made, asked) });
  const version = await write(made, data, { key, editing });
  if (form && !parts.form && asked.begun()) await saveDraft(`temuan:${made.id}`, { ...made, ...data, of: version.hash, city: null, answers: made.answers, touched: true });
  return true;
}

/** Who will read it. */
const readers = ({ sensitive, tells }) => (sensitive ? `Hanya dibaca ketua RW${tells ? ` dan ${tells}` : ""}.` : `Diketahui ${["koordinator", tells].filter(Boolean).join(" dan ")}.`);

function saver(app, parts) {
  const go = button("Simpan", async () => {
    go.disabled = true;
    try {
      if (await keepFinding(app, parts)) {
        app.memory.saved = parts.made.id;
        app.send();
        await app.replace(`#/catatan/${parts.made.id}`);
      }
    } catch (error) {
      if (!(error instanceof UnableToKeep)) console.error(error);
      toast(error.message);
    }
    go.disabled = false;
  }, { kind: "primary", mark: "check" });
  return go;
}

/** Leaving without saving: keep it for later, or throw it away. */
async function leave(app, key) {
  const chosen = await choose("Belum disimpan", [["nanti", "Lanjutkan nanti", { kind: "primary" }], ["buang", "Buang isian ini", { kind: "danger" }]]);
  if (chosen === "buang") await dropDraft(key);
  if (chosen) app.go(app.state.round ? "#/ronda" : "#/");
}

async function found(app) {
  const { state, params, name } = app;
  const route = await walk(state);
  const editing = name === "ubah";
  const kindOf = (key) => state.pack.kinds.find((each) => each.key === key);
  const made = editing ? await again(state, params[0]) : kindOf(params[0]) && (await fresh(kindOf(params[0]), { route, round: state.round }));
  return { route, editing, made, kind: made && kindOf(editing ? made.kind : params[0]) };
}

/** The screen. */
export async function render(app) {
  const { route, editing, made, kind } = await found(app);
  const back = editing && !made?.city ? `#/catatan/${app.params[0]}` : "#/temuan";
  if (!kind) return frame(app, { title: "Temuan", back, body: [h("p", null, "Temuan ini tidak ada di HP.")] });
  const key = editing ? `temuan:${made.id}` : draftKey(kind.key);
  const list = known(app.state.pack, route.findings);
  const [near, say] = nearby(app, { kind, made, list, editing });
  const keep = (changes) => (Object.assign(made, changes, { touched: true }), say(), saveDraft(key, made));
  const form = kind.form && app.state.pack.forms?.[kind.form];
  const { questions } = await import("./questions.js"); // forms are the heaviest part, and not what a phone opens with
  const all = () => album(made, asked);
  const room = { full: () => all().length >= MOST, drop: (sha256) => all().includes(sha256) || discard(sha256) };
  const asked = questions(form, made.answers, (answers) => keep({ answers }), room);
  made.photos = made.photos.filter((sha256) => !asked.photos().includes(sha256));
  const photos = await shots(made.photos, () => keep({}), { wanted: kind.wants_photo, ...room });
  if (!editing) app.onLeave(following(made, () => (made.touched ? saveDraft(key, made) : null, say())));
  say();
  return frame(app, {
    title: kind.title, over: made.city ? "Dari HP lain" : editing ? "Perbaiki temuan" : kind.sensitive ? "Temuan, rahasia" : "Temuan", back,
    body: [picker("Seberapa mendesak?", SEVERITIES, String(made.severity), (severity) => keep({ severity: Number(severity) })),
      h("p", { class: "muted" }, readers(kind)),
      asked.node, photos, h("section", { class: "card" }, segmentField(app.state, made.segment, (segment) => keep({ segment })),
        noteField(made.note, (note) => keep({ note }))),
      button("Tutup tanpa menyimpan", () => leave(app, key), { kind: "quiet" })],
    actions: [near, saver(app, { kind, made, asked, form, key, editing })],
  });
}
