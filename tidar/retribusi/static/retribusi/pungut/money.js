/**
 * What an amount of cash pays: oldest bill first, partial and advance allowed. Pure; the same rule as the city's
 * `record_payment`, so that what the phone promises is what the city books.
 *
 * A due is `{number, period, owed, due, count}`, oldest first; `count` is how many bills the line stands for.
 */
import { rupiah } from "./words.js";

/** `{parts: [{number, period, amount, left}], paid, rest}`: `rest` becomes an advance. */
export function plan(dues, amount) {
  let rest = amount;
  const parts = [];
  for (const due of dues) {
    if (rest <= 0) break;
    const now = Math.min(rest, due.owed);
    parts.push({ number: due.number, period: due.period, count: due.count, amount: now, left: due.owed - now });
    rest -= now;
  }
  return { parts, paid: amount - rest, rest };
}

/** The dues that are left when `amount` has been paid. */
export function after(dues, amount) {
  let rest = amount;
  const left = [];
  for (const due of dues) {
    const now = Math.min(rest, due.owed);
    rest -= now;
    if (due.owed > now) left.push({ ...due, owed: due.owed - now });
  }
  return { dues: left, rest };
}

/** Sum of what is owed. */
export const owed = (dues) => dues.reduce((sum, due) => sum + due.owed, 0);

/** How many bills these lines stand for. */
export const bills = (lines) => lines.reduce((sum, line) => sum + line.count, 0);

/** "hari", "bulan" or "tagihan": what one bill of these is called. */
export function unit(periods) {
  if (!periods.length) return "tagihan";
  if (periods.every((text) => /^\d{1,2}\s+\p{L}+(\s+\d{4})?$/u.test(text))) return "hari";
  if (periods.every((text) => /^\p{L}+\s+\d{4}$/u.test(text))) return "bulan";
  return "tagihan";
}

/** "22 Nov 2026" and "24 Nov 2026" → "22 – 24 Nov 2026": what both end with is said once. */
function span(first, last) {
  if (first === last) return first;
  const [one, other] = [first.split(" "), last.split(" ")];
  while (one.length > 1 && one[one.length - 1] === other[other.length - 1] && other.length > 1) {
    one.pop();
    other.pop();
  }
  return `${one.join(" ")} – ${last}`;
}

function ofClosed(closed) {
  const periods = closed.filter((part) => part.count === 1).map((part) => part.period);
  const count = bills(closed);
  const named = periods.length === count ? ` (${span(periods[0], periods[periods.length - 1])})` : "";
  return `melunasi ${count} ${unit(periods)}${named}`;
}

/** "Melunasi 3 hari (22 Nov – 24 Nov), sisa Rp2.000 jadi uang muka." */
export function sentence({ parts, rest }) {
  const closed = parts.filter((part) => part.left === 0);
  const open = parts.find((part) => part.left > 0);
  const said = [];
  if (closed.length) said.push(ofClosed(closed));
  if (open) said.push(`mencicil ${open.period}, masih kurang ${rupiah(open.left)}`);
  if (rest) said.push(parts.length ? `sisa ${rupiah(rest)} jadi uang muka` : `${rupiah(rest)} jadi uang muka`);
  const text = said.join(", ");
  return text ? `${text[0].toUpperCase()}${text.slice(1)}.` : "";
}
