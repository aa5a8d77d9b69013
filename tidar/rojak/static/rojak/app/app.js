/** The patrol's app: opens from the phone's own store, shows one screen at a time, sends in the background. */
import { h, toast } from "../../lapangan/dom.js";
import { updates } from "../../lapangan/updates.js";
import { spoilt } from "./device.js";
import { resume } from "./gps.js";
import * as activity from "./layar/activity.js";
import * as attendance from "./layar/attendance.js";
import { GRACE, settle } from "./layar/deeds.js";
import * as finding from "./layar/finding.js";
import * as finish from "./layar/finish.js";
import * as help from "./layar/help.js";
import * as home from "./layar/home.js";
import * as houses from "./layar/houses.js";
import * as item from "./layar/item.js";
import * as items from "./layar/items.js";
import * as kinds from "./layar/kinds.js";
import * as leader from "./layar/leader.js";
import { paint } from "./layar/looks.js";
import * as map from "./layar/map.js";
import * as more from "./layar/more.js";
import * as round from "./layar/round.js";
import * as scan from "./layar/scan.js";
import * as setup from "./layar/setup.js";
import * as sos from "./layar/sos.js";
import * as start from "./layar/start.js";
import * as told from "./layar/told.js";
import { load } from "./state.js";
import { hear } from "./store.js";
import { keepSending, requestSync } from "./sync.js";
import { hold } from "./wake.js";

const SCREENS = {
  "": home, mulai: start, ronda: round, pindai: scan, temuan: kinds, catat: finding, ubah: finding, peta: map, catatan: items,
  isi: item, kegiatan: activity, hadir: attendance, ganti: leader, selesai: finish, ringkas: told, rumah: houses, sos,
  lainnya: more, bantuan: help, siap: setup,
};
const WITHOUT_PACK = new Set(["siap", "lainnya", "bantuan", "catatan", "isi", "sos"]);
const SAFE = new Set(["", "ronda", "peta", "catatan", "lainnya", "siap", "bantuan"]); // nothing half-done is on these
const root = document.getElementById("aplikasi");
const leaving = [];
const worker = updates({ worker: "/rojak/sw.js", scope: "/rojak/", safe: (app) => SAFE.has(app.name) });
let drawn = 0;
let arriving = 0;
let arrivals = 0;
let shown = "";

const app = {
  state: null, name: "", params: [], memory: {},
  go: (hash) => (location.hash === hash ? arrive() : (location.hash = hash)),
  replace(hash) {
    history.replaceState(null, "", hash);
    return arrive();
  },
  onLeave: (work) => leaving.push(work),
  async reload() {
    app.state = await load();
  },
  send: () => Promise.resolve(),
  draw, arrive,
};

function where() {
  const [name, ...params] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const { device, pack } = app.state;
  const unready = !device?.code || spoilt(device) || !pack;
  if (unready && !WITHOUT_PACK.has(name)) return ["siap", []];
  return name === "catatan" && params[0] ? ["isi", params] : [SCREENS[name] ? name : "", params];
}

/** What has the focus, found again after the screen was painted anew. */
function focusKept(paintAgain) {
  const { id, dataset } = document.activeElement ?? {};
  const selector = id ? `#${CSS.escape(id)}` : dataset?.key ? `[data-key="${CSS.escape(dataset.key)}"]` : "";
  paintAgain();
  if (selector) root.querySelector(selector)?.focus({ preventScroll: true });
}

/** Paint the screen of this address; an older painting that is still at work gives way. */
async function draw() {
  const mine = ++drawn;
  [app.name, app.params] = where();
  const nodes = await SCREENS[app.name].render(app);
  if (mine !== drawn) return;
  focusKept(() => root.replaceChildren(...nodes));
  root.dataset.layar = app.name || "awal";
  document.title = `${root.querySelector("h1").textContent} · Ronda`;
}

/** A new address: leave the old screen, read the store anew, begin at the top. Two quick taps: only the second arrives. */
async function arrive() {
  const mine = ++arrivals;
  leaving.splice(0).forEach((work) => work());
  arriving += 1;
  const before = shown;
  try {
    await app.reload();
    if (mine === arrivals) await draw();
  } finally {
    arriving -= 1;
  }
  if (mine !== arrivals) return;
  shown = location.hash;
  if (before !== shown) {
    scrollTo(0, 0);
    root.querySelector("h1").focus({ preventScroll: true });
  }
  if (app.state.round) hold();
  worker.whenSafe(app);
}

/**
 * Something changed in the store, by another tab, the worker or the city's answer. A screen that is being typed on is
 * never painted anew under the finger, nor one that is just arriving.
 */
async function refresh() {
  await app.reload();
  const screen = SCREENS[where()[0]];
  if (arriving || !screen.live || document.querySelector("dialog[open]")) return;
  if (screen.update && app.state.round) screen.update(app);
  else await draw();
}

function unable(error) {
  console.error(error);
  root.replaceChildren(h("main", { class: "body" }, h("h1", null, "Aplikasi belum bisa dibuka"),
    h("p", null, "Catatan Anda aman di HP ini. Tutup aplikasi, lalu buka lagi."),
    h("p", { class: "muted" }, String(error.message ?? error))));
}

async function begin() {
  paint();
  await settle();
  await houses.forgetNotices();
  await arrive();
  await resume();
  setTimeout(async () => (await settle()) && app.send(), GRACE); // what was tapped just before the tab was killed
  addEventListener("hashchange", () => arrive().catch(unable));
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    app.memory.install = event;
    refresh();
  });
  hear(() => refresh());
  const send = keepSending(refresh);
  app.send = async (options) => {
    requestSync();
    await send(options);
  };
  worker.install(app);
  await send({ ask: true });
}

addEventListener("unhandledrejection", (event) => toast(event.reason?.message ?? "Ada yang tidak beres. Coba lagi."));
begin().catch(unable);
