/** Keeping at it: an app sends what waits at once when something changes, else with growing pauses. */
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
