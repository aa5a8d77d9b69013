/** The wall: clock, parts, live events, map and the lineage panel. Everything visible came with the page; this keeps it true. */
import { connect, counters } from "./live.js";
import { Parts } from "./parts.js";
import { Ticker } from "./ticker.js";
import { Gauges } from "./gauges.js";
import { CityMap } from "./map.js";
import { clock } from "./clock.js";
import { panel } from "./panel.js";
import { chooseTheme } from "../theme.js";

const words = JSON.parse(document.getElementById("wall-words").textContent);
const places = document.getElementById("wall-assets").dataset;
const ticker = new Ticker(words);
const gauges = new Gauges(words);
const map = new CityMap(words, places);
const parts = new Parts(places.parts, () => gauges.forget());

clock(words.zone);
panel(map);
screen();

/** One batch of events per frame: only text and classes change, so nothing is laid out anew. */
function draw(events) {
  ticker.draw(events);
  for (const event of events) {
    if (event.kind === "observation") {
      gauges.show(event);
      map.showReading(event);
    } else {
      parts.concerns(event.kind);
      if (event.kind === "patrol.sos") document.body.dispatchEvent(new Event("tidar:sos"));
      if (event.kind === "indicator.changed") map.stale();
    }
  }
}

const link = connect({ url: places.live, words, draw, onReturn: () => parts.all() });
parts.start((reachable) => link.note(reachable));
map.start().then(() => performance.mark("tidar:map"));
performance.mark("tidar:interactive");
window.__tidarWall = counters;

function screen() {
  const flip = document.querySelector("[data-theme-flip]");
  flip.addEventListener("click", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
    chooseTheme(dark ? "light" : "dark");
    flip.value = dark ? "dark" : "light";
  }, { capture: true });
  const full = document.getElementById("layar-penuh");
  if (!document.fullscreenEnabled) return;
  full.hidden = false;
  full.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  });
}
