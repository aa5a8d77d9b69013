/** Talking to the city: one place for the form token, patience and an expired sign-in. No page needed. */

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

/** The form token: a page reads its cookie; a worker that cannot uses what the app last `remember`ed. */
async function token({ recall, remember }) {
  const text = globalThis.document
    ? (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) ?? [])[1]
    : (await globalThis.cookieStore?.get("csrftoken"))?.value;
  if (text) await remember("csrf", text);
  return text ?? (await recall("csrf")) ?? "";
}

/** The city as an app asks it; `store` has `recall` and `remember`. */
export function city(store) {
  const sending = async (kind) => ({ "Content-Type": kind, Accept: "application/json", "X-CSRFToken": await token(store) });
  return {
    /** GET an address; `{body, headers}` or `{notModified}`. */
    get: async (address, headers = {}) =>
      understood(await asked(address, { headers: { Accept: "application/json", ...headers } })),

    /** POST JSON; the answer's body. */
    post: async (address, body) => {
      const headers = await sending("application/json");
      return (await understood(await asked(address, { method: "POST", headers, body: JSON.stringify(body) }))).body;
    },

    /** HEAD; the answer's headers. */
    head: async (address) => (await understood(await asked(address, { method: "HEAD" }))).headers,

    /** PUT bytes, with headers of their own; the answer's body. */
    put: async (address, bytes, headers = {}) => {
      const all = { ...(await sending("application/octet-stream")), ...headers };
      return (await understood(await asked(address, { method: "PUT", headers: all, body: bytes }))).body;
    },
  };
}

/** How far this phone's clock is from the city's (milliseconds, positive: the phone is ahead), halfway of the call. */
export function clockDifference(serverTime, begun, ended) {
  const city = Date.parse(serverTime);
  return Number.isNaN(city) ? null : Math.round((begun + ended) / 2 - city);
}
