/** The route by block, the money in the bag, and the two big ways to a stall. */
import { frame, h, icon } from "../dom.js";
import { blocks } from "../route.js";
import { standing, today } from "../state.js";
import { angka, rupiah } from "../words.js";
import { blockName, notices, pill, toStalls } from "./parts.js";

export const live = true;

function money(state) {
  const { count, sum } = today(state);
  return h("section", { class: "card bag", "aria-labelledby": "tas" },
    h("h2", { id: "tas" }, "Uang di tas"),
    h("p", { class: "bag__sum" }, rupiah(state.bag)),
    h("p", { class: "muted" }, count ? `Hari ini ${angka(count)} kuitansi, ${rupiah(sum)}` : "Belum ada kuitansi hari ini"));
}

function row(state, { block, key, stalls }) {
  const taken = stalls.filter((stall) => stall.id !== null);
  const open = taken.map((stall) => standing(state, stall).owed);
  const done = open.filter((sum) => sum === 0).length;
  const left = open.reduce((sum, each) => sum + each, 0);
  return h("li", null, h("a", { class: "block", href: `#/blok/${encodeURIComponent(key)}` },
    h("span", { class: "block__name" }, blockName(block)),
    h("span", { class: "block__left" }, left ? rupiah(left) : "Lunas"),
    h("progress", { max: taken.length || 1, value: done, "aria-label": `Lunas ${done} dari ${taken.length} lapak` }),
    h("span", { class: "block__done" }, `${angka(done)} dari ${angka(taken.length)} lapak lunas`), icon("next")));
}

function ofMarket(state, { code, name }, list) {
  const id = `pasar-${code || "lain"}`;
  return h("section", { class: "stack", "aria-labelledby": id },
    h("h2", { id }, name), h("ul", { class: "list" }, list.map((each) => row(state, each))));
}

/** The screen. */
export async function render({ state }) {
  const { route, device } = state;
  const markets = [...(route.markets ?? []), { code: "", name: "Di luar pasar" }];
  const list = blocks(route);
  const parts = markets.map((market) => [market, list.filter((each) => each.market === market.code)]);
  const found = parts.filter(([, each]) => each.length);
  const empty = h("p", { class: "muted" }, "Rute ini belum berisi lapak. Hubungi kepala pasar.");
  return frame({
    title: "Rute hari ini",
    over: [route.collector?.name, device.code].filter(Boolean).join(" · "),
    pill: pill(state),
    body: [await notices(state), money(state),
      found.length ? found.map(([market, each]) => ofMarket(state, market, each)) : empty],
    actions: toStalls(),
    tab: "",
  });
}
