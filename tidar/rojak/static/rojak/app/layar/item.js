/** One item: the three honest states one under the other, what it says, and changing it. */
import { h, icon, linkButton, notice } from "../../../lapangan/dom.js";
import { jam, tanggal } from "../../../lapangan/words.js";
import { EDITABLE, editable, latest } from "../items.js";
import { photo, stateOfPhoto } from "../photos.js";
import { stateOf } from "../state.js";
import { versions } from "../store.js";
import { capital, frame, itemPlace, itemTitle } from "./parts.js";
import { row } from "./shots.js";

export const live = true;
const SEVERITIES = { 1: "Ringan", 2: "Biasa", 3: "Segera" };

/** `[done, words]` for each state; done is true, false or "bad". */
export function stepsOf(item, photos) {
  const [tone, words] = stateOf(item);
  const taken = tone === "ok";
  const steps = [[true, "Tersimpan di HP"], [taken ? true : tone === "info" ? false : "bad", taken ? capital(words) : tone === "info" ? "Menunggu sinyal untuk dikirim ke kota" : capital(words)]];
  if (!photos.length) return steps;
  const there = photos.filter((each) => each?.state === "diterima").length;
  const bad = photos.map(stateOfPhoto).find(([kind]) => kind === "bad" || kind === "warn");
  if (bad) return [...steps, ["bad", capital(bad[1])]];
  const all = there === photos.length;
  return [...steps, [all, all ? `Foto diterima (${there})` : `Foto diterima ${there} dari ${photos.length}`]];
}

function stepList(steps) {
  const mark = (done) => (done === true ? "check" : done === "bad" ? "alert" : "clock");
  const said = (done) => (done === true ? "sudah" : done === "bad" ? "perlu dilihat" : "belum");
  const one = ([done, words]) => h("li", { class: `step step--${done === true ? "done" : done === "bad" ? "bad" : "wait"}` },
    h("span", { class: "step__mark" }, icon(mark(done))), h("span", null, words, h("span", { class: "visually-hidden" }, `, ${said(done)}`)));
  return h("ol", { class: "stepping", "aria-label": "Sampai di mana catatan ini" }, steps.map(one));
}

function answerWords(question, value) {
  if (question.type === "photo") return value ? "foto di bawah" : "";
  const titles = new Map((question.choices ?? []).map(([key, label]) => [key, label]));
  const list = Array.isArray(value) ? value : [value];
  return list.filter((each) => each !== null && each !== "").map((each) => titles.get(String(each)) ?? String(each)).join(", ");
}

function answersOf(state, item) {
  const form = state.pack?.forms?.[item.data.form];
  const list = form?.definition?.questions ?? [];
  return list.filter((question) => item.data.answers?.[question.name] !== undefined)
    .map((question) => [question.label, answerWords(question, item.data.answers[question.name])]);
}

function facts(state, item) {
  const { data } = item;
  const place = data.position ? `±${data.position.accuracy_m} m` : "tidak diketahui";
  const rows = [
    ["Waktu", `${tanggal(new Date(item.at))} ${jam(new Date(item.at))}`], ["Tempat", itemPlace(state, item)],
    "position" in data && ["Posisi", place], ["Mendesak", SEVERITIES[data.severity]],
    item.kind === "activity" && ["Peserta", String(data.participants)], item.kind === "activity" && data.minutes > 0 && ["Lama", `${data.minutes} menit`],
    ...answersOf(state, item), ["Catatan", data.note], item.revision > 1 && ["Versi", String(item.revision)],
  ];
  const line = ([term, value]) => h("div", null, h("dt", null, term), h("dd", null, value));
  return h("dl", { class: "facts" }, rows.filter((pair) => pair && pair[1]).map(line));
}

/** A finding whose kind has questions that are not answered yet. */
function unanswered(state, item) {
  const kind = item.kind === "finding" && state.pack?.kinds.find((each) => each.key === item.data.kind);
  const form = kind && !item.data.form && state.pack.forms?.[kind.form];
  return form ? form.definition.questions.filter(({ required }) => required !== false).length : 0;
}

const changeHref = (item) => (item.kind === "activity" ? `#/kegiatan/${item.id}` : `#/ubah/${item.id}`);

/** The screen. */
export async function render(app) {
  const { state, params } = app;
  const item = await latest(params[0]);
  if (!item) return frame(app, { title: "Catatan", back: "#/catatan", body: [h("p", null, "Catatan ini tidak ada di HP.")] });
  const all = await versions(item.id);
  const photos = await Promise.all(item.photos.map(photo));
  const saved = app.memory.saved === item.id;
  app.onLeave(() => (app.memory.saved = ""));
  const onward = state.round ? linkButton("Kembali ke ronda", "#/ronda", { kind: saved ? "primary" : "", mark: "bike" })
    : linkButton("Selesai", "#/", { kind: saved ? "primary" : "", mark: "check" });
  const open = unanswered(state, item);
  const clash = all.find((version) => version.state === "bentrok");
  return frame(app, {
    title: saved ? "Tersimpan" : itemTitle(state, item), over: saved ? itemTitle(state, item) : jam(new Date(item.at)),
    back: saved ? null : "#/catatan",
    body: [saved && h("div", { class: "done" }, h("div", { class: "done__tick" }, icon("check"))),
      h("section", { class: "card" }, stepList(stepsOf(item, photos))),
      clash && notice("warn", clash.sentence || "Catatan ini juga diubah di HP lain. Ketua RW akan memilih."),
      open > 0 && notice("info", "Isian belum lengkap. Lengkapi sekarang, atau nanti di pos.",
        h("a", { class: "notice__link", href: changeHref(item) }, "Lengkapi isian")),
      h("section", { class: "card" }, facts(state, item), await row(item.photos))],
    actions: [EDITABLE.has(item.kind) && editable(item) && linkButton(saved ? "Ubah" : "Ubah catatan ini", changeHref(item), { mark: "pen" }), onward].filter(Boolean),
  });
}
