/** Tiles, feeds and gauges come again as fragments when something they show has changed; only what differs is replaced. */
import { ages } from "../ages.js";

const EVERY = 30_000;
const PATIENCE = 8_000;
const AT_MOST = 1_000;
const CONCERNED = [["indicator.", ["angka", "sejak"]], ["feed.", ["umpan", "angka"]], ["delivery.", ["umpan"]], ["quarantine.", ["umpan"]]];

export class Parts {
  constructor(base, onGauges) {
    this.base = base;
    this.onGauges = onGauges;
    this.due = new Map();
    this.last = new Map();
    this.report = () => {};
  }

  start(report) {
    this.report = report;
    setInterval(() => this.all(), EVERY);
  }

  all() {
    for (const name of ["angka", "sejak", "umpan", "sungai"]) this.soon(name);
  }

  /** An event of this kind happened: fetch what shows it. */
  concerns(kind) {
    for (const [prefix, names] of CONCERNED) if (kind.startsWith(prefix)) names.forEach((name) => this.soon(name));
    if (kind.endsWith(".checked")) this.soon("umpan");
  }

  /** At most one fetch per part and second, and always one after the last event. */
  soon(name) {
    if (this.due.has(name)) return;
    const wait = Math.max(60, AT_MOST - (Date.now() - (this.last.get(name) ?? 0)));
    this.due.set(name, setTimeout(() => this.fetch(name), wait));
  }

  async fetch(name) {
    this.due.delete(name);
    this.last.set(name, Date.now());
    try {
      const answer = await fetch(`${this.base}${name}/`, { headers: { "X-Tidar-Part": "1" }, signal: AbortSignal.timeout(PATIENCE) });
      if (answer.redirected) return location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      this.swap(name, await answer.text());
      this.report(true);
    } catch {
      this.report(false);
    }
  }

  swap(name, html) {
    const box = document.getElementById(name);
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    if (name === "angka") swapKeyed(box, fresh.content);
    else if (!box.contains(document.activeElement)) box.replaceChildren(fresh.content);
    if (name === "sungai") this.onGauges();
    ages(box);
  }
}

/** Replace only the children whose content differs, and let a changed number glow for a moment. Focus stays where it was. */
function swapKeyed(box, fresh) {
  const old = new Map([...box.children].map((node) => [node.dataset.key, node]));
  const wanted = [...fresh.children];
  const focused = document.activeElement?.closest("[data-key]")?.dataset.key;
  const next = wanted.map((node) => {
    const before = old.get(node.dataset.key);
    if (before && settled(before) === settled(node)) return before;
    if (before && before.dataset.value !== node.dataset.value) node.classList.add("is-new");
    window.htmx?.process(node);
    return node;
  });
  if (next.length === box.children.length && next.every((node, i) => node === box.children[i])) return;
  box.replaceChildren(...next);
  if (focused) box.querySelector(`[data-key="${CSS.escape(focused)}"] a`)?.focus();
}

/** What a tile says, without the ages that move by themselves. */
function settled(node) {
  const copy = node.cloneNode(true);
  copy.querySelectorAll("time[data-age]").forEach((age) => (age.textContent = ""));
  return `${copy.dataset.value}|${copy.textContent.replace(/\s+/g, " ")}|${copy.className.replace(/ ?is-new/, "")}`;
}
