/** Talking to the city: one place for addresses, the form token, patience and an expired sign-in. No page needed. */
import { recall, remember } from "./store.js";

const PATIENCE = 25000;

/** No answer: no signal, or the city is not reachable. Nothing is known about what it did. */
export class NoSignal extends Error {}

/** The person must sign in again; what is on the phone waits. */
export class MustSignIn extends Error {}

/** The city answered with a refusal; `message` is its sentence. */
export class Refused extends Error {
  constructor(message, status, code = "") {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function token() {
  const text = globalThis.document
    ? (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) ?? [])[1]
    : (await globalThis.cookieStore?.get("csrftoken"))?.value;
  if (text) await remember("csrf", text);
  return text ?? (await recall("csrf")) ?? "";
}

async function asked(address, options) {
  try {
    return await fetch(address, {
      credentials: "same-origin", redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...options,
    });
  } catch {
    throw new NoSignal("Tidak ada sinyal.");
  }
}

async function content(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw new NoSignal("Sinyal terputus di tengah jalan."); // the answer broke off
  }
}

async function understood(response) {
  if (response.type === "opaqueredirect" || response.status === 401) throw new MustSignIn("Masuk lagi.");
  if (response.status === 304) return { notModified: true, headers: response.headers };
  if ([429, 502, 503, 504].includes(response.status)) throw new NoSignal("Server kota sedang tidak menjawab.");
  const body = await content(response);
  if (response.ok) return { body, headers: response.headers };
  const error = body.error ?? body;
  if (response.status === 403 && error.code === "csrf") throw new MustSignIn("Masuk lagi.");
  throw new Refused(error.message ?? body.sentence ?? "Kota menolak permintaan ini.", response.status, error.code);
}

/** GET an address; `{body, headers}` or `{notModified}`. */
export async function get(address, headers = {}) {
  return understood(await asked(address, { headers: { Accept: "application/json", ...headers } }));
}

/** POST JSON; the answer's body. */
export async function post(address, body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": await token() };
  return (await understood(await asked(address, { method: "POST", headers, body: JSON.stringify(body) }))).body;
}

/** How far this phone's clock is from the city's (milliseconds, positive: the phone is ahead), halfway of the call. */
export function clockDifference(serverTime, begun, ended) {
  const city = Date.parse(serverTime);
  return Number.isNaN(city) ? null : Math.round((begun + ended) / 2 - city);
}
