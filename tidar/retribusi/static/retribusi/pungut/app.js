/** The collector's app: opens from the phone's own store, shows one screen at a time, sends in the background. */
import { spoilt } from "./device.js";
import { h, toast } from "./dom.js";
import * as amount from "./layar/amount.js";
import * as block from "./layar/block.js";
import * as find from "./layar/find.js";
import * as handover from "./layar/handover.js";
import * as history from "./layar/history.js";
import * as home from "./layar/home.js";
import * as karcis from "./layar/karcis.js";
import * as more from "./layar/more.js";
import * as receipt from "./layar/receipt.js";
import * as scan from "./layar/scan.js";
import * as setup from "./layar/setup.js";
import * as stall from "./layar/stall.js";
import * as status from "./layar/status.js";
import * as taking from "./layar/void.js";
import { load } from "./state.js";
import { forget, hear, recall } from "./store.js";
import { keepSending, requestSync } from "./sync.js";
import { install, whenSafe } from "./updates.js";

const SCREENS = {
  "": home, blok: block, cari: find, pindai: scan, lapak: stall, bayar: amount, "bayar-nomor": amount, kuitansi: receipt,
  batal: taking, setor: handover, riwayat: history, karcis, kirim: status, siap: setup, lainnya: more,
};
const WITHOUT_ROUTE = new Set(["kirim", "siap", "lainnya", "kuitansi"]);
const STARTS = new Set(["", "blok", "cari", "pindai"]);
const root = document.getElementById("aplikasi");
const leaving = [];
let drawn = 0;
let shown = "";

const app = {
  state: null, name: "", params: [], memory: {},
  go: (hash) => (location.hash === hash ? app.draw() : (location.hash = hash)),
  replace(hash) {
    globalThis.history.replaceState(null, "", hash);
    return app.arrive();
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
  const { device, route } = app.state;
  const unready = !device?.code || spoilt(device) || !route || route.device !== device.id;
  return unready && !WITHOUT_ROUTE.has(name) ? ["siap", []] : [SCREENS[name] ? name : "", params];
}

/** Paint the screen of this address; an older painting that is still at work gives way. */
async function draw() {
  const mine = ++drawn;
  [app.name, app.params] = where();
  const nodes = await SCREENS[app.name].render(app);
  if (mine !== drawn) return;
  root.replaceChildren(...nodes);
  root.dataset.layar = app.name || "rute";
  document.title = `${root.querySelector("h1").textContent} · Pungut`;
}

/** A new address: leave the old screen, read the store anew, begin at the top. */
async function arrive() {
  leaving.splice(0).forEach((work) => work());
  if (shown === "kuitansi") await forget("current");
  await app.reload();
  [app.name] = where();
  if (STARTS.has(app.name)) app.memory.back = location.hash || "#/";
  await draw();
  if (shown !== app.name || app.name === "kuitansi") {
    scrollTo(0, 0);
    root.querySelector("h1").focus({ preventScroll: true });
  }
  shown = app.name;
  whenSafe(app);
}

/** Something changed in the store, by another tab, the worker or the city's answer. */
async function refresh() {
  await app.reload();
  if (SCREENS[app.name].live && !document.querySelector("dialog[open]")) await draw();
}

/** A receipt that a killed tab has made but not shown: show it before anything else. */
async function unfinished() {
  const current = await recall("current");
  if (current) globalThis.history.replaceState(null, "", `#/kuitansi/${current.device}/${current.counter}`);
}

function unable(error) {
  console.error(error);
  root.replaceChildren(h("main", { class: "body" }, h("h1", null, "Aplikasi belum bisa dibuka"),
    h("p", null, "Kuitansi Anda aman di HP ini. Tutup aplikasi, lalu buka lagi."),
    h("p", { class: "muted" }, String(error.message ?? error))));
}

async function start() {
  more.look.paint();
  await unfinished();
  await arrive();
  addEventListener("hashchange", () => arrive().catch(unable));
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    app.memory.install = event;
  });
  hear(() => refresh());
  const send = keepSending(refresh);
  app.send = async (options) => {
    requestSync();
    await send(options);
  };
  install(app);
  await send({ ask: true });
}

addEventListener("unhandledrejection", (event) => toast(event.reason?.message ?? "Ada yang tidak beres. Coba lagi."));
start().catch(unable);
