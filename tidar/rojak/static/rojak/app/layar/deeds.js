/**
 * What a tap does. A tapped check waits ten seconds in the phone's store before it is signed, so that a slip can be taken
 * back; a killed tab loses neither the check nor its time and place, because the next opening signs what waited.
 */
import { uuid7 } from "../../../lapangan/keys.js";
import { moment } from "../clock.js";
import { position } from "../gps.js";
import { make } from "../items.js";
import { current } from "../round.js";
import { draft, exclusive, saveDraft } from "../store.js";

const WAITING = "centang";

/** How long a check can be taken back (milliseconds). */
export const GRACE = 10000;

/** Checks that wait: `[{id, round, segment, checkpoint, position, at, tapped}]`; `tapped` is this phone's own clock. */
export const waiting = async () => (await draft(WAITING)) ?? [];

const change = (work) => exclusive("tidar-rojak-centang", async () => {
  const list = await waiting();
  const [kept, result] = await work(list);
  await saveDraft(WAITING, kept);
  return result;
});

/** Check a segment or one of its checkpoints by a tap. Kept on the phone at once; signed when it can no longer be undone. */
export function tap(segment, checkpoint) {
  return change(async (list) => {
    const round = await current();
    const made = { id: uuid7(), round: round?.id ?? null, segment, checkpoint, position: position(), at: await moment(), tapped: Date.now() };
    return [[...list, made], made];
  });
}

/** Take a tap back; false when it was too late. */
export const undo = (id) => change((list) => [list.filter((each) => each.id !== id), list.some((each) => each.id === id)]);

/** Sign what waited long enough; everything with `{all: true}`. Returns how many. */
export function settle({ all = false, now = Date.now() } = {}) {
  return change(async (list) => {
    const due = list.filter((each) => all || now - each.tapped >= GRACE || each.tapped > now);
    for (const { id, at, round, segment, checkpoint, position: place } of due) {
      await make("check", { segment, checkpoint, how: "ketuk", position: place }, { id, at, round });
    }
    const signed = new Set(due.map((each) => each.id));
    return [list.filter((each) => !signed.has(each.id)), due.length];
  });
}
