/** What was found: one big picture per kind. The first of the two taps between seeing and saving. */
import { h, notice } from "../../../lapangan/dom.js";
import { watch } from "../gps.js";
import { draft } from "../store.js";
import { others } from "./others.js";
import { frame, tile } from "./parts.js";

/** The draft's place in the store. */
export const draftKey = (kind) => `temuan:${kind}`;

/** The kind's own icon where the shell has it. */
export const iconOf = (name) => (document.getElementById(`i-${name}`) ? name : "lain");

/** Kinds with a half-filled form, `[kind, draft]`. */
export async function begun(pack) {
  const found = await Promise.all(pack.kinds.map(async (kind) => [kind, await draft(draftKey(kind.key))]));
  return found.filter(([, value]) => value?.touched);
}

/** The screen. */
export async function render(app) {
  const { pack, round } = app.state;
  app.onLeave(watch({ onfix: () => {} }));
  const half = new Map((await begun(pack)).map(([kind]) => [kind.key, true]));
  const one = (kind) => tile(kind.title, iconOf(kind.icon), {
    href: `#/catat/${encodeURIComponent(kind.key)}`,
    small: half.has(kind.key) ? "belum selesai" : kind.sensitive ? "rahasia" : "",
  });
  const secret = pack.kinds.some((kind) => kind.sensitive);
  return frame(app, {
    title: "Apa yang ditemukan?", back: round ? "#/ronda" : "#/",
    body: [h("div", { class: "tiles" }, pack.kinds.map(one)),
      secret && notice("info", "Yang bertanda rahasia hanya dibaca ketua RW dan dinas yang berwenang."), others(app)],
  });
}
