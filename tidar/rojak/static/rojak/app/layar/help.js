/** Help, short enough to be read at the roadside. */
import { h, icon } from "../../../lapangan/dom.js";
import { capital, frame, roundWord, segmentWord } from "./parts.js";
import { STATES } from "./rows.js";

const part = (title, ...lines) => h("section", { class: "card" }, h("h2", null, title), lines.map((line) => h("p", null, line)));

const MEANING = {
  late: "waktunya sudah lewat", never: "sejak didaftarkan", unknown: "diperiksa, tetapi satelit tidak memastikan tempatnya", soon: "periksa hari ini",
  ok: "diperiksa tepat waktu",
};

const colours = (segment) => h("section", { class: "card" }, h("h2", null, `Warna ${segment}`), h("ul", { class: "keys" },
  Object.entries(STATES).map(([kind, [mark, words]]) => h("li", { class: `key key--${kind}` }, icon(mark), h("span", null, `${words}: `, h("small", null, MEANING[kind]))))));

/** The screen. */
export function render(app) {
  const round = roundWord(app.state);
  const segment = segmentWord(app.state);
  return frame(app, {
    title: "Bantuan", back: "#/lainnya",
    body: [
      part("Sebelum berangkat", `Buka Siapkan ${round} saat ada sinyal. Sesudah tanda centang hijau, semuanya bisa dipakai tanpa sinyal.`),
      part(`Selama ${round}`, "Berhenti dulu, baru pegang HP.", `Pindai stiker, atau ketuk titiknya. Salah ketuk? Tekan Batal dalam 10 detik.`,
        "Temuan: pilih gambarnya, lalu Simpan. Foto dan isian bisa menyusul."),
      part("Foto", "Usap wajah dan pelat nomor sebelum dipakai. Yang terkirim hanya hasil usapan."),
      part("Tiga keadaan", "Tersimpan di HP: aman di sini, kota belum punya.", "Diterima kota: ada nomor RJ.", "Foto diterima: fotonya juga sudah sampai."),
      colours(segment),
      part("Keselamatan", "Jangan menegur orang yang mencurigakan sendirian. Tahan tombol SOS, atau telepon 112.", `${capital(round)} bukan untuk mengawasi tetangga. Catat tempatnya, bukan orangnya.`),
    ],
  });
}
