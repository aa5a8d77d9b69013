/** The places to check of one segment: one tap each, with ten seconds to take it back. Only this card is painted anew. */
import { h, icon, toast } from "../../../lapangan/dom.js";
import { jam } from "../../../lapangan/words.js";
import { GRACE, settle, tap, undo } from "./deeds.js";
import { segmentHead } from "./rows.js";
import { walk } from "./walk.js";

const WHOLE = "Seluruhnya";

/** One place to check: a button that becomes a tick with its time, and "Batal" for ten seconds. */
function spot(app, segment, point, check) {
  const key = `${segment.code}/${point.code}`;
  if (!check) {
    return h("li", { class: "spot" }, h("button", {
      type: "button", class: "spot__do", "data-key": key, "aria-label": `Periksa ${segment.title}, ${point.title}`,
      onclick: () => done(app, segment, point, key),
    }, h("span", { class: "spot__ring", "aria-hidden": "true" }), h("span", { class: "spot__name" }, point.title)));
  }
  const left = check.undoable ? GRACE - (Date.now() - check.tapped) : 0;
  const back = left > 0 && h("button", {
    type: "button", class: "spot__undo", "data-key": key, "aria-label": `Batalkan ${segment.title}, ${point.title}`,
    onclick: () => takeBack(app, segment, check, key),
  }, icon("undo"), h("span", null, "Batal"));
  if (back) setTimeout(() => { back.classList.add("spot__undo--gone"); back.disabled = true; }, left);
  const words = check.certain ? jam(new Date(check.at)) : `${jam(new Date(check.at))} · tempat tidak diketahui`;
  return h("li", { class: `spot spot--done ${check.certain ? "" : "spot--unknown"}` },
    h("span", { class: "spot__ring", "aria-hidden": "true" }, icon(check.certain ? "check" : "help")),
    h("span", { class: "spot__name" }, point.title, h("small", null, words)), back);
}

async function done(app, segment, point, key) {
  await tap(segment.code, point.code);
  navigator.vibrate?.(40);
  await again(app, segment.code);
  document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  setTimeout(async () => {
    if (await settle()) app.send();
  }, GRACE + 100);
}

async function takeBack(app, segment, check, key) {
  toast((await undo(check.id)) ? "Dibatalkan." : "Sudah tersimpan, tidak bisa dibatalkan lagi.");
  await again(app, segment.code);
  document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

/** Paint one segment anew, and what is said of the whole round. */
async function again(app, code) {
  const route = await walk(app.state);
  const segment = route.segments.find((each) => each.code === code);
  document.getElementById(`ruas-${code}`)?.replaceWith(segmentCard(app, segment, route.checks));
  app.memory.tell?.(route);
}

/** A segment with its places. */
export function segmentCard(app, segment, checks) {
  const points = segment.points.length ? segment.points : [{ code: "", title: WHOLE }];
  const own = (point) => checks.filter((check) => check.segment === segment.code && check.checkpoint === point.code).at(-1);
  const id = `ruas-${segment.code}`;
  const card = h("section", { class: `segment segment--${segment.kind} segment--open`, id, "aria-label": segment.title },
    segmentHead(segment), h("ul", { class: "spots" }, points.map((point) => spot(app, segment, point, own(point)))));
  card.style.setProperty("--points", String(points.length)); // its height before it is painted: long lists do not jump
  return card;
}
