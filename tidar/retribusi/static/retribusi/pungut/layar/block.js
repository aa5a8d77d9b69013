/** One block in walking order: who has paid, who has not. */
import { frame, h, linkButton } from "../dom.js";
import { blocks } from "../route.js";
import { pill, stallRow } from "./parts.js";

export const live = true;

/** The screen. */
export function render({ state, params }) {
  const found = blocks(state.route).find((each) => each.key === params[0]);
  const name = found?.block ?? "";
  return frame({
    title: /^\w{1,3}$/.test(name) ? `Blok ${name}` : name || "Tanpa blok",
    back: "#/",
    pill: pill(state),
    body: [h("ul", { class: "list" }, (found?.stalls ?? []).map((stall) => stallRow(state, stall)))],
    actions: [linkButton("Pindai", "#/pindai", { kind: "primary", mark: "scan" }), linkButton("Ketik nomor", "#/cari", { kind: "primary", mark: "keys" })],
  });
}
