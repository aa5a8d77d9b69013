/** The ticker: a fixed set of rows whose texts move down. A reading updates its own row; only what is new takes the top. */
import { minuteOf } from "./clock.js";
import { resultText } from "./gauges.js";

const SECONDS = 60;
const SLOTS = SECONDS * 4;
const plain = new Intl.NumberFormat("id-ID");

export class Ticker {
  constructor(words) {
    this.words = words;
    this.list = document.getElementById("kejadian");
    this.most = Number(this.list.dataset.most);
    this.lines = [...this.list.children].map((row) => ({
      key: row.querySelector(".ticker__text").textContent, time: row.querySelector("time").textContent,
      severity: Number(row.dataset.severity), text: row.querySelector(".ticker__text").textContent,
    }));
    this.nodes = [];
    this.pulse = new Pulse(document.getElementById("denyut"), document.getElementById("laju"), words);
  }

  draw(events) {
    for (const event of events) this.take(event);
    this.pulse.add(events.length);
    this.paint();
  }

  take(event) {
    const reading = event.kind === "observation";
    const text = reading ? this.reading(event) : this.sentence(event);
    const line = { key: reading ? `o${event.datastream_id}` : text, time: minuteOf(event.happened_at, this.words.zone), severity: event.severity ?? 0, text };
    const place = this.lines.findIndex((other) => other.key === line.key);
    if (reading && place >= 0 && this.lines[place].severity === line.severity) {
      this.lines[place] = line;
      return;
    }
    if (reading && place < 0 && line.severity === 0 && this.lines.length >= this.most) return;
    if (place >= 0) this.lines.splice(place, 1);
    this.lines.unshift(line);
    if (this.lines.length > this.most) this.lines.length = this.most;
  }

  reading(event) {
    const stream = this.words.streams[event.datastream_id] ?? { name: event.subject, unit: "" };
    return `${stream.name} ${resultText(event)} ${stream.unit}`;
  }

  sentence(event) {
    const { templates, feeds, indicators, levels } = this.words;
    const feed = event.data?.feed || event.subject;
    const indicator = event.data?.indicator || event.subject;
    const known = {
      ...event.data, subject: event.subject, feed: feeds[feed] ?? feed, indicator: indicators[indicator] ?? indicator,
      level: levels[event.data?.level] ?? "", result: event.result === null ? "" : resultText(event),
    };
    const text = (templates[event.kind] ?? templates[""]).replace(/\{(\w+)\}/g, (_all, name) => {
      const value = known[name] ?? "";
      return typeof value === "number" ? plain.format(value) : value;
    });
    return text.trim() || event.kind;
  }

  paint() {
    for (let i = 0; i < this.lines.length; i += 1) {
      const node = (this.nodes[i] ??= this.node(i));
      const line = this.lines[i];
      if (node.time.data !== line.time) node.time.data = line.time;
      if (node.text.data !== line.text) node.text.data = line.text;
      const severity = String(line.severity);
      if (node.row.dataset.severity !== severity) node.row.dataset.severity = severity;
    }
  }

  /** Text nodes of row i, made once. */
  node(i) {
    let row = this.list.children[i];
    if (!row) {
      row = document.createElement("li");
      row.className = "ticker__row";
      row.innerHTML = '<time></time><span class="ticker__mark" aria-hidden="true"></span><span class="ticker__text"></span>';
      this.list.append(row);
    }
    const text = (element) => {
      if (!element.firstChild) element.append("");
      return element.firstChild;
    };
    return { row, time: text(row.querySelector("time")), text: text(row.querySelector(".ticker__text")) };
  }
}

/** Every event of the last minute as a bar: the city's pulse. A ring of quarter-second slots; nothing grows. */
class Pulse {
  constructor(canvas, rate, words) {
    this.words = words;
    this.canvas = canvas;
    this.rate = rate;
    this.context = canvas.getContext("2d");
    this.slots = new Uint32Array(SLOTS);
    this.slot = this.now();
    this.colour = "";
    document.addEventListener("tidar:tema", () => (this.colour = ""));
    setInterval(() => this.paint(), 250);
  }

  now() {
    return Math.floor(performance.now() / 250);
  }

  add(count) {
    this.move();
    this.slots[this.slot % SLOTS] += count;
  }

  move() {
    const now = this.now();
    for (let i = Math.max(this.slot + 1, now - SLOTS + 1); i <= now; i += 1) this.slots[i % SLOTS] = 0;
    this.slot = now;
  }

  paint() {
    this.move();
    const { context, canvas } = this;
    this.colour ||= getComputedStyle(canvas).getPropertyValue("--accent").trim();
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = this.colour;
    const width = canvas.width / SLOTS;
    let total = 0;
    for (let i = 0; i < SLOTS; i += 1) {
      const count = this.slots[(this.slot - SLOTS + 1 + i + SLOTS) % SLOTS];
      total += count;
      const height = count ? Math.min(canvas.height, 8 + Math.log2(count) * 5) : 1;
      context.globalAlpha = count ? 0.35 + (0.65 * i) / SLOTS : 0.35;
      context.fillRect(i * width, canvas.height - height, Math.max(width - 0.8, 1), height);
    }
    const text = this.words.per_minute.replace("{count}", plain.format(total));
    if (this.rate.textContent !== text) this.rate.textContent = text;
  }
}
