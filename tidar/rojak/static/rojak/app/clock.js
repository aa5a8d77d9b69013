/**
 * What time it is. A phone whose clock is set wrongly knows by how much from the city's last answer, and stamps with the
 * city's time; a small difference is only a slow answer and is left alone.
 */
import { clockIsWrong } from "../../lapangan/health.js";
import { recall } from "./store.js";

/** Milliseconds since the epoch, whole seconds, by the city's clock as far as it is known. */
export async function moment(now = Date.now()) {
  const { difference } = (await recall("server")) ?? {};
  const corrected = clockIsWrong(difference) ? now - difference : now;
  return corrected - (corrected % 1000);
}
