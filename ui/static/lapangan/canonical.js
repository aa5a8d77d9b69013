/** The one way to write a record down, as `tidar/common/signed_records.py` reads it. Pure. */

/** A number that is not whole, or something that JSON has no word for. */
export class NotWhole extends Error {}

function plain(value) {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.keys(value).sort().map((key) => [key, plain(value[key])]));
  }
  throw new NotWhole(`tidak dapat ditulis: ${String(value)}`);
}

/** UTF-8, keys sorted at every depth, no spaces, whole numbers only: the bytes that are hashed and signed. */
export const canonical = (record) => new TextEncoder().encode(JSON.stringify(plain(record)));
