/**
 * Bringing one photo to the city, in parts (RFC 9110, section 14.4). A part that was lost is asked for (HEAD) and sent
 * again from where the city is; the same bytes twice are the same photo.
 */
import { head, NoSignal, put, Refused } from "./city.js";
import { changePhoto, photoBytes } from "./store.js";

const PART = 262144;
const SMALL = 32768; // after a failure: less is lost the next time
const SETTLED = new Set(["diterima", "ditahan", "ditolak", "dihapus"]);
const LOST = "Foto itu tidak ada lagi di HP ini.";

const address = (sha256) => `/api/rojak/foto/${sha256}`;

/** `{held, state}`: how much the city has. */
async function asked(sha256) {
  try {
    const headers = await head(address(sha256));
    return { held: Number(headers.get("Upload-Offset") ?? 0) || 0, state: headers.get("Upload-State") ?? "" };
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return { held: 0, state: "" };
    throw error;
  }
}

async function sentPart(sha256, bytes, from, size) {
  const to = Math.min(from + size, bytes.byteLength);
  const range = `bytes ${from}-${to - 1}/${bytes.byteLength}`;
  return put(address(sha256), bytes.slice(from, to), { "Content-Range": range });
}

async function settled(row, { held, state, sentence = "" }) {
  await changePhoto(row.sha256, { unsent: 0, held: held || row.size, state: state === "dihapus" ? "diterima" : state, sentence });
  return true;
}

/** What the city will not take is not sent again; one whose item has not come yet waits. */
async function refused(row, error) {
  if (!(error instanceof Refused)) throw error;
  const state = { 422: "ditahan", 413: "ditolak", 415: "ditolak" }[error.status];
  if (state) return settled(row, { held: row.held, state, sentence: error.message });
  return false;
}

/** Send a photo until it is whole or `interrupted()` says that something more urgent waits; true when it is settled. */
export async function upload(row, interrupted) {
  const bytes = await photoBytes(row.sha256);
  if (!bytes) return settled(row, { held: 0, state: "ditolak", sentence: LOST });
  await changePhoto(row.sha256, { tried: row.tried + 1 });
  try {
    return await parts(row, bytes, interrupted);
  } catch (error) {
    return refused(row, error);
  }
}

async function parts(row, bytes, interrupted) {
  let { held, state } = row.tried ? await asked(row.sha256) : { held: 0, state: "" };
  if (state === "ditahan" && !row.again) {
    await changePhoto(row.sha256, { again: true }); // perhaps it came spoilt: once more, and then the city says why
    held = 0;
  } else if (SETTLED.has(state)) return settled(row, { held, state });
  if (held >= bytes.byteLength) held = 0; // all of it came, and it is not whole: begin anew
  while (held < bytes.byteLength) {
    const answer = await sentPart(row.sha256, bytes, held, row.tried > 1 ? SMALL : PART);
    if (SETTLED.has(answer.state)) return settled(row, answer);
    if (!(answer.held > held)) throw new NoSignal("Kota belum menerima foto ini.");
    held = answer.held;
    await changePhoto(row.sha256, { held, state: "sebagian" });
    if (await interrupted()) return false;
  }
  return false;
}
