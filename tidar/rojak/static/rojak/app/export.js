/** What the city has not accepted, as a file that the head of the RW or an officer can read, keep and send on. */
import { base64url } from "../../lapangan/keys.js";
import { hari } from "../../lapangan/words.js";
import { wire } from "./items.js";
import { inState, photoBytes, recall, unsent, unsentPhotos } from "./store.js";

const CHUNK = 32768;

function base64(bytes) {
  const view = new Uint8Array(bytes);
  let text = "";
  for (let at = 0; at < view.length; at += CHUNK) text += String.fromCharCode(...view.subarray(at, at + CHUNK));
  return btoa(text);
}

async function versions() {
  const found = await Promise.all([unsent(), inState("bentrok"), inState("ditahan"), inState("ditolak")]);
  return found.flat().sort((one, other) => one.seq - other.seq);
}

/** One photo after the other: a phone's memory does not hold fifty of them as text at once. */
async function* photoParts(list) {
  const names = new Set([...list.flatMap((version) => version.photos), ...(await unsentPhotos()).map((row) => row.sha256)]);
  let first = true;
  for (const sha256 of names) {
    const bytes = await photoBytes(sha256);
    if (!bytes) continue;
    yield new Blob([first ? "" : ",\n", JSON.stringify({ sha256, type: "image/jpeg", base64: base64(bytes) })]);
    first = false;
  }
}

/** A JSON file: the signed versions with their signatures (base64url) and the photos (base64) that they name. */
export async function asFile() {
  const device = await recall("device");
  const list = await versions();
  const head = {
    made_at: new Date().toISOString(), device: device?.id ?? null, code: device?.code ?? "", name: device?.name ?? "",
    public_key: device ? base64url(device.publicKey) : "",
    items: list.map((version) => ({
      id: version.id, hash: version.hash, kind: version.kind, revision: version.revision, state: version.state,
      sentence: version.sentence, content: { at: version.at, round: version.round, data: version.data }, ...wire(version),
    })),
  };
  const parts = [JSON.stringify(head, null, 1).replace(/\n\}$/, ',\n "photos": [\n')];
  for await (const part of photoParts(list)) parts.push(part);
  return new Blob([...parts, "\n]}\n"], { type: "application/json" });
}

/** "ronda-R07-2026-11-25.json". */
export async function fileName() {
  const device = await recall("device");
  return `ronda-${device?.code ?? "hp"}-${hari(new Date())}.json`;
}
