/** Events as they are accepted: received at once, drawn once per frame, measured until they are on the screen. */
import { minuteOf } from "./clock.js";

const RING = 8192;
const MOST_WAITING = 2000;
const GRACE = 3000; // the server ends each stream after half an hour; the browser is back within a second

/** What a benchmark may read: `window.__tidarWall`. Latency is the server's recorded_at until the frame has been painted. */
export const counters = {
  state: "joining", received: 0, drawn: 0, dropped: 0, frames: 0, lastSeq: 0, reconnects: 0,
  latencies: new Float64Array(RING), measured: 0, arrivals: new Float64Array(RING), arrived: 0,
  /** The p-th percentile (0…100) of the newest measurements, in milliseconds; of "arrivals" the way until it was received. */
  percentile(p, of = "latencies") {
    const filled = this[of].slice(0, Math.min(of === "arrivals" ? this.arrived : this.measured, RING)).sort();
    return filled.length ? filled[Math.min(filled.length - 1, Math.ceil((p / 100) * filled.length) - 1)] : null;
  },
  reset() { this.measured = this.arrived = 0; this.received = 0; this.drawn = 0; this.dropped = 0; this.frames = 0; },
};

/** Keep one stream open for ever; say when it is lost and since when the numbers stand still. */
export function connect({ url, words, draw, onReturn }) {
  const box = document.getElementById("sambungan");
  const word = box.querySelector(".wall-live__word");
  const painted = new MessageChannel();
  let source = null;
  let waiting = [];
  let batch = [];
  let lastHeard = Date.now();
  let scheduled = false;
  let retry = 0;
  let grace = null;

  function say(state) {
    if (state === "live") {
      clearTimeout(grace);
      grace = null;
    }
    if (counters.state === state) return;
    const before = counters.state;
    counters.state = state;
    box.dataset.state = state;
    word.textContent = state === "live" ? words.live : state === "joining" ? words.joining : words.lost.replace("{clock}", minuteOf(lastHeard, words.zone));
    if (state === "live" && before === "lost") {
      counters.reconnects += 1;
      onReturn();
    }
  }

  function frame() {
    scheduled = false;
    batch = waiting;
    waiting = [];
    draw(batch);
    counters.frames += 1;
    painted.port2.postMessage(0);
  }

  painted.port1.onmessage = () => {
    const now = Date.now();
    for (const event of batch) counters.latencies[counters.measured++ % RING] = now - Date.parse(event.recorded_at);
    counters.drawn += batch.length;
    batch = [];
  };

  function heard(message) {
    lastHeard = Date.now();
    say("live");
    if (!message.data) return;
    const found = JSON.parse(message.data);
    for (const event of Array.isArray(found) ? found : [found]) {
      if (!event || !event.kind) continue;
      counters.received += 1;
      counters.arrivals[counters.arrived++ % RING] = lastHeard - Date.parse(event.recorded_at);
      counters.lastSeq = event.seq;
      waiting.push(event);
    }
    if (waiting.length > MOST_WAITING) {
      counters.dropped += waiting.length - MOST_WAITING;
      waiting = waiting.slice(-MOST_WAITING);
    }
    if (waiting.length && !scheduled) {
      scheduled = true;
      requestAnimationFrame(frame);
    }
  }

  function open() {
    source?.close();
    source = new EventSource(counters.lastSeq ? `${url}?since=${counters.lastSeq}` : url);
    source.onopen = () => {
      retry = 0;
      lastHeard = Date.now();
      say("live");
    };
    source.onmessage = heard;
    source.addEventListener("hello", () => say("live"));
    source.addEventListener("resync", onReturn);
    source.onerror = () => {
      grace ??= setTimeout(() => say("lost"), GRACE);
      if (source.readyState !== EventSource.CLOSED) return;
      retry = Math.min(retry + 1, 6);
      setTimeout(open, 500 * 2 ** retry * (0.75 + Math.random() / 2));
    };
  }

  open();
  addEventListener("offline", () => say("lost"));
  addEventListener("online", onReturn);
  return {
    /** The parts' own fetches tell whether the server can be reached: a stream that died silently is opened again. */
    note(reachable) {
      if (!reachable) say("lost");
      else if (counters.state === "lost" && source.readyState === EventSource.OPEN) open();
      else if (counters.state === "live") lastHeard = Date.now();
    },
  };
}
