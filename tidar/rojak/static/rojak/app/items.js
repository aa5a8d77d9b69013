/**
 * Signed items: what a patrol did, each version written down once and never changed. An edit makes the next version, which
 * names the one before by its hash; two edits of the same version on two phones are a conflict that the city lists.
 */
import { canonical } from "../../lapangan/canonical.js";
import { isFull } from "../../lapangan/health.js";
import { base64url, sha256, sign, uuid7 } from "../../lapangan/keys.js";
import { stamp } from "../../lapangan/words.js";
import { moment } from "./clock.js";
import { commit, exclusive, keyOf, recall, versions } from "./store.js";

/** Kinds that may be changed after they were kept. */
export const EDITABLE = new Set(["finding", "activity"]);
const NONE = "0".repeat(64);
const MOST_PHOTOS = 6;
const FULL = "Penyimpanan HP penuh, catatan belum tersimpan. Hapus foto atau aplikasi, lalu coba lagi.";
const CHANGED = "Catatan ini sudah diubah di layar lain. Tutup isian ini tanpa menyimpan, lalu ubah lagi dari yang baru.";
const USED = "Catatan itu sudah tersimpan dengan isi lain. Buka lalu ubah catatannya.";

/** What stops an item, in a sentence for the person. */
export class UnableToKeep extends Error {}

/** A full phone says so in a sentence; nothing was kept. */
function spoken(error) {
  throw isFull(error) ? new UnableToKeep(FULL) : error;
}

async function author() {
  const [device, pack] = await Promise.all([recall("device"), recall("pack")]);
  if (!device?.code) throw new UnableToKeep("HP ini belum didaftarkan.");
  if (device.revoked) throw new UnableToKeep("HP ini sudah dicabut. Daftarkan lagi dulu.");
  if (!pack?.post) throw new UnableToKeep("Siapkan ronda dulu, saat ada sinyal.");
  return { device, post: pack.post.code };
}

async function signed({ device, post }, { id, kind, revision, base, at, round, data, photos }) {
  const body = { v: 1, device: device.id, id, kind, revision, base, at: stamp(at), round, post, data };
  const bytes = canonical(body);
  const hash = await sha256(bytes);
  const signature = await sign(device.secret, bytes);
  return {
    key: keyOf(id, hash), id, hash, kind, revision, base, at, round: round ?? "", post, data, photos, device: device.id,
    body: bytes, signature, unsent: 1, newest: 1, state: "hp", sentence: "", receipt: null,
  };
}

/** Text as it can be signed and kept: no lone halves of signs, no control signs but line ends. */
export const clean = (text) =>
  text.replace(/\p{Surrogate}/gu, "").replace(/\r\n?/g, "\n").replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, " ").trim();

function cleaned(value) {
  if (typeof value === "string") return clean(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, cleaned(v)]));
  return value;
}

const same = (one, other) => new TextDecoder().decode(canonical(one)) === new TextDecoder().decode(canonical(other));

function newestOf(list) {
  return list.find((version) => version.newest) ?? null;
}

/** The newest version of an item on this phone, or null. */
export const latest = async (id) => newestOf(await versions(id));

/** Whether this version may still be changed on this phone. */
export const editable = (version) => EDITABLE.has(version.kind) && version.state !== "ditolak";

const photosOf = (data) => (Array.isArray(data.photos) ? data.photos : []);

/**
 * Sign and keep one item; resolves when it is safely on this phone, not before. The same `id` with the same content gives
 * the version that is there: a second tap or a reopened tab makes no second item. `meta` changes in the same step.
 */
export async function make(kind, given, { id = uuid7(), round = null, at = null, dropDraft = null, meta = [] } = {}) {
  const data = cleaned(given);
  if (photosOf(data).length > MOST_PHOTOS) throw new UnableToKeep(`Paling banyak ${MOST_PHOTOS} foto dalam satu temuan.`);
  const by = await author();
  return exclusive(`tidar-rojak-${id}`, async () => {
    const [first] = await versions(id);
    if (first) {
      if (first.kind === kind && same(first.data, data)) return first;
      throw new UnableToKeep(USED);
    }
    const about = { id, kind, revision: 1, base: NONE, at: at ?? (await moment()), round, data, photos: photosOf(data) };
    const version = await signed(by, about);
    return commit(version, { from: null, meta, dropDraft }).catch(spoken);
  });
}

async function follow(before, given, dropDraft) {
  const data = cleaned(given);
  if (!EDITABLE.has(before.kind)) throw new UnableToKeep("Catatan ini tidak dapat diubah lagi.");
  const by = await author();
  const next = {
    id: before.id, kind: before.kind, revision: before.revision + 1, base: before.hash, at: await moment(),
    round: before.round || null, data, photos: photosOf(data),
  };
  const version = await signed({ ...by, post: before.post ?? by.post }, next);
  const kept = await commit(version, { from: before.key ?? null, dropDraft }).catch(spoken);
  if (!kept) throw new UnableToKeep("Catatan ini baru saja diubah di layar lain. Buka lagi, lalu ubah.");
  return kept;
}

/**
 * The next version of an item of this phone; the same content again changes nothing. `of` is the hash of the version that
 * was read before it was changed: when another one came meanwhile, nothing is replaced and the draft stays.
 */
export function edit(id, data, { dropDraft = null, of = null } = {}) {
  return exclusive(`tidar-rojak-${id}`, async () => {
    const before = await latest(id);
    if (!before) throw new UnableToKeep("Catatan itu tidak ada di HP ini.");
    if (same(before.data, cleaned(data))) return before;
    if (of && of !== before.hash) throw new UnableToKeep(CHANGED);
    return follow(before, data, dropDraft);
  });
}

/**
 * The next version of an item that another phone made or changed: `known` is the accepted version as the pack tells it
 * (`{id, hash, kind, revision, round, data}`). What this phone wrote after that one goes before it.
 */
export function editKnown(known, data, { dropDraft = null } = {}) {
  return exclusive(`tidar-rojak-${known.id}`, async () => {
    const before = await latest(known.id);
    const mine = before && before.revision >= (known.revision ?? 1);
    const base = mine ? before : { revision: 1, round: null, ...known, key: before?.key, post: before?.post };
    if (base.data && same(base.data, cleaned(data))) throw new UnableToKeep("Belum ada yang diubah.");
    return follow(base, data, dropDraft);
  });
}

/** As the city wants it. */
export const wire = (version) => ({ body: base64url(version.body), signature: base64url(version.signature) });
