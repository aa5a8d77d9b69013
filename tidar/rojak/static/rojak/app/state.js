/** Everything the screens show, read from the phone's store at once, and what is wrong that the person can mend. */
import { clockIsWrong, clockWords, storageWarning } from "../../lapangan/health.js";
import { angka, umur } from "../../lapangan/words.js";
import { callWarnings } from "./calls.js";
import { readiness } from "./pack.js";
import { conflicts, inState, photosWaitingCount, recall, waitingCount } from "./store.js";

const OLD_HOURS = 20;
const SIGN_IN = "/akun/masuk/?next=/rojak/";

/** A whole picture of this moment. */
export async function load() {
  const [device, pack, server, problem, round, ended, calls] = await Promise.all(
    ["device", "pack", "server", "problem", "round", "ended", "calls"].map(recall),
  );
  const [waiting, photosWaiting, torn, held, refused, ready] = await Promise.all(
    [waitingCount(), photosWaitingCount(), conflicts(), inState("ditahan"), inState("ditolak"), readiness()],
  );
  return {
    device, pack, server: server ?? {}, problem: problem ?? {}, round: round ?? null, ended: ended ?? null,
    calls: calls ?? [], waiting, photosWaiting, conflicts: torn, held, refused, readiness: ready, moment: new Date(),
  };
}

/** "kota memegang 41 dari 43 catatan HP ini" and whether both sides have the same. */
export function heldWords({ server, waiting }) {
  if (server.held === undefined) return waiting ? `0 dari ${angka(waiting)} catatan diterima kota` : "belum ada catatan";
  if (server.ours === undefined) return `${angka(server.held)} catatan diterima kota`;
  const there = server.held - Math.max(0, server.lost ?? 0);
  const ours = Math.max(server.ours, there + waiting); // what was made since both sides last counted
  const both = `${angka(there)} dari ${angka(ours)} catatan diterima kota`;
  return server.same && ours === server.ours && !waiting ? `${both}, isinya sama` : both;
}

/** `[kind, text, icon, said]` for the small sign at the top: is everything with the city? */
export function pillWords({ waiting, photosWaiting, problem, conflicts: torn, server }) {
  if (problem.problem === "masuk") return ["warn", "Masuk lagi", "alert", "Masa masuk sudah habis"];
  if (torn.length) return ["warn", `${angka(torn.length)} bentrok`, "alert", `${angka(torn.length)} catatan bentrok dengan HP lain`];
  if (waiting) return ["wait", `${angka(waiting)} di HP`, "phone", `${angka(waiting)} catatan tersimpan di HP, belum diterima kota`];
  if (photosWaiting) return ["wait", `${angka(photosWaiting)} foto`, "phone", `Catatan diterima kota, ${angka(photosWaiting)} foto masih di HP`];
  return ["ok", server.held ? "Terkirim" : "Siap", "check", "Semua sudah diterima kota"];
}

/** Sentence and kind for one version: the first two honest states. */
export function stateOf(version) {
  const under = version.receipt ? ` ${version.receipt}` : "";
  if (version.state === "diterima") return ["ok", `diterima kota${under}`];
  if (version.state === "diganti") return ["ok", `diganti versi berikutnya${under}`];
  if (version.state === "bentrok") return ["warn", `bentrok: ${version.sentence || "diubah juga di HP lain"}`];
  if (version.state === "ditahan") return ["warn", `ditahan: ${version.sentence}`];
  if (version.state === "ditolak") return ["bad", `ditolak: ${version.sentence}`];
  return ["info", "tersimpan di HP"];
}

/** `[kind, words]` for a version's photos together: the third honest state; null when it has none. */
export function photoWords(version, rows) {
  if (!version.photos.length) return null;
  const known = version.photos.map((sha256) => rows.find((row) => row?.sha256 === sha256));
  const got = known.filter((row) => row?.state === "diterima").length;
  const bad = known.find((row) => row && ["ditahan", "ditolak"].includes(row.state));
  if (bad) return ["warn", `foto ${bad.state}: ${bad.sentence}`];
  if (got === known.length) return ["ok", got > 1 ? `${got} foto diterima kota` : "foto diterima kota"];
  return ["info", got ? `${got} dari ${known.length} foto diterima kota` : "foto tersimpan di HP"];
}

function ofSending({ problem, conflicts: torn, server }) {
  const found = [];
  if (problem.problem === "masuk") {
    found.push(["warn", "Masa masuk sudah habis. Anda tetap bisa meronda; masuk lagi saat ada sinyal.", [SIGN_IN, "Masuk"]]);
  }
  if (problem.problem === "ditolak") found.push(["bad", `Kota belum menerima kiriman: ${problem.sentence}`, ["#/catatan", "Lihat"]]);
  if (torn.length) found.push(["warn", `${angka(torn.length)} catatan juga diubah di HP lain. Ketua RW memilih yang berlaku.`, ["#/catatan", "Lihat"]]);
  if (server.lost > 0) found.push(["warn", `Kota memegang ${angka(server.lost)} catatan yang tidak ada lagi di HP ini.`]);
  return found;
}

/** `[kind, sentence, [address, text]?]` for everything that needs the person. */
export async function warnings(state) {
  const { device, pack, moment, server } = state;
  const found = callWarnings(state);
  if (device?.revoked) found.push(["bad", device.sentence || "HP ini sudah dicabut.", ["#/siap", "Daftarkan lagi"]]);
  else if (device?.foreign) found.push(["warn", "HP ini terdaftar atas nama orang lain. Daftarkan atas nama Anda.", ["#/siap", "Daftarkan"]]);
  found.push(...ofSending(state));
  if (pack && moment - pack.fetched > OLD_HOURS * 3600000) {
    found.push(["warn", `Data ronda diunduh ${umur(pack.fetched, moment)}. Siapkan lagi saat ada sinyal.`, ["#/siap", "Siapkan"]]);
  }
  if (clockIsWrong(server.difference)) found.push(["warn", `${clockWords(server.difference)} Catatan memakai jam kota. Betulkan di Setelan HP.`]);
  const full = await storageWarning();
  if (full) found.push(["warn", full, ["#/lainnya", "Simpan ke berkas"]]);
  return found;
}
