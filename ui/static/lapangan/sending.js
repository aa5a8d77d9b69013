/** Keeping at it: an app sends what waits at once when something changes, else with growing pauses. */
import { MustSignIn, NoSignal } from "./net.js";
import { exclusive } from "./store.js";

const FIRST_WAIT = 2000;
const LONGEST_WAIT = 300000;
const SYNC = "tidar-kirim";

/** Ask the browser to wake the worker when there is signal again, also when the app is closed. */
export function requestSync() {
  navigator.serviceWorker?.ready.then((worker) => worker.sync?.register(SYNC)).catch(() => {});
}

/**
 * Keep sending for as long as the app is open. `sendAll(options)` resolves with what is in the way ("" nothing), and
 * never throws; `afterwards(problem)` is told each time. Returns a function that sends now.
 */
export function keepSending(sendAll, afterwards) {
  let wait = FIRST_WAIT;
  let timer;
  const run = async (options) => {
    clearTimeout(timer);
    const problem = await sendAll(options);
    await afterwards(problem);
    wait = problem ? Math.min(wait * 2, LONGEST_WAIT) : FIRST_WAIT;
    const pause = problem ? wait * (0.75 + Math.random() / 2) : LONGEST_WAIT;
    clearTimeout(timer);
    timer = setTimeout(run, pause);
  };
  const soon = (options) => {
    wait = FIRST_WAIT;
    return run(options);
  };
  addEventListener("online", () => soon({ ask: true }));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && soon());
  return soon;
}

const problemOf = (error) => {
  if (error instanceof MustSignIn) return "masuk";
  return error instanceof NoSignal ? "sinyal" : "ditolak";
};

/**
 * The app's `sendAll`: one run of `work(options)` at a time under the lock `name`, in one tab or the worker. It resolves
 * with what is in the way ("" nothing, "sinyal", "masuk", "ditolak"), which the `store` remembers with its sentence as
 * "problem" and tells of when it is another; it never throws. `work` may return an error that stopped only a part of it.
 * `what` is what waits, as in "Masuk lagi supaya … terkirim."
 */
export function sender(store, { name, what, work }) {
  async function ended(error) {
    const problem = error ? problemOf(error) : "";
    const sentence = problem === "masuk" ? `Masuk lagi supaya ${what} terkirim.` : (error?.message ?? "");
    const before = await store.recall("problem");
    await store.remember("problem", { problem, sentence, at: Date.now() });
    if (before?.problem !== problem || before?.sentence !== sentence) store.tell("answer");
    return problem;
  }
  return (options = {}) => exclusive(name, async () => ended(await work(options).catch((error) => error)));
}
