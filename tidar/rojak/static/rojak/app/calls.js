/** Colleagues who call for help, as the city told of them at the last sync. */
import { jam, umur } from "../../lapangan/words.js";
import { get, Refused } from "./city.js";
import { recall, remember, tell } from "./store.js";

/** Ask the city; what it will not say stops nothing else. */
export async function hearCalls() {
  try {
    const { body } = await get("/api/rojak/panggilan");
    const before = await recall("calls");
    const calls = body?.calls ?? [];
    if (JSON.stringify(before ?? []) === JSON.stringify(calls)) return;
    await remember("calls", calls);
    if (calls.some(({ in_hand }) => !in_hand)) globalThis.navigator?.vibrate?.([200, 100, 200]);
    tell("answer");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

/** `[kind, sentence, [address, text]?]` for each open call. */
export function callWarnings({ calls, moment }) {
  return calls.map(({ post, at, note, spot, in_hand, by }) => {
    const since = new Date(at);
    const said = [`SOS dari ${post} pukul ${jam(since)} (${umur(since, moment)})`, note && `: ${note}`, ". ",
      in_hand ? `Sudah dipegang ${by || "seseorang"}.` : "Belum ada yang memegang."].filter(Boolean).join("");
    const place = spot && [`geo:${spot[1] / 1e6},${spot[0] / 1e6}`, "Lihat letaknya"];
    return [in_hand ? "warn" : "bad", said, ...(place ? [place] : [])];
  });
}
