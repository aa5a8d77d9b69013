/** Photos of a finding and of its questions: take or choose, wipe faces, keep on the phone, throw away again. */
import { button, h, icon, toast } from "../../../lapangan/dom.js";
import { keep, reduce, url } from "../photos.js";
import { wiped } from "./blur.js";

/** How many photos one finding may have, those of its questions included. */
export const MOST = 6;
const FULL = `Paling banyak ${MOST} foto.`;

let keeping = Promise.resolve();

/** Wait until photos that were accepted are on the phone: a quick "Simpan" must not leave one behind. */
export const photosKept = () => keeping;

/** One photo; `words` say which ("Foto 1"). */
async function thumb(sha256, words, onremove) {
  const address = await url(sha256);
  const picture = address ? h("img", { src: address, alt: words, onload: () => URL.revokeObjectURL(address) })
    : h("span", { class: "shot__gone" }, icon("image"), h("span", { class: "visually-hidden" }, `${words}, sudah di kota`));
  return h("li", { class: "shot" }, picture, onremove && h("button", {
    type: "button", class: "shot__off", "aria-label": `Buang f${words.slice(1)}`, onclick: onremove,
  }, icon("close")));
}

const pictures = (photos, onremove) => Promise.all(photos.map((sha256, index) => thumb(sha256, `Foto ${index + 1}`, onremove?.(sha256))));

/** A row of photos without buttons: for looking only. */
export const row = async (photos) => (photos.length ? h("ul", { class: "shots" }, await pictures(photos)) : "");

/** Two buttons that bring photos: made small, wiped where she wants, kept; `taken(sha256)` hears of each. */
function takers({ name = "", multiple = false, full, taken }) {
  async function take(files) {
    for (const file of files) {
      if (full()) return toast(FULL);
      const picture = await reduce(file);
      if (!(await wiped(picture))) continue;
      const kept = keep(picture.canvas).then(({ sha256 }) => taken(sha256));
      keeping = kept.catch(() => {}); // what went wrong is said below, once
      await kept;
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
  const camera = input({ capture: "environment", id: `kamera${name}` });
  const gallery = input({ multiple, id: `galeri${name}` });
  return [h("div", { class: "pairs" }, button("Ambil foto", () => camera.click(), { mark: "camera" }),
    button("Pilih foto", () => gallery.click(), { mark: "image" })), camera, gallery];
}

/**
 * The part of a form with photos. `photos` (sha256 list) is changed in place; `onchange()` after each change. `full()`: no
 * more fit; `drop(sha256)` forgets one that nothing names any more.
 */
export async function shots(photos, onchange, { wanted = false, full, drop }) {
  const list = h("ul", { class: "shots" });
  const remove = (sha256) => async () => {
    photos.splice(photos.indexOf(sha256), 1);
    await drop(sha256);
    await onchange();
    await paint();
  };
  const paint = async () => list.replaceChildren(...await pictures(photos, remove));
  const taken = async (sha256) => {
    if (!photos.includes(sha256)) photos.push(sha256);
    await onchange();
    await paint();
  };
  await paint();
  return h("section", { class: "stack", "aria-labelledby": "foto" }, h("h2", { id: "foto" }, wanted ? "Foto" : "Foto, kalau perlu"),
    list, takers({ multiple: true, full, taken }));
}

/** The photo that one question asks for; another takes its place. `answer(sha256 | null)` hears of it. */
export function oneShot({ name, label, now }, answer, { full, drop }) {
  const list = h("ul", { class: "shots" });
  let current = now;
  const change = async (sha256) => {
    const before = current;
    current = sha256;
    await answer(sha256);
    if (before && before !== sha256) await drop(before);
    await paint();
  };
  const paint = async () => list.replaceChildren(...(current ? [await thumb(current, `Foto: ${label}`, () => change(null))] : []));
  paint();
  return h("div", { class: "stack" }, list, takers({ name: `-${name}`, full: () => !current && full(), taken: change }));
}
