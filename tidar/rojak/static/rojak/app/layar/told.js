/** The round told to the group: a text that is made on the phone, to share or to copy. */
import { button, h, icon, linkButton, notice, toast } from "../../../lapangan/dom.js";
import { allLatest } from "../store.js";
import { capital, frame, roundWord } from "./parts.js";
import { summary } from "./summary.js";
import { walk } from "./walk.js";

export const live = true;

async function copied(text) {
  await navigator.clipboard.writeText(text);
  toast("Disalin. Tempelkan di grup.");
}

async function shared(text) {
  try {
    if (navigator.share) await navigator.share({ text });
    else await copied(text);
  } catch (error) {
    if (error.name !== "AbortError") toast("Belum bisa dibagikan. Salin teksnya.");
  }
}

/** The text of a round of this phone, or "" when the phone does not know it. */
async function textOf(state, id) {
  const items = (await allLatest()).filter((item) => item.round === id || item.id === id);
  const begun = items.find((item) => item.kind === "round_start") ?? items.find((item) => item.kind === "leg");
  if (!begun) return "";
  const ended = items.find((item) => item.kind === "round_end");
  const route = await walk({ ...state, round: { id } });
  return summary(state.pack, {
    round: { started: new Date(begun.at), ended: ended ? new Date(ended.at) : null },
    segments: route.segments.map(({ code, title }) => ({ title, done: route.done.has(code) })),
    findings: items.filter((item) => item.kind === "finding" && item.state !== "ditolak").map((item) => ({ key: item.data.kind })),
    activities: items.filter((item) => item.kind === "activity").map(({ data }) => ({ key: data.kind, participants: data.participants })),
    distance: ended?.data.distance_m ?? null,
  });
}

/** The screen. */
export async function render(app) {
  const { state, params } = app;
  const text = await textOf(state, params[0]);
  const word = roundWord(state);
  if (!text) return frame(app, { title: "Ringkasan", back: "#/", body: [h("p", null, `${capital(word)} ini tidak ada di HP.`)] });
  const waits = state.waiting + state.photosWaiting;
  return frame(app, {
    title: `${capital(word)} selesai`, over: state.pack.post.title,
    body: [h("div", { class: "done" }, h("div", { class: "done__tick" }, icon("flag"))),
      waits ? notice("info", `Tersimpan di HP. ${state.waiting} catatan dan ${state.photosWaiting} foto dikirim sendiri saat ada sinyal.`)
        : notice("ok", "Semua sudah diterima kota."),
      h("section", { class: "card", "aria-labelledby": "untuk-grup" }, h("h2", { id: "untuk-grup" }, "Untuk grup"), h("p", { class: "told" }, text),
        h("p", { class: "muted" }, "Tanpa nama orang, rumah, atau temuan tentang orang."))],
    actions: [button("Bagikan ke grup", () => shared(text), { kind: "primary", mark: "share" }),
      h("div", { class: "pairs" }, button("Salin", () => copied(text).catch(() => toast("Belum bisa disalin.")), { mark: "copy" }), linkButton("Selesai", "#/", { mark: "check" }))],
  });
}
