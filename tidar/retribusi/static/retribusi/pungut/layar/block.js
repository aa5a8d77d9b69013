/** One block in walking order: who has paid, who has not. */
import { frame, h } from "../dom.js";
import { blocks } from "../route.js";
import { blockName, marketName, pill, stallRow, toStalls } from "./parts.js";

export const live = true;

/** The screen. */
export function render({ state, params }) {
  const found = blocks(state.route).find((each) => each.key === params[0]);
  return frame({
    title: blockName(found?.block ?? ""),
    over: marketName(state, found?.market),
    back: "#/",
    pill: pill(state),
    body: [h("ul", { class: "list" }, (found?.stalls ?? []).map((stall) => stallRow(state, stall)))],
    actions: toStalls(),
  });
}
