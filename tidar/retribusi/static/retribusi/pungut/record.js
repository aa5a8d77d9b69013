/**
 * The chain of signed records: what the collector did, numbered without gaps, each naming the hash of the one before.
 * The body is canonical JSON (UTF-8, keys sorted, no spaces, whole numbers), so that phone and city hash the same bytes.
 */
import { canonical as written, NotWhole } from "../../lapangan/canonical.js";
import { base64url, sha256, sign, uuid7 } from "../../lapangan/keys.js";
import { byId, CASH, chainKey, commit, exclusive, FIRST, recall } from "./store.js";
import { hari, rupiah, stamp } from "./words.js";

const MOST = 100000000; // the city takes no larger receipt: more is a slip of the finger
const USED = "Kuitansi sebelumnya sudah tersimpan. Kembali ke lapak, lalu catat yang baru.";

/** What stops a record, in a sentence for the collector. */
export class UnableToRecord extends Error {}

/** The bytes that are hashed and signed. */
export function canonical(body) {
  try {
    return written(body);
  } catch (error) {
    throw error instanceof NotWhole ? new UnableToRecord("Jumlah harus rupiah bulat.") : error;
  }
}

/** "K07-000123". */
export const receiptNumber = (code, counter) => `${code}-${String(counter).padStart(6, "0")}`;

/** The next record's body: never earlier than the record before, whatever the phone's clock says now. */
function next({ device, chain, kind, id, fields, now }) {
  const counter = chain.counter + 1;
  const at = Math.max(now - (now % 1000), chain.at);
  const receipt = receiptNumber(device.code, counter);
  const body = { v: 1, device: device.id, counter, prev: chain.hash, kind, id, at: stamp(at), ...fields };
  if (kind === "payment") body.receipt = receipt;
  return { counter, at, receipt, body };
}

async function attempt({ device, chain, kind, id, fields, amount, view, now }) {
  const made = next({ device, chain, kind, id, fields, now });
  const bytes = canonical(made.body);
  const hash = await sha256(bytes);
  const record = {
    device: device.id, counter: made.counter, id, kind, at: made.at, day: hari(new Date(made.at)), hash, body: bytes,
    signature: await sign(device.secret, bytes), receipt: made.receipt, fields, amount, view, unsent: 1, state: "hp",
    sentence: "",
  };
  const cash = CASH[kind] * amount;
  const to = { counter: made.counter, hash, at: made.at };
  return (await commit(record, { from: chain, to, cash })) ? record : null;
}

/** A full phone says so in a sentence; nothing was kept and no number was used. */
function spoken(error) {
  if (error.name !== "QuotaExceededError") throw error;
  throw new UnableToRecord("Penyimpanan HP penuh, kuitansi belum tersimpan. Hapus foto atau aplikasi, lalu coba lagi.");
}

/** Why an amount cannot be taken, or "". */
export function refused(amount) {
  if (!Number.isSafeInteger(amount) || amount <= 0) return "Jumlah uang harus lebih dari nol.";
  return amount > MOST ? `Paling banyak ${rupiah(MOST)} dalam satu kuitansi.` : "";
}

/** Whether a record says just this: it is the same tap again, and not other cash under a used id. */
function says(known, kind, fields, amount) {
  const [one, other] = [known.fields, fields].map((each) => new TextDecoder().decode(canonical(each)));
  return known.kind === kind && known.amount === amount && one === other;
}

/**
 * Sign and keep one record; returns it when it is safely on this phone, not before. The same `id` again returns the
 * record that is there: a second tap or a reopened tab makes no second receipt. Other content under a used id is refused.
 */
export function append(kind, fields, { id = uuid7(), amount = fields.amount, view = {}, now = Date.now() } = {}) {
  const refusal = refused(amount);
  if (refusal) return Promise.reject(new UnableToRecord(refusal));
  return exclusive("tidar-pungut-rantai", async () => {
    const device = await recall("device");
    if (!device?.code) throw new UnableToRecord("HP ini belum didaftarkan.");
    if (device.behind || device.revoked) throw new UnableToRecord("HP ini harus didaftarkan lagi dulu.");
    for (let tries = 0; tries < 50; tries++) {
      const known = await byId(id);
      if (known && !says(known, kind, fields, amount)) throw new UnableToRecord(USED);
      if (known) return known;
      const chain = (await recall(chainKey(device.id))) ?? FIRST;
      const record = await attempt({ device, chain, kind, id, fields, amount, view, now }).catch(spoken);
      if (record) return record;
    }
    throw new UnableToRecord("Kuitansi belum tersimpan. Coba sekali lagi.");
  });
}

/** As the city wants it. */
export const wire = (record) => ({ body: base64url(record.body), signature: base64url(record.signature) });
