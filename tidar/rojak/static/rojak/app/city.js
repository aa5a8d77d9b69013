/** The city, as this app asks it. */
import { city } from "../../lapangan/net.js";
import { recall, remember } from "./store.js";

export const { get, post, head, put } = city({ recall, remember });
export { clockDifference, MustSignIn, NoSignal, Refused } from "../../lapangan/net.js";
