/** Everything the screens show, read from the phone's store at once, and what is wrong that the collector can mend. */
import { clockWords, storageWarning } from "../../lapangan/health.js";
import { activity, now } from "./route.js";
import { chainKey, FIRST, recall, unsentCount } from "./store.js";
import { hari, umur } from "./words.js";

const CLOCK_MINUTES = 2;
const OLD_HOURS = 20;
const SIGN_IN_WORDS = "Masa masuk sudah habis. Anda tetap bisa memungut; masuk lagi saat ada sinyal.";

/** A whole picture of this moment. */
export async function load() {
  const [device, route, server, problem, bag, waiting] = await Promise.all(
    [recall("device"), recall("route"), recall("server"), recall("problem"), recall("bag"), unsentCount()],
  );
  const moment = new Date();
  const act = await activity(route, moment);
  const chain = device ? ((await recall(chainKey(device.id))) ?? FIRST) : FIRST;
  const stalls = new Map((route?.stalls ?? []).map((stall) => [stall.qr, stall]));
  return { device, route, server: server ?? {}, problem: problem ?? {}, bag: bag ?? 0, waiting, act, chain, stalls, moment };
}

/** What a stall owes now. */
export const standing = (state, stall) => now(stall, state.act, state.route);

/** Today's receipts that stand, and their sum. */
export function today(state) {
  const day = hari(state.moment);
  const taken = state.act.taken;
  const list = state.act.records.filter((r) => r.day === day && (r.kind === "payment" || r.kind === "karcis"));
  const standingOnes = list.filter((r) => !taken.has(`${r.device}:${r.counter}`));
  return { count: standingOnes.length, sum: standingOnes.reduce((total, r) => total + r.amount, 0) };
}

/** "diterima kota (41 dari 43)": what the city last said it holds of this phone's records. */
export function heldWords({ server, chain }) {
  if (server.held === undefined) return chain.counter ? `diterima kota (0 dari ${chain.counter})` : "belum ada kuitansi";
  return `diterima kota (${server.held} dari ${Math.max(server.of ?? 0, chain.counter)})`;
}

function clockWarning({ server, chain, moment }) {
  if (chain.at - moment.getTime() > CLOCK_MINUTES * 60000) {
    return "Jam HP ini mundur. Kuitansi memakai waktu kuitansi terakhir. Betulkan jam di Setelan HP.";
  }
  const wrong = clockWords(server.difference);
  return wrong && `${wrong} Betulkan di Setelan HP, supaya kuitansi tidak ditahan.`;
}

/** `[kind, sentence, link?]` for everything that needs the collector. */
export async function warnings(state) {
  const found = [];
  const { device, problem } = state;
  if (device?.behind) found.push(["bad", "Catatan lama di HP ini hilang. Daftarkan lagi sebagai HP baru."]);
  if (device?.revoked) found.push(["bad", device.sentence]);
  if (device?.foreign) found.push(["warn", "HP ini terdaftar atas nama juru pungut lain. Daftarkan atas nama Anda."]);
  if (device?.code && device.approved === false && !device.revoked) {
    found.push(["warn", "HP ini menunggu persetujuan kepala pasar.", ["#/siap", "Periksa"]]);
  }
  if (problem.problem === "masuk") found.push(["warn", SIGN_IN_WORDS, ["/akun/masuk/?next=/pungut/", "Masuk"]]);
  if (problem.problem === "ditolak") {
    found.push(["bad", `Kota belum menerima kiriman: ${problem.sentence}`, ["#/kirim", "Lihat"]]);
  }
  if (state.route && state.moment - state.route.fetched > OLD_HOURS * 3600000) {
    const age = umur(state.route.fetched, state.moment);
    found.push(["warn", `Rute diunduh ${age}. Siapkan lagi saat ada sinyal.`, ["#/siap", "Siapkan rute"]]);
  }
  const clock = clockWarning(state);
  if (clock) found.push(["warn", clock]);
  const storage = await storageWarning();
  if (storage) found.push(["warn", storage]);
  return found;
}

/** Sentence and kind for one record: the three honest states. */
export function stateOf(record) {
  if (record.state === "dibukukan" || record.state === "selesai") return ["ok", "diterima kota"];
  if (record.state === "ditahan") return ["warn", `ditahan: ${record.sentence}`];
  if (record.state === "ditolak") return ["bad", `ditolak: ${record.sentence}`];
  return ["info", "tersimpan di HP"];
}
