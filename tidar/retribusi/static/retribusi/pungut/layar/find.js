/** Typing a stall's number: digits are enough; the block narrows it down. */
import { button, frame, h, keypad } from "../dom.js";
import { blocks, matching } from "../route.js";
import { pill, stallRow } from "./parts.js";

const SHOWN = 12;

/** The screen. */
export function render(app) {
  const { state } = app;
  const names = [...new Set(blocks(state.route).map((each) => each.block).filter(Boolean))];
  const memory = app.memory;
  memory.typed = "";
  const shown = h("output", { class: "typed", "aria-live": "polite" });
  const list = h("div", { class: "matches" });
  const hint = h("p", { class: "muted" }, "Ketik angka yang tertulis di lapak.");
  const chips = names.map((name) => h("button", { type: "button", class: "chip", "data-block": name, onclick: () => {
    memory.block = memory.block === name ? "" : name;
    draw();
  } }, name));

  function unknown(number) {
    return [h("p", { class: "muted" }, `Tidak ada lapak ${number} di rute ini.`),
      button("Tetap terima uang", () => app.go(`#/bayar-nomor/${encodeURIComponent(number)}`), { mark: "alert" })];
  }

  function draw() {
    chips.forEach((chip) => chip.setAttribute("aria-pressed", String(chip.dataset.block === memory.block)));
    shown.textContent = memory.typed || "Nomor lapak";
    shown.classList.toggle("typed--empty", !memory.typed);
    const found = matching(state.route.stalls, memory.typed, memory.block).slice(0, SHOWN);
    const number = memory.block ? `${memory.block}-${memory.typed}` : memory.typed;
    if (found.length) list.replaceChildren(h("ul", { class: "list" }, found.map((stall) => stallRow(state, stall, { where: true }))));
    else list.replaceChildren(...(memory.typed ? unknown(number) : [hint]));
  }

  function press(key) {
    memory.typed = key === "hapus" ? memory.typed.slice(0, -1) : (memory.typed + key).slice(0, 6);
    draw();
  }

  draw();
  return frame({
    title: "Ketik nomor", back: "#/", pill: pill(state),
    body: [names.length > 1 && h("div", { class: "chips chips--row", role: "group", "aria-label": "Blok" }, chips), shown, list],
    actions: [keypad(press)],
  });
}
