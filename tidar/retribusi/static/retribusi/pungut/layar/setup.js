/** Making the phone ready: register it once, be approved once, fetch the route before going to the market. */
import { button, frame, h, icon, linkButton, notice, toast } from "../dom.js";
import { askApproval, readyOffline, register } from "../device.js";
import { MustSignIn, NoSignal } from "../net.js";
import { download } from "../route.js";
import { angka, umur } from "../words.js";
import { notices } from "./parts.js";

const SIGN_IN = "/akun/masuk/?next=/pungut/";

async function trying(app, button_, work) {
  button_.disabled = true;
  try {
    await work();
  } catch (error) {
    if (error instanceof MustSignIn) location.assign(SIGN_IN);
    else toast(error instanceof NoSignal ? `${error.message} Cari tempat yang ada sinyal.` : error.message);
  }
  button_.disabled = false;
  await app.replace("#/siap");
}

function guess() {
  const model = navigator.userAgent.match(/Android [\d.]+; ([^;)]+)/)?.[1] ?? "";
  return model.length > 1 ? model : "";
}

function naming(app) {
  const field = h("input", { id: "nama-hp", class: "field", maxlength: 80, autocomplete: "off", value: app.state.device?.name ?? guess(), placeholder: "HP Pak Slamet" });
  const go = button("Daftarkan HP ini", () => trying(app, go, async () => {
    const name = field.value.trim();
    if (!name) throw new Error("Beri nama HP ini dulu.");
    await register(name);
  }), { kind: "primary", mark: "phone" });
  return [[h("section", { class: "card" }, h("h2", null, "Daftarkan HP"), h("p", { class: "muted" }, "Sekali saja, saat ada sinyal. Kuitansi dari HP ini bisa dikenali dan tidak bisa ditiru."),
    h("label", { for: "nama-hp" }, "Nama HP"), field)], [go]];
}

function waiting(app) {
  const go = button("Periksa lagi", () => trying(app, go, async () => {
    const device = await askApproval();
    toast(device.approved ? "HP sudah disetujui." : "Belum disetujui.");
  }), { kind: "primary", mark: "check" });
  return [[h("section", { class: "card" }, h("h2", null, "Tunggu persetujuan"), h("p", { class: "owed" }, app.state.device.code),
    h("p", null, app.state.device.sentence || "Minta kepala pasar menyetujui HP ini. Sebutkan kodenya."))], [go]];
}

function ready(app) {
  const { route, moment, device } = app.state;
  return h("section", { class: "card done" }, h("div", { class: "done__tick" }, icon(app.memory.missing ? "alert" : "check")),
    h("h2", null, app.memory.missing ? "Hampir siap" : "Siap tanpa sinyal"),
    h("p", { class: "owed" }, `${angka(route.stalls.length)} lapak`),
    h("p", { class: "muted" }, `Rute diunduh ${umur(route.fetched, moment)} · ${device.code}`),
    app.memory.missing && notice("warn", app.memory.missing));
}

function fetching(app) {
  const { route, device } = app.state;
  const go = button(route ? "Siapkan rute lagi" : "Siapkan rute", () => trying(app, go, async () => {
    await app.send();
    await download(app.state.device);
    app.memory.missing = await readyOffline();
  }), { kind: route ? "" : "primary", mark: "download" });
  const first = h("section", { class: "card" }, h("h2", null, "Siapkan rute"), h("p", { class: "muted" }, "Mengunduh semua lapak, supaya bisa dipakai seharian tanpa sinyal."), h("p", null, `Kode HP ${device.code}`));
  return [[route ? ready(app) : first], route ? [linkButton("Mulai memungut", "#/", { kind: "primary", mark: "next" }), go] : [go]];
}

/** The screen: whichever step is next. */
export async function render(app) {
  const { state } = app;
  const { device, route } = state;
  if (route && app.memory.missing === undefined && navigator.serviceWorker?.controller) app.memory.missing = (await caches.match("/pungut/")) ? "" : "Aplikasi belum tersimpan di HP. Siapkan rute lagi saat ada sinyal.";
  const step = !device?.code || device.behind ? naming : device.approved === false ? waiting : fetching;
  const [body, actions] = step(app);
  return frame({
    title: "Siapkan HP", over: device?.name ?? "", back: route ? "#/" : null,
    body: [await notices(state), state.problem.problem === "masuk" ? linkButton("Masuk lagi", SIGN_IN, { mark: "next" }) : null, body], actions,
  });
}
