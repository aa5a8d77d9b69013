/** This phone: its key and its registration. */
import { base64url, make, uuid7 } from "../../lapangan/keys.js";
import { clockDifference, post } from "./city.js";
import { amend, exclusive, recall, remember } from "./store.js";

const LOCK = "tidar-rojak-alat";

/** Whether this phone needs a new key: it was revoked, or it is registered for somebody else. */
export const spoilt = (device) => Boolean(device.revoked || device.foreign);

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
    const begun = Date.now();
    const asked = { id: device.id, public_key: base64url(device.publicKey), name };
    const answer = await post("/api/rojak/alat", asked);
    await hearTime(answer.server_time, begun);
    return kept(device, answer);
  });
}

async function kept(device, answer) {
  const standing = { revoked: answer.revoked === true, foreign: false, sentence: answer.sentence ?? "" };
  const updated = { ...device, code: answer.code, ...standing };
  await remember("device", updated);
  return updated;
}

/** Remember what the city says of this phone: `foreign` (not of the person who is signed in), `revoked`, `sentence`. */
export async function noticeStanding(standing) {
  const device = await recall("device");
  if (device) await remember("device", { ...device, ...standing });
}

/** Remember how far this phone's clock is from the city's, as an answer that was asked for at `begun` says. */
export async function hearTime(serverTime, begun) {
  const difference = serverTime ? clockDifference(serverTime, begun, Date.now()) : null;
  if (difference !== null) await amend("server", { difference });
}
