/**
 * What this phone remembers (IndexedDB). Nothing here is deleted by an update of the app, and nothing that the city has
 * not received is deleted at all.
 *
 * `items`: every version exactly as it was signed, by `<id>:<hash>`; `seq` is the order in which they were made.
 * `photos`: what is known of a photo; `bytes`: the photo itself. `drafts`: forms that are being filled in.
 * `meta`: device and key, pack, the running round and its track, what the city said.
 */
import { database, exclusive } from "../../lapangan/store.js";

function upgrade(db) {
  const items = db.createObjectStore("items", { keyPath: "seq", autoIncrement: true });
  items.createIndex("key", "key", { unique: true });
  items.createIndex("id", "id");
  items.createIndex("kind", "kind");
  items.createIndex("round", "round");
  items.createIndex("unsent", "unsent");
  items.createIndex("state", "state");
  items.createIndex("newest", "newest");
  const photos = db.createObjectStore("photos", { keyPath: "sha256" });
  photos.createIndex("unsent", "unsent");
  db.createObjectStore("bytes");
  db.createObjectStore("drafts");
  db.createObjectStore("meta");
}

const base = database({ name: "tidar-rojak", version: 1, upgrade });

export const { open, tell, hear, recall, remember, forget } = base;
export { exclusive };

/** The key of a version: no other has it. */
export const keyOf = (id, hash) => `${id}:${hash}`;

/** A form that is being filled in. */
export const draft = async (key) => (await open()).get("drafts", key);

/** Keep it as it is now. */
export const saveDraft = async (key, value) => (await open()).put("drafts", value, key);

/** Let it go. */
export const dropDraft = async (key) => (await open()).delete("drafts", key);

/** Change some of what is remembered under `key`, in one step; what is not named stays. */
export async function amend(key, changes) {
  const tx = (await open()).transaction("meta", "readwrite");
  await tx.store.put({ ...((await tx.store.get(key)) ?? {}), ...changes }, key);
  await tx.done;
}

/** All versions of an item on this phone, oldest first. */
export const versions = async (id) => (await open()).getAllFromIndex("items", "id", id);

/** The version with this key, or undefined. */
export const byKey = async (key) => (await open()).getFromIndex("items", "key", key);

/** The newest version of each item, newest first. */
export const allLatest = async () => (await (await open()).getAllFromIndex("items", "newest", 1)).reverse();

/** The newest version of each item of one kind, newest first. */
export const byKind = async (kind) => {
  const found = await (await open()).getAllFromIndex("items", "kind", kind);
  return found.filter((version) => version.newest).reverse();
};

/** All versions of one round, oldest first. */
export const ofRound = async (round) => (await open()).getAllFromIndex("items", "round", round);

/** Versions in one state ("bentrok", "ditahan", "ditolak" …). */
export const inState = async (state) => (await open()).getAllFromIndex("items", "state", state);

/** Versions that stand beside another: somebody has to decide. */
export const conflicts = () => inState("bentrok");

/** Every version, oldest first. */
export const everything = async () => (await open()).getAll("items");

/** Versions that the city has not answered for, oldest first. */
export const unsent = async (limit) => (await open()).getAllFromIndex("items", "unsent", 1, limit);

/** How many those are. */
export const waitingCount = async () => (await open()).countFromIndex("items", "unsent", 1);

/** Photos that the city has not whole. */
export const unsentPhotos = async (limit) => (await open()).getAllFromIndex("photos", "unsent", 1, limit);

/** How many those are. */
export const photosWaitingCount = async () => (await open()).countFromIndex("photos", "unsent", 1);

/** What is known of a photo. */
export const photo = async (sha256) => (await open()).get("photos", sha256);

/** The photo itself, or undefined when it is not on this phone (any more). */
export const photoBytes = async (sha256) => (await open()).get("bytes", sha256);

/** Keep a photo that was taken; it is sent once an item names it. The same again changes nothing. */
export async function keepPhoto(sha256, bytes, at) {
  const tx = (await open()).transaction(["photos", "bytes"], "readwrite", { durability: "strict" });
  const known = await tx.objectStore("photos").get(sha256);
  if (!known) {
    const row = { sha256, size: bytes.byteLength, at, held: 0, state: "hp", sentence: "", unsent: 0, tried: 0, item: null };
    await tx.objectStore("photos").add(row);
  }
  await tx.objectStore("bytes").put(bytes, sha256);
  await tx.done;
}

/** Change what is known of a photo. */
export async function changePhoto(sha256, changes) {
  const tx = (await open()).transaction("photos", "readwrite", { durability: "strict" });
  const known = await tx.store.get(sha256);
  if (known) await tx.store.put({ ...known, ...changes });
  await tx.done;
  tell("photo");
}

/** Forget photos for good; only those that no item names, or that the city has. */
export async function dropPhotos(list) {
  const tx = (await open()).transaction(["photos", "bytes"], "readwrite");
  for (const { sha256, item } of list) {
    await tx.objectStore("bytes").delete(sha256);
    if (!item) await tx.objectStore("photos").delete(sha256);
  }
  await tx.done;
}

/**
 * Write a signed version, release its photos for sending, and change `meta` (`[key, value]`, undefined forgets), all or
 * nothing. `from` is the key of the version it follows, null for a first one: when another tab has written in between,
 * nothing is written and null comes back. A version that is there already is returned as it is.
 */
export async function commit(version, { from, meta = [], dropDraft = null }) {
  const tx = (await open()).transaction(["items", "photos", "drafts", "meta"], "readwrite", { durability: "strict" });
  const items = tx.objectStore("items");
  const known = await items.index("key").get(version.key);
  const before = (await items.index("id").getAll(version.id)).find((each) => each.newest);
  if (known || (before?.key ?? null) !== from) {
    await tx.done;
    return known ?? null;
  }
  const work = [];
  if (before) work.push(items.put({ ...before, newest: 0 }));
  work.push(items.add(version).then((seq) => (version.seq = seq)));
  for (const sha256 of version.photos) work.push(release(tx.objectStore("photos"), sha256, version.id));
  for (const [key, value] of meta) {
    work.push(value === undefined ? tx.objectStore("meta").delete(key) : tx.objectStore("meta").put(value, key));
  }
  if (dropDraft) work.push(tx.objectStore("drafts").delete(dropDraft));
  await Promise.all([...work, tx.done]);
  tell("item");
  return version;
}

async function release(photos, sha256, item) {
  const known = await photos.get(sha256);
  if (known && known.state === "hp") await photos.put({ ...known, item, unsent: 1 });
}

/** Write what the city answered: `answers` are `[key, changes]`, all or nothing; with what it said of itself. */
export async function settle(answers, server) {
  const tx = (await open()).transaction(["items", "meta"], "readwrite", { durability: "strict" });
  const items = tx.objectStore("items");
  for (const [key, changes] of answers) {
    const known = await items.index("key").get(key);
    if (known) await items.put({ ...known, ...changes });
  }
  const meta = tx.objectStore("meta");
  await meta.put({ ...((await meta.get("server")) ?? {}), ...server }, "server");
  await tx.done;
  tell("answer");
}
