/** "Siapkan ronda": everything that a round without signal needs, step by step, and what of it is missing. */
import { hasRoom } from "../../lapangan/health.js";
import { kept, readyOffline } from "../../lapangan/ready.js";
import { angka, umur } from "../../lapangan/words.js";
import { get, MustSignIn, NoSignal, Refused } from "./city.js";
import { hearTime, noticeStanding, spoilt } from "./device.js";
import { tidy } from "./photos.js";
import { recall, remember, waitingCount } from "./store.js";
import { sendAll } from "./sync.js";

const APP = { page: "/rojak/", prefix: "tidar-rojak-" };
const LABELS = {
  device: "HP terdaftar", pack: "Ruas, titik, rumah, dan jadwal", forms: "Formulir", app: "Aplikasi tersimpan di HP",
  position: "Izin lokasi", room: "Ruang untuk foto", storage: "Penyimpanan dijaga peramban", sent: "Catatan lama terkirim",
};
const OPTIONAL = new Set(["position", "room", "storage", "sent"]);
const QUESTION_MS = 8000;
const ROUND_BYTES = 20e6; // photos of a long round
const NO_ROOM = "Penyimpanan HP penuh: foto tidak akan muat. Hapus foto atau aplikasi yang tidak dipakai.";

const step = (key, sentence) => ({
  key, label: LABELS[key], state: sentence ? "missing" : "ok", sentence, required: !OPTIONAL.has(key),
});

/** Fetch the newest pack; the one on the phone stays until a whole new one has come. */
export async function download() {
  const [device, known] = [await recall("device"), await recall("pack")];
  const begun = Date.now();
  const same = known?.device === device.id && known.etag;
  let answer;
  try {
    answer = await get(`/api/rojak/siap?alat=${device.id}`, same ? { "If-None-Match": known.etag } : {});
  } catch (error) {
    if (error instanceof Refused && error.status === 404) await noticeStanding({ foreign: true });
    if (error instanceof Refused && error.code === "UnableToTrust") await noticeStanding({ revoked: true, sentence: error.message });
    throw error;
  }
  if (answer.notModified) {
    await remember("pack", { ...known, fetched: Date.now() });
    return known;
  }
  const pack = { ...answer.body, device: device.id, etag: answer.headers.get("ETag"), fetched: Date.now() };
  await remember("pack", pack);
  await hearTime(pack.server_time, begun);
  return pack;
}

/** What kinds ask for forms that the pack does not hold. */
function missingForms(pack) {
  const wanted = new Set((pack?.kinds ?? []).map(({ form }) => form).filter(Boolean));
  return [...wanted].filter((key) => !pack.forms?.[key]);
}

async function allowedPosition() {
  const permission = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
  return permission?.state === "granted" ? "" : "Lokasi belum diizinkan: pemeriksaan tanpa stiker menjadi tidak diketahui.";
}

async function persisted() {
  return (await navigator.storage?.persisted?.()) ? "" : "Peramban belum berjanji menjaga data. Pasang aplikasi di layar utama.";
}

/** What is ready and what is missing, without asking the city: `{steps, complete}`. */
export async function readiness({ app = null, room = null } = {}) {
  const [device, pack, waiting] = await Promise.all([recall("device"), recall("pack"), waitingCount()]);
  const registered = device?.code && !spoilt(device);
  const mine = pack && device && pack.device === device.id;
  const forms = missingForms(pack);
  const steps = [
    step("device", registered ? "" : "Daftarkan HP ini dulu."),
    step("pack", mine ? "" : "Belum diunduh."),
    step("forms", mine && !forms.length ? "" : mine ? `Belum ada: ${forms.join(", ")}.` : "Belum diunduh."),
    step("app", app ?? ((await kept(APP.page)) ? "" : "Aplikasi belum tersimpan di HP.")),
    step("position", await allowedPosition()),
    ...(room === null ? [] : [step("room", room ? "" : NO_ROOM)]),
    step("storage", await persisted()),
    step("sent", waiting ? `${angka(waiting)} catatan menunggu sinyal.` : ""),
  ];
  return { steps, complete: steps.every(({ state, required }) => state === "ok" || !required) };
}

/** Ask for the place once, so that the phone's own question comes before the round; who does not answer is not waited for. */
function askPosition() {
  if (!navigator.geolocation) return Promise.resolve();
  return new Promise((done) => {
    setTimeout(done, QUESTION_MS);
    navigator.geolocation.getCurrentPosition(done, done, { timeout: QUESTION_MS, maximumAge: 60000 });
  });
}

/** Do it all; `onStep(steps)` hears how far it is. Rejects with a sentence when the city cannot be reached. */
export async function prepare(onStep = () => {}) {
  const busy = async (key) => onStep((await readiness()).steps.map((each) => (each.key === key ? { ...each, state: "busy" } : each)));
  await busy("sent");
  await sendAll({ ask: true });
  await busy("pack");
  await download();
  await busy("app");
  const app = await readyOffline(APP);
  await busy("position");
  await askPosition();
  await tidy();
  const done = await readiness({ app, room: await hasRoom(ROUND_BYTES) });
  await remember("prepared", { at: Date.now(), complete: done.complete });
  onStep(done.steps);
  return done;
}

/** "Diunduh 3 jam lalu" or "Belum diunduh". */
export const packAge = (pack, now = Date.now()) => (pack ? `Diunduh ${umur(pack.fetched, now)}` : "Belum diunduh");

/** A sentence for what went wrong while preparing. */
export function preparingFailed(error) {
  if (error instanceof NoSignal) return `${error.message} Cari tempat yang ada sinyal.`;
  return error instanceof MustSignIn ? "Masuk lagi dulu." : error.message;
}
