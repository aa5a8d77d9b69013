/**
 * The sound of the bell: two tones while nobody has a call in hand. Silent until a person allowed it in this browser, and
 * a button says so as long as it could ring and may not; the strip itself needs none of this.
 */
const KEY = "tidar-bunyi-sos";
const PAUSE = 4000;
let sound = null;

const allowed = () => localStorage.getItem(KEY) === "ya";
const ready = () => allowed() && sound?.state === "running";

/** Browsers let a page sound only after a touch: this is called from one. */
function wake() {
  sound ??= new AudioContext();
  return sound.state === "suspended" ? sound.resume() : Promise.resolve();
}

function tone(hertz, after) {
  const from = sound.currentTime + after;
  const oscillator = new OscillatorNode(sound, { frequency: hertz });
  const volume = new GainNode(sound, { gain: 0 });
  volume.gain.setValueAtTime(0, from);
  volume.gain.linearRampToValueAtTime(0.35, from + 0.02);
  volume.gain.linearRampToValueAtTime(0, from + 0.28);
  oscillator.connect(volume).connect(sound.destination);
  oscillator.start(from);
  oscillator.stop(from + 0.3);
}

function ring() {
  if (!document.querySelector("#lonceng[data-ringing]") || !ready()) return;
  tone(880, 0);
  tone(660, 0.35);
  document.documentElement.dataset.bellRang = String(Number(document.documentElement.dataset.bellRang ?? 0) + 1);
}

function buttons() {
  for (const button of document.querySelectorAll("[data-bell-sound]")) {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(ready()));
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-bell-sound]");
  if (button) localStorage.setItem(KEY, ready() ? "" : "ya");
  if (!allowed()) {
    await sound?.suspend();
    buttons();
    return;
  }
  await wake();
  buttons();
  if (button) ring();
});
document.addEventListener("htmx:load", () => {
  buttons();
  ring();
});
setInterval(ring, PAUSE);
buttons();
