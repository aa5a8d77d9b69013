/**
 * Both sides count. The city says what it holds of this phone; what it lacks although this phone thought it received is
 * sent again, what it decided meanwhile is shown, and equal digests prove that both hold the same.
 */
import { sha256 } from "../../lapangan/keys.js";
import { get } from "./city.js";
import { changePhoto, everything, keyOf, open, recall, settle } from "./store.js";

const HAS = new Set(["diterima", "dihapus"]);

/** SHA-256 over the sorted lines "<id>:<hash>\n". */
export async function digestOf(keys) {
  return sha256(new TextEncoder().encode([...keys].sort().map((key) => `${key}\n`).join("")));
}

function changesOf(version, row) {
  if (!row) return version.unsent ? null : { unsent: 1, state: "hp", sentence: "", receipt: null };
  const [, , state, sentence, receipt] = row;
  const said = { unsent: 0, state, sentence: sentence ?? "", receipt: receipt ?? null };
  return Object.keys(said).some((name) => said[name] !== version[name]) ? said : null;
}

/** Photos: what the city has is received, what it lacks is sent (again). */
async function comparePhotos(rows) {
  const said = new Map(rows ?? []);
  for (const photo of await (await open()).getAll("photos")) {
    const state = said.get(photo.sha256);
    const kept = HAS.has(state);
    if (kept && photo.unsent) await changePhoto(photo.sha256, { unsent: 0, held: photo.size, state: "diterima" });
    if (!kept && state && photo.state === "diterima") await changePhoto(photo.sha256, { unsent: 1, held: 0, state: "hp", tried: 1 });
  }
}

/** Ask what the city holds and mend the difference; remembers the two counts under "server". */
export async function compare() {
  const device = await recall("device");
  if (!device?.code) return;
  const { body } = await get(`/api/rojak/alat/${device.id}/isi`);
  const city = new Map((body.items ?? []).map((row) => [keyOf(row[0], row[1]), row]));
  const own = (await everything()).filter((version) => version.device === device.id);
  const answers = own.map((version) => [version.key, changesOf(version, city.get(version.key))]).filter(([, changes]) => changes);
  const keys = own.map(({ key }) => key);
  const same = (await digestOf(keys)) === body.digest;
  const lost = body.count - keys.filter((key) => city.has(key)).length;
  await settle(answers, { held: body.count, ours: own.length, same, lost, at: Date.now() });
  await comparePhotos(body.photos);
}
