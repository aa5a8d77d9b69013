/**
 * The phone's own Ed25519 key. Where the browser can, it is made not extractable and never seen by any script; where it
 * cannot, a small library signs with a key kept in this phone's store.
 */
const library = () => import("../vendor/ed25519.js");

/** Whether the browser itself signs with Ed25519. */
export async function native() {
  try {
    await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
    return true;
  } catch {
    return false;
  }
}

/** `{secret, publicKey}`: a CryptoKey or 32 bytes, and the 32 bytes of the public key. */
export async function make() {
  if (await native()) {
    const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
    return { secret: pair.privateKey, publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)) };
  }
  const { utils, getPublicKeyAsync } = await library();
  const secret = utils.randomSecretKey();
  return { secret, publicKey: await getPublicKeyAsync(secret) };
}

/** 64 bytes of signature. */
export async function sign(secret, bytes) {
  if (secret instanceof Uint8Array) return (await library()).signAsync(bytes, secret);
  return new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, secret, bytes));
}

/** Base64 for addresses, without padding. */
export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Lower-case hexadecimal SHA-256. */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A UUID of version 7 (RFC 9562): ordered by time, random within a millisecond. */
export function uuid7(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) & 0xff;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
