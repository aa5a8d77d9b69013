/**
 * A slip as ESC/POS bytes for a 58 mm printer of 32 columns. Pure; only commands that cheap printers share: initialise,
 * align, bold, double height, QR (GS ( k), feed and cut. Text is plain ASCII: no code page differs there.
 * Source: Epson ESC/POS application programming guide.
 */
import { pair, wrap } from "./receipt.js";

export const COLUMNS = 32;
const ESC = 0x1b;
const GS = 0x1d;
const LF = 0x0a;
const ALIGN = { left: 0, center: 1, right: 2 };
const PLAIN = {
  "–": "-", "—": "-", "−": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "·": "-", "×": "x", "²": "2", "✓": "v",
  "→": ">", "½": "1/2",
};

/** ASCII that reads the same: accents fall off, signs become their plain ones, the rest a question mark. */
export function ascii(text) {
  const folded = text.replace(/[–—−‘’“”…·×²✓→½]/g, (sign) => PLAIN[sign]).normalize("NFKD");
  return folded.replace(/\p{M}/gu, "").replace(/\s/gu, " ").replace(/[^\x20-\x7e]/gu, "?");
}

const bytesOf = (text) => Array.from(ascii(text), (letter) => letter.charCodeAt(0));

/** QR, model 2: module size 6, correction M, then store and print (GS ( k, functions 165, 167, 169, 180, 181). */
function qr(text) {
  const data = Array.from(new TextEncoder().encode(text));
  const size = data.length + 3;
  return [
    ESC, 0x61, 1,
    GS, 0x28, 0x6b, 4, 0, 0x31, 0x41, 0x32, 0,
    GS, 0x28, 0x6b, 3, 0, 0x31, 0x43, 6,
    GS, 0x28, 0x6b, 3, 0, 0x31, 0x45, 0x31,
    GS, 0x28, 0x6b, size & 0xff, size >> 8, 0x31, 0x50, 0x30, ...data,
    GS, 0x28, 0x6b, 3, 0, 0x31, 0x51, 0x30,
    LF,
  ];
}

function written(texts, { align = "left", bold = false, tall = false }) {
  const on = [ESC, 0x61, ALIGN[align], ESC, 0x45, bold ? 1 : 0, GS, 0x21, tall ? 0x01 : 0x00];
  return [...on, ...texts.flatMap((text) => [...bytesOf(text), LF]), ...(tall ? [GS, 0x21, 0] : [])];
}

function line(part) {
  if (part.rule) return written(["-".repeat(COLUMNS)], {});
  if (part.qr !== undefined) return qr(part.qr);
  if (part.left !== undefined) return written(pair(ascii(part.left), ascii(part.right), COLUMNS), part);
  return written(wrap(ascii(part.text), COLUMNS), part);
}

/** The bytes of a slip, from initialise to cut. */
export function encode(slip) {
  return Uint8Array.from([
    ESC, 0x40,
    ...slip.flatMap(line),
    ESC, 0x61, 0, ESC, 0x45, 0,
    ESC, 0x64, 4,
    GS, 0x56, 0x42, 0,
  ]);
}
