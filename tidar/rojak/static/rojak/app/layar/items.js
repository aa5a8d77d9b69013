/** Everything this phone has written down, with its honest state; how it compares with the city; the way out as a file. */
import { button, h, linkButton, notice, toast } from "../../../lapangan/dom.js";
import { offer } from "../../../lapangan/files.js";
import { angka, hari, jam, umur } from "../../../lapangan/words.js";
import { asFile, fileName } from "../export.js";
import { photo } from "../photos.js";
import { heldWords, photoWords } from "../state.js";
import { allLatest } from "../store.js";
import { begun } from "./kinds.js";
import { capital, frame, itemRow, notices } from "./parts.js";

export const live = true;
const SHOWN = 60;
const OPEN = new Set(["bentrok", "ditahan", "ditolak"]);
const HIDDEN = new Set(["track"]); // hundreds of small parts that say nothing to her; they are in the counts

/** Offer what the city has not accepted as a file. */
export async function save() {
  offer(await asFile(), await fileName());
  toast("Berkas disimpan di folder Unduhan.");
}

function comparison(state) {
  const { server, waiting, photosWaiting, moment, problem } = state;
  const at = server?.at && `Terakhir tersambung ${umur(server.at, moment)}, pukul ${jam(new Date(server.at))}.`;
  const rest = [waiting && `${angka(waiting)} catatan`, photosWaiting && `${angka(photosWaiting)} foto`].filter(Boolean).join(" dan ");
  return h("section", { class: "card", "aria-labelledby": "banding" },
    h("h2", { id: "banding" }, "HP ini dan kota"), h("p", { class: "compare" }, capital(heldWords(state))),
    h("p", null, rest ? `${rest} masih di HP ini, dikirim sendiri saat ada sinyal.` : "Tidak ada yang tertinggal di HP."),
    h("p", { class: "muted" }, at || "Belum pernah tersambung."),
    problem?.problem === "sinyal" && waiting > 0 && h("p", { class: "muted" }, problem.sentence));
}

async function drafts({ pack }) {
  const list = pack ? await begun(pack) : [];
  if (!list.length) return "";
  const one = ([kind, value]) => h("li", null, h("a", { class: "record record--draft", href: `#/catat/${encodeURIComponent(kind.key)}` },
    h("span", { class: "record__what" }, kind.title), h("span", { class: "record__time" }, jam(new Date(value.at))),
    h("span", { class: "record__state" }, "Belum selesai. Ketuk untuk melanjutkan.")));
  return h("section", { class: "stack", "aria-labelledby": "draf" }, h("h2", { id: "draf" }, "Belum selesai"), h("ul", { class: "list" }, list.map(one)));
}

async function row(state, item) {
  const [tone, words] = photoWords(item, await Promise.all(item.photos.map(photo))) ?? [];
  return itemRow(state, item, words && { tone, words: capital(words) });
}

async function group(state, title, list) {
  if (!list.length) return "";
  const id = `kelompok-${title.toLowerCase().replace(/\W+/g, "-")}`;
  const rows = await Promise.all(list.slice(0, SHOWN).map((item) => row(state, item)));
  const more = list.length - rows.length;
  return h("section", { class: "stack", "aria-labelledby": id }, h("h2", { id }, title), h("ul", { class: "list" }, rows),
    more > 0 && h("p", { class: "muted" }, `dan ${angka(more)} catatan lebih lama`));
}

/** The screen. */
export async function render(app) {
  const { state } = app;
  const all = (await allLatest()).filter((item) => !HIDDEN.has(item.kind));
  const asking = all.filter((item) => OPEN.has(item.state));
  const rest = all.filter((item) => !OPEN.has(item.state));
  const today = rest.filter((item) => hari(new Date(item.at)) === hari(state.moment));
  const older = rest.filter((item) => !today.includes(item));
  const clashes = asking.filter((item) => item.state === "bentrok").length;
  const file = button("Simpan ke berkas", save, { mark: "save" });
  return frame(app, {
    title: "Catatan", over: state.device?.code ?? "",
    body: [await notices(app), comparison(state), clashes > 0 && notice("warn", `${clashes} bentrok: diubah di dua HP. Keduanya disimpan, ketua RW yang memilih.`),
      await drafts(state), await group(state, "Perlu dilihat", asking), await group(state, "Hari ini", today), await group(state, "Sebelumnya", older),
      all.length === 0 && h("p", { class: "muted" }, "Belum ada catatan di HP ini."), all.length > 0 && file,
      !state.pack && linkButton("Siapkan HP", "#/siap", { mark: "download" })],
    actions: [button("Kirim sekarang", async () => {
      toast("Mengirim …");
      await app.send({ ask: true });
      toast(app.state.waiting ? "Belum semua terkirim. Dikirim sendiri nanti." : "Semua sudah diterima kota.");
    }, { kind: "primary", mark: "send" })],
    tab: "catatan",
  });
}
