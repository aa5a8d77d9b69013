/** Making the phone ready: register it once, be approved once, fetch the route before going to the market. */
import { button, frame, h, icon, linkButton, notice, toast } from "../dom.js";
import { askApproval, readyOffline, register, spoilt } from "../device.js";
import { MustSignIn, NoSignal, Refused } from "../net.js";
import { download } from "../route.js";
import { angka, umur } from "../words.js";
import { notices } from "./parts.js";

const SIGN_IN = "/akun/masuk/?next=/pungut/";
const NOT_KEPT = "Aplikasi belum tersimpan di HP. Siapkan rute lagi saat ada sinyal.";

async function trying(app, pressed, work) {
  pressed.disabled = true;
  try {
    await work();
  } catch (error) {
    if (error instanceof MustSignIn) location.assign(SIGN_IN);
    else toast(error instanceof NoSignal ? `${error.message} Cari tempat yang ada sinyal.` : error.message);
  }
  pressed.disabled = false;
  await app.replace("#/siap");
}

function guess() {
  const model = navigator.userAgent.match(/Android [\d.]+; ([^;)]+)/)?.[1] ?? "";
  return model.length > 1 ? model : "";
}

function card(title, ...more) {
  return h("section", { class: "card" }, h("h2", null, title), more);
}

function naming(app) {
  const value = app.state.device?.name ?? guess();
  const about = { id: "nama-hp", class: "field", maxlength: 80, autocomplete: "off", placeholder: "HP Pak Slamet", value };
  const field = h("input", about);
  const go = button("Daftarkan HP ini", () => trying(app, go, async () => {
    const name = field.value.trim();
    if (!name) throw new Error("Beri nama HP ini dulu.");
    await register(name);
  }), { kind: "primary", mark: "phone" });
  const why = "Sekali saja, saat ada sinyal. Kuitansi dari HP ini bisa dikenali dan tidak bisa ditiru.";
  const label = h("label", { for: "nama-hp" }, "Nama HP");
  return [[card("Daftarkan HP", h("p", { class: "muted" }, why), label, field)], [go]];
}

function waiting(app) {
  const { code, sentence } = app.state.device;
  const go = button("Periksa lagi", () => trying(app, go, async () => {
    const device = await askApproval();
    toast(device.approved ? "HP sudah disetujui." : "Belum disetujui.");
  }), { kind: "primary", mark: "check" });
  const ask = h("p", { class: "muted" }, "Sebutkan kode ini kepada kepala pasar.");
  return [[card("Tunggu persetujuan", h("p", { class: "owed" }, code), h("p", null, sentence), ask)], [go]];
}

/** The city gives no route: learn how this phone stands now, so that the next step is shown. */
async function standing(error) {
  if (error instanceof Refused && [403, 404].includes(error.status)) await askApproval();
  throw error;
}

function ready(app) {
  const { route, moment, device } = app.state;
  const { missing } = app.memory;
  return h("section", { class: "card done" },
    h("div", { class: "done__tick" }, icon(missing ? "alert" : "check")),
    h("h2", null, missing ? "Hampir siap" : "Siap tanpa sinyal"),
    h("p", { class: "owed" }, `${angka(route.stalls.length)} lapak`),
    h("p", { class: "muted" }, `Rute diunduh ${umur(route.fetched, moment)} · ${device.code}`),
    missing && notice("warn", missing));
}

function fetching(app) {
  const { route, device } = app.state;
  const has = route?.device === device.id;
  const go = button(has ? "Siapkan rute lagi" : "Siapkan rute", () => trying(app, go, async () => {
    await app.send();
    await download(app.state.device).catch(standing);
    app.memory.missing = await readyOffline();
  }), { kind: has ? "" : "primary", mark: "download" });
  if (has) return [[ready(app)], [linkButton("Mulai memungut", "#/", { kind: "primary", mark: "next" }), go]];
  const why = h("p", { class: "muted" }, "Mengunduh semua lapak, supaya bisa dipakai seharian tanpa sinyal.");
  return [[card("Siapkan rute", why, h("p", null, `Kode HP ${device.code}`))], [go]];
}

/** The screen: whichever step is next. */
export async function render(app) {
  const { state } = app;
  const { device, route } = state;
  if (route && app.memory.missing === undefined && !(await caches.match("/pungut/"))) app.memory.missing = NOT_KEPT;
  const step = !device?.code || spoilt(device) ? naming : device.approved === false ? waiting : fetching;
  const [body, actions] = step(app);
  const signIn = state.problem.problem === "masuk" && linkButton("Masuk lagi", SIGN_IN, { mark: "next" });
  return frame({
    title: "Siapkan HP", over: device?.name ?? "", back: route ? "#/" : null,
    body: [await notices(state), signIn, body], actions,
  });
}
