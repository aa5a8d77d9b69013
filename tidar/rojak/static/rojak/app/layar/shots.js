/** Photos of a finding: take or choose, wipe faces, keep on the phone, throw away again. */
import { button, h, icon, toast } from "../../../lapangan/dom.js";
import { discard, keep, reduce, url } from "../photos.js";
import { wiped } from "./blur.js";

const MOST = 6;
const FULL = `Paling banyak ${MOST} foto.`;

let keeping = Promise.resolve();

/** Wait until photos that were accepted are on the phone: a quick "Simpan" must not leave one behind. */
export const photosKept = () => keeping;

async function thumb(sha256, number, onremove) {
  const address = await url(sha256);
  const picture = address ? h("img", { src: address, alt: `Foto ${number}`, onload: () => URL.revokeObjectURL(address) })
    : h("span", { class: "shot__gone" }, icon("image"), h("span", { class: "visually-hidden" }, `Foto ${number}, sudah di kota`));
  return h("li", { class: "shot" }, picture, onremove && h("button", {
    type: "button", class: "shot__off", "aria-label": `Buang foto ${number}`, onclick: onremove,
  }, icon("close")));
}

/** A row of photos without buttons: for looking only. */
export const row = async (photos) => (photos.length
  ? h("ul", { class: "shots" }, await Promise.all(photos.map((sha256, index) => thumb(sha256, index + 1)))) : "");

/** The part of a form with photos. `photos` (sha256 list) is changed in place; `onchange()` after each change. */
export async function shots(photos, onchange, { wanted = false } = {}) {
  const list = h("ul", { class: "shots" });
  async function paint() {
    const remove = (sha256) => async () => {
      photos.splice(photos.indexOf(sha256), 1);
      await discard(sha256);
      await onchange();
      await paint();
    };
    list.replaceChildren(...await Promise.all(photos.map((sha256, index) => thumb(sha256, index + 1, remove(sha256)))));
  }
  async function take(files) {
    for (const file of files) {
      if (photos.length >= MOST) return toast(FULL);
      const picture = await reduce(file);
      if (!(await wiped(picture))) continue;
      const kept = keep(picture.canvas).then(async ({ sha256 }) => {
        if (!photos.includes(sha256)) photos.push(sha256);
        await onchange();
      });
      keeping = kept.catch(() => {}); // what went wrong is said here below, once
      await kept;
      await paint();
    }
  }
  const input = (props) => h("input", {
    type: "file", accept: "image/*", hidden: true, ...props,
    onchange: async (event) => {
      const files = [...event.target.files];
      event.target.value = "";
      await take(files).catch((error) => toast(error.message));
    },
  });
  const camera = input({ capture: "environment", id: "kamera" });
  const gallery = input({ multiple: true, id: "galeri" });
  await paint();
  return h("section", { class: "stack", "aria-labelledby": "foto" }, h("h2", { id: "foto" }, wanted ? "Foto" : "Foto, kalau perlu"),
    list, h("div", { class: "pairs" }, button("Ambil foto", () => camera.click(), { mark: "camera" }),
      button("Pilih foto", () => gallery.click(), { mark: "image" })), camera, gallery);
}
