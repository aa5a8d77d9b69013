/** What the screens share: the frame with SOS always in reach, notices, the words of the program, rows. */
import { framer, h, icon, notice } from "../../../lapangan/dom.js";
import { jam } from "../../../lapangan/words.js";
import { pillWords, stateOf, warnings } from "../state.js";

const framed = framer({ tabs: [["", "Ronda", "bike"], ["peta", "Peta", "map"], ["catatan", "Catatan", "list"], ["lainnya", "Lainnya", "more"]] });

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** A word as the people of this program say it: "segment" → "lorong". */
export const word = (state, key, otherwise) => state.pack?.program?.words?.[key] ?? otherwise;

export const segmentWord = (state) => word(state, "segment", "ruas");
export const roundWord = (state) => word(state, "round", "ronda");

/** The small sign at the top: is everything with the city? */
export function pill(state) {
  const [kind, text, mark, said] = pillWords(state);
  return h("a", { class: `pill pill--${kind} pill--small`, href: "#/catatan", title: said }, icon(mark),
    h("span", { class: "pill__text" }, text), h("span", { class: "visually-hidden" }, `. ${said}`));
}

const sos = () => h("a", { class: "sos", href: "#/sos" }, "SOS", h("span", { class: "visually-hidden" }, ", minta tolong"));

/** A screen. The sending pill and SOS stand at the same place everywhere; `alarm: false` only on the SOS screen itself. */
export function frame(app, { alarm = true, ...parts }) {
  const state = app.state;
  return framed({ ...parts, pill: [state.device?.code && pill(state), alarm && sos()] });
}

/** Everything that needs her, as notices. */
export async function notices(app) {
  const found = (await warnings(app.state)).filter(([, , link]) => link?.[0] !== location.hash); // the screen says it itself
  return found.map(([kind, text, link]) => notice(kind, text, link && h("a", { class: "notice__link", href: link[0] }, link[1])));
}

/** A tile with a big picture: for grids of two. */
export function tile(text, mark, { href, onclick, small = "", ...props }) {
  const inside = [icon(mark), h("span", { class: "tile__text" }, text), small && h("small", null, small)];
  return href ? h("a", { class: "tile", href, ...props }, inside) : h("button", { type: "button", class: "tile", onclick, ...props }, inside);
}

/** A group of buttons of which one is pressed. `options` are `[value, text, mark?]`. */
export function picker(label, options, chosen, onpick, { wide = false } = {}) {
  const id = `pilih-${label.toLowerCase().replace(/\W+/g, "-")}`;
  const chips = options.map(([value, text, mark]) => h("button", {
    type: "button", class: "chip", "data-value": value, "aria-pressed": String(value === chosen),
    onclick: () => {
      chips.forEach((chip) => chip.setAttribute("aria-pressed", String(chip.dataset.value === String(value))));
      onpick(value);
    },
  }, mark && icon(mark), h("span", null, text)));
  return h("div", { class: "picker" }, h("h2", { id }, label),
    h("div", { class: `chips chips--even ${wide ? "chips--two" : ""}`, role: "group", "aria-labelledby": id }, chips));
}

/** − number +. Calls `onchange(value)`. */
export function stepper(label, value, onchange, { least = 0, most = 999, step = 1 } = {}) {
  const shown = h("output", { class: "stepper__value", "aria-live": "polite" }, String(value));
  const move = (by) => {
    value = Math.min(most, Math.max(least, value + by));
    shown.textContent = String(value);
    onchange(value);
  };
  const key = (by, mark, said) => h("button", { type: "button", class: "stepper__key", "aria-label": said, onclick: () => move(by) }, icon(mark));
  return h("div", { class: "stepper", role: "group", "aria-label": label },
    key(-step, "minus", `Kurangi ${label.toLowerCase()}`), shown, key(step, "plus", `Tambah ${label.toLowerCase()}`));
}

/** People of the post as big rows with a tick; `chosen` is a Set that is changed. */
export function memberTicks(members, chosen, legend) {
  const row = ([id, name]) => h("label", { class: "tick" },
    h("input", {
      type: "checkbox", checked: chosen.has(id),
      onchange: (event) => (event.target.checked ? chosen.add(id) : chosen.delete(id)),
    }), h("span", null, name));
  return h("fieldset", { class: "ticks" }, h("legend", null, legend), members.map(row));
}

const KINDS = {
  round_start: "Ronda dimulai", round_end: "Ronda selesai", leg: "Ganti ketua atau HP", track: "Jejak ronda", check: "Pemeriksaan",
  sos: "SOS", attendance: "Kehadiran",
};

/** What an item is, in a few words. */
export function itemTitle(state, item) {
  const of = (list) => list?.find((each) => each.key === item.data.kind)?.title;
  if (item.kind === "finding") return of(state.pack?.kinds) ?? "Temuan";
  if (item.kind === "activity") return of(state.pack?.activities) ?? "Kegiatan";
  return KINDS[item.kind] ?? item.kind;
}

/** Where an item was: the segment's title and the checkpoint's, or "". */
export function itemPlace(state, item) {
  const segment = state.pack?.segments.find(([code]) => code === item.data.segment)?.[1];
  const point = state.pack?.checkpoints.find(([code]) => code === item.data.checkpoint)?.[1];
  return [segment, point].filter(Boolean).join(", ");
}

/** One item in a list, with its honest state; `photos` is `{tone, words}` about its photos. */
export function itemRow(state, item, photos = null) {
  const [tone, said] = stateOf(item);
  const place = itemPlace(state, item);
  return h("li", null, h("a", { class: "record", href: `#/catatan/${item.id}` },
    h("span", { class: "record__what" }, itemTitle(state, item)),
    h("span", { class: "record__time" }, jam(new Date(item.at))),
    place && h("span", { class: "record__when" }, place),
    h("span", { class: `record__state tone--${tone}` }, capital(said)),
    photos && h("span", { class: `record__state tone--${photos.tone}` }, photos.words)));
}
