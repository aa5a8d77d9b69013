/** Starting a round: who leads, who comes along; everything is filled in from the roster, one tap is enough. */
import { button, h, notice, toast } from "../../../lapangan/dom.js";
import { jam } from "../../../lapangan/words.js";
import { watch } from "../gps.js";
import { start } from "../round.js";
import { capital, frame, memberTicks, roundWord } from "./parts.js";
import { turns } from "./home.js";
import { when } from "./segments.js";

const SOON = 3 * 3600000;

/** The turn that this round belongs to: one that runs, or begins within three hours. */
function ownTurn(state) {
  const near = turns(state).filter((turn) => turn.from - state.moment < SOON);
  return near.find((turn) => turn.members.includes(state.pack.me)) ?? near[0] ?? null;
}

/** A list of the post's members to choose one from. */
export function leaderField(state, chosen) {
  const choice = ([id, name]) => h("option", { value: id, selected: id === chosen }, name);
  return h("div", null, h("label", { for: "ketua" }, "Ketua regu"), h("select", { id: "ketua", class: "field" },
    h("option", { value: "" }, "Belum dipilih"), state.pack.members.map(choice)));
}

/** The member that is chosen in `leaderField`, or null. */
export const chosenLeader = (root = document) => {
  const value = root.querySelector("#ketua")?.value;
  return value ? (Number.isNaN(Number(value)) ? value : Number(value)) : null;
};

/** The screen. */
export async function render(app) {
  const { state } = app;
  app.onLeave(watch({ onfix: () => {} })); // warm: the first check then has a place
  const turn = ownTurn(state);
  const present = new Set(turn?.members ?? (state.pack.me ? [state.pack.me] : []));
  const go = button(`Mulai ${roundWord(state)}`, async () => {
    go.disabled = true;
    try {
      const leader = chosenLeader();
      if (leader) present.add(leader);
      await start({ planned: turn?.rule ?? null, date: turn?.date ?? null, leader, present: [...present] });
      app.send();
      app.go("#/ronda");
    } catch (error) {
      toast(error.message);
      go.disabled = false;
    }
  }, { kind: "primary", mark: "bike" });
  const about = turn ? notice("info", `Jadwal ${when(turn.from, state.moment)}–${jam(turn.until)}.`)
    : notice("info", `Tidak ada jadwal sekarang. ${capital(roundWord(state))} ini dicatat di luar jadwal.`);
  return frame(app, {
    title: `Mulai ${roundWord(state)}`, over: state.pack.post.title, back: "#/",
    body: [about, h("section", { class: "card" }, leaderField(state, state.pack.me ?? "")),
      state.pack.members.length > 0 && memberTicks(state.pack.members, present, "Siapa ikut?"),
      h("a", { class: "textlink", href: "#/ganti/terima" }, `Lanjutkan ${roundWord(state)} dari HP lain`)],
    actions: [go],
  });
}

