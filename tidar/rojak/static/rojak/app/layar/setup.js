/** Making the phone ready: register it once, then "Siapkan ronda" until the tick is green. */
import { button, h, icon, linkButton, toast } from "../../../lapangan/dom.js";
import { angka } from "../../../lapangan/words.js";
import { MustSignIn } from "../city.js";
import { register, spoilt } from "../device.js";
import { packAge, prepare, preparingFailed } from "../pack.js";
import { installing } from "./more.js";
import { frame, notices, roundWord, segmentWord } from "./parts.js";

const SIGN_IN = "/akun/masuk/?next=/rojak/";

async function trying(app, pressed, work) {
  pressed.disabled = true;
  try {
    await work();
    await app.replace("#/siap");
  } catch (error) {
    if (error instanceof MustSignIn) location.assign(SIGN_IN);
    else toast(preparingFailed(error));
    await app.reload();
    pressed.disabled = false;
  }
}

function guess() {
  const model = navigator.userAgent.match(/Android [\d.]+; ([^;)]+)/)?.[1] ?? "";
  return model.length > 1 ? model : "";
}

function naming(app) {
  const field = h("input", {
    id: "nama-hp", class: "field", maxlength: 80, autocomplete: "off", placeholder: "HP Bu Sri", value: app.state.device?.name ?? guess(),
  });
  const go = button("Daftarkan HP ini", () => trying(app, go, async () => {
    const name = field.value.trim();
    if (!name) throw new Error("Beri nama HP ini dulu.");
    await register(name);
  }), { kind: "primary", mark: "phone" });
  const why = "Sekali saja, saat ada sinyal. Catatan dari HP ini bisa dikenali dan tidak bisa ditiru.";
  return [h("section", { class: "card" }, h("h2", null, "Daftarkan HP"), h("p", { class: "muted" }, why),
    h("div", null, h("label", { for: "nama-hp" }, "Nama HP"), field)), [go]];
}

const MARKS = { ok: ["check", "siap"], busy: ["clock", "sedang disiapkan"], missing: ["alert", "belum"] };

function stepLine({ label, state, sentence, required }) {
  const [mark, said] = MARKS[state];
  const look = state === "missing" && required === false ? "wait" : { ok: "done", busy: "wait", missing: "bad" }[state];
  return h("li", { class: `step step--${look}` }, h("span", { class: "step__mark" }, icon(look === "wait" && state !== "busy" ? "info" : mark)),
    h("span", null, label, sentence && h("small", null, sentence), h("span", { class: "visually-hidden" }, `, ${said}`)));
}

function contents({ pack, ...state }) {
  const parts = [[pack.segments.length, segmentWord({ pack })], [pack.checkpoints.length, "titik periksa"], [pack.kinds.length, "jenis temuan"],
    [Object.keys(pack.forms ?? {}).length, "formulir"], [(pack.findings ?? []).length, "temuan terbuka"]];
  return h("p", null, parts.map(([count, word]) => `${angka(count)} ${word}`).join(", "), `. ${packAge(pack, state.moment.getTime())}.`);
}

function preparing(app) {
  const { state } = app;
  const { steps, complete } = state.readiness;
  const word = roundWord(state);
  const list = h("ul", { class: "stepping", "aria-label": "Yang sudah siap" }, steps.map(stepLine));
  const go = button(complete ? `Siapkan ${word} lagi` : `Siapkan ${word}`, () => trying(app, go, () =>
    prepare((now) => list.replaceChildren(...now.map(stepLine)))), { kind: complete ? "" : "primary", mark: "download" });
  const head = complete ? h("div", { class: "done" }, h("div", { class: "done__tick" }, icon("check")), h("h2", null, "Siap tanpa sinyal"))
    : h("h2", null, "Unduh semua dulu, selagi ada sinyal");
  const card = h("section", { class: "card" }, head, state.pack && contents(state), list);
  const actions = complete ? [linkButton(`Ke ${word}`, "#/", { kind: "primary", mark: "bike" }), go] : [go, state.pack && linkButton(`Ke ${word}`, "#/", { mark: "bike" })];
  return [[card, installing(app)], actions.filter(Boolean)];
}

/** The screen: whichever step is next. */
export async function render(app) {
  const { state } = app;
  const { device, pack } = state;
  const [body, actions] = !device?.code || spoilt(device) ? naming(app) : preparing(app);
  const signIn = state.problem.problem === "masuk" && linkButton("Masuk lagi", SIGN_IN, { mark: "next" });
  return frame(app, {
    title: "Siapkan HP", over: device?.code ? `${device.name} · ${device.code}` : "", back: pack ? "#/" : null,
    body: [await notices(app), signIn, body], actions,
  });
}

