/** The route by block, the money in the bag, and the two big ways to a stall. */
import { frame, h, icon, linkButton } from "../dom.js";
import { blocks } from "../route.js";
import { standing, today } from "../state.js";
import { angka, rupiah } from "../words.js";
import { notices, pill } from "./parts.js";

export const live = true;

function money(state) {
  const { count, sum } = today(state);
  return h("section", { class: "card bag", "aria-labelledby": "tas" },
    h("h2", { id: "tas" }, "Uang di tas"),
    h("p", { class: "bag__sum" }, rupiah(state.bag)),
    h("p", { class: "muted" }, count ? `Hari ini ${angka(count)} kuitansi, ${rupiah(sum)}` : "Belum ada kuitansi hari ini"));
}

function row(state, { block, market, key, stalls }, several) {
  const taken = stalls.filter((stall) => stall.id !== null);
  const open = taken.map((stall) => standing(state, stall).owed);
  const done = open.filter((sum) => sum === 0).length;
  const left = open.reduce((sum, each) => sum + each, 0);
  const name = several && market ? `${block || "Tanpa blok"} · ${state.names.get(market) ?? market}` : block || "Tanpa blok";
  return h("li", null, h("a", { class: "block", href: `#/blok/${encodeURIComponent(key)}` },
    h("span", { class: "block__name" }, /^\w{1,3}$/.test(block) && !several ? `Blok ${block}` : name),
    h("span", { class: "block__left" }, left ? rupiah(left) : "Lunas"),
    h("progress", { max: taken.length || 1, value: done, "aria-label": `Lunas ${done} dari ${taken.length} lapak` }),
    h("span", { class: "block__done" }, `${angka(done)} dari ${angka(taken.length)} lapak lunas`), icon("next")));
}

/** The screen. */
export async function render({ state }) {
  const { route, device } = state;
  state.names = new Map((route.markets ?? []).map((market) => [market.code, market.name]));
  const list = blocks(route);
  return frame({
    title: "Rute hari ini",
    over: [route.collector?.name, device.code].filter(Boolean).join(" · "),
    pill: pill(state),
    body: [await notices(state), money(state),
      h("section", { "aria-labelledby": "blok" }, h("h2", { id: "blok", class: "visually-hidden" }, "Blok"),
        list.length ? h("ul", { class: "list" }, list.map((each) => row(state, each, (route.markets ?? []).length > 1)))
          : h("p", { class: "muted" }, "Rute ini belum berisi lapak. Hubungi kepala pasar."))],
    actions: [linkButton("Pindai", "#/pindai", { kind: "primary", mark: "scan" }), linkButton("Ketik nomor", "#/cari", { kind: "primary", mark: "keys" })],
    tab: "",
  });
}
