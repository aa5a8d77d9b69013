/** Entries that wait for the network, kept in IndexedDB under their own id until the server has accepted them. */
const NAME = "tidar-census";
const STORE = "entries";

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function inStore(mode, work) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Keep an entry; when this resolves it survives a closed tab. */
export const keep = (entry) => inStore("readwrite", (store) => store.put(entry));

/** The server has it. */
export const forget = (id) => inStore("readwrite", (store) => store.delete(id));

async function all(census) {
  const found = await inStore("readonly", (store) => store.getAll());
  return found.filter((entry) => entry.census === census).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** All that wait for one census, oldest first. */
export const waiting = async (census) => (await all(census)).filter((entry) => !entry.refused);

/** All that the server refused, each with its sentence, until a person lets go of them. */
export const refused = async (census) => (await all(census)).filter((entry) => entry.refused);

/** A UUID version 7 (RFC 9562): its first 48 bits are the clock, so entries sort as they were made. */
export function uuid7(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let place = 5, rest = now; place >= 0; place -= 1, rest = Math.floor(rest / 256)) bytes[place] = rest % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
