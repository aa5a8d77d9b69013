/** This phone: its key, its registration, whether it is ready for a day without signal, and its unsent records as a file. */
import { base64url, make, uuid7 } from "../../lapangan/keys.js";
import * as ready from "../../lapangan/ready.js";
import { get, post, Refused } from "./net.js";
import { wire } from "./record.js";
import { exclusive, inState, recall, remember, unsent } from "./store.js";

const LOCK = "tidar-pungut-alat";

/** Whether this phone needs a new key: its store is older than the city's, it was revoked, or is somebody else's. */
export const spoilt = (device) => Boolean(device.behind || device.revoked || device.foreign);

/** Register this phone under `name`. The key is kept before the city hears of it: a lost answer is asked for again. */
export function register(name) {
  return exclusive(LOCK, async () => {
    const known = await recall("device");
    let device = known && !spoilt(known) ? known : null;
    if (!device) {
      const { secret, publicKey } = await make();
      device = { id: uuid7(), secret, publicKey };
    }
    device = { ...device, name };
    await remember("device", device);
    const answer = await post("/api/pungut/alat", { id: device.id, public_key: base64url(device.publicKey), name });
    return kept(device, answer);
  });
}

async function kept(device, answer) {
  const standing = { approved: answer.approved !== false, revoked: answer.revoked === true, sentence: answer.sentence ?? "" };
  const updated = { ...device, code: answer.code, ...standing };
  await remember("device", updated);
  return updated;
}

/** Ask whether the market head has approved this phone. */
export function askApproval() {
  return exclusive(LOCK, async () => {
    const device = await recall("device");
    try {
      const { body } = await get(`/api/pungut/alat/${device.id}`);
      return kept(device, body);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) await remember("device", { ...device, foreign: true });
      throw error;
    }
  });
}

/** Make sure that the app opens without signal; says what is missing, or "" when nothing is. */
export const readyOffline = () => ready.readyOffline({ page: "/pungut/", prefix: "tidar-pungut-" });

/** Everything the city has not booked, as a file that an officer can read and send on. */
export async function asFile() {
  const device = await recall("device");
  const records = [...(await unsent()), ...(await inState("ditolak")), ...(await inState("ditahan"))];
  const content = {
    made_at: new Date().toISOString(), device: device?.id, code: device?.code, name: device?.name,
    public_key: device ? base64url(device.publicKey) : "",
    records: records.map((each) => ({ device: each.device, counter: each.counter, receipt: each.receipt, ...wire(each) })),
  };
  return new Blob([JSON.stringify(content, null, 1)], { type: "application/json" });
}
