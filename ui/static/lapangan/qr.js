/**
 * A QR code for the screen: byte mode, correction M, versions 1–10 (up to 213 bytes). Pure.
 * Source: ISO/IEC 18004:2015; the layout follows its sections 7.4–7.10. Checked against a second implementation in tests.
 */
const EC_PER_BLOCK = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26];
const BLOCKS = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5];
const ALIGNMENT = [[], [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
const MASKS = [
  (x, y) => (x + y) % 2 === 0, (x, y) => y % 2 === 0, (x) => x % 3 === 0, (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0, (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

const EXP = new Uint8Array(512);
const LOG = new Uint8Array(256);
for (let i = 0, x = 1; i < 255; i++, x = x & 128 ? (x << 1) ^ 0x11d : x << 1) {
  EXP[i] = EXP[i + 255] = x;
  LOG[x] = i;
}
const times = (a, b) => (a && b ? EXP[LOG[a] + LOG[b]] : 0);

/** Codewords of a symbol, data and correction together. */
function capacity(version) {
  const aligned = ALIGNMENT[version].length;
  let modules = (16 * version + 128) * version + 64;
  if (aligned) modules -= (25 * aligned - 10) * aligned - 55;
  return Math.floor((version >= 7 ? modules - 36 : modules) / 8);
}

const room = (version) => capacity(version) - EC_PER_BLOCK[version] * BLOCKS[version];

function generator(degree) {
  let poly = [1];
  for (let i = 0; i < degree; i++) {
    const next = new Array(poly.length + 1).fill(0);
    poly.forEach((value, at) => {
      next[at] ^= value;
      next[at + 1] ^= times(value, EXP[i]);
    });
    poly = next;
  }
  return poly;
}

function correction(data, degree) {
  const poly = generator(degree);
  const rest = [...data, ...new Array(degree).fill(0)];
  for (let i = 0; i < data.length; i++) {
    const factor = rest[i];
    if (factor) poly.forEach((value, at) => (rest[i + at] ^= times(value, factor)));
  }
  return rest.slice(data.length);
}

function dataWords(bytes, version) {
  const bits = [];
  const put = (value, count) => {
    for (let i = count - 1; i >= 0; i--) bits.push((value >> i) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  bytes.forEach((byte) => put(byte, 8));
  const total = room(version) * 8;
  put(0, Math.min(4, total - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < total; pad ^= 0xfd) put(pad, 8);
  return Array.from({ length: total / 8 }, (_, i) => bits.slice(i * 8, i * 8 + 8).reduce((sum, bit) => sum * 2 + bit, 0));
}

function codewords(bytes, version) {
  const data = dataWords(bytes, version);
  const count = BLOCKS[version];
  const short = Math.floor(data.length / count);
  const longer = data.length % count;
  const blocks = [];
  for (let i = 0, at = 0; i < count; i++) {
    const size = short + (i >= count - longer ? 1 : 0);
    blocks.push(data.slice(at, at + size));
    at += size;
  }
  const checks = blocks.map((block) => correction(block, EC_PER_BLOCK[version]));
  const woven = (lists) => {
    const out = [];
    for (let i = 0; i < Math.max(...lists.map((l) => l.length)); i++) lists.forEach((l) => i < l.length && out.push(l[i]));
    return out;
  };
  return [...woven(blocks), ...woven(checks)];
}

/** Draws the fixed patterns; `fixed` marks modules that carry no data. */
function skeleton(version) {
  const size = version * 4 + 17;
  const grid = Array.from({ length: size }, () => new Array(size).fill(false));
  const fixed = Array.from({ length: size }, () => new Array(size).fill(false));
  const set = (x, y, dark) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    grid[y][x] = dark;
    fixed[y][x] = true;
  };
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]]) square(set, cx, cy, 4, (far) => far !== 2 && far !== 4);
  const spots = ALIGNMENT[version];
  const last = spots.length - 1;
  spots.forEach((x, i) => spots.forEach((y, j) => {
    if ((i || j) && !(i === 0 && j === last) && !(i === last && j === 0)) square(set, x, y, 2, (far) => far !== 1);
  }));
  return { size, grid, fixed, set };
}

function square(set, cx, cy, reach, dark) {
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) set(cx + dx, cy + dy, dark(Math.max(Math.abs(dx), Math.abs(dy))));
  }
}

function remainder(value, degree, poly) {
  let rest = value;
  for (let i = 0; i < degree; i++) rest = (rest << 1) ^ ((rest >> (degree - 1)) * poly);
  return rest;
}

function format({ size, set }, mask) {
  const bits = ((mask << 10) | remainder(mask, 10, 0x537)) ^ 0x5412; // correction M is 00
  const bit = (i) => ((bits >> i) & 1) === 1;
  for (let i = 0; i <= 5; i++) set(8, i, bit(i));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i));
  for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i));
  set(8, size - 8, true);
}

function versionInformation({ size, set }, version) {
  if (version < 7) return;
  const bits = (version << 12) | remainder(version, 12, 0x1f25);
  for (let i = 0; i < 18; i++) {
    const dark = ((bits >> i) & 1) === 1;
    const [a, b] = [size - 11 + (i % 3), Math.floor(i / 3)];
    set(a, b, dark);
    set(b, a, dark);
  }
}

function place({ size, grid, fixed }, words) {
  let at = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const up = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step++) {
      for (const x of [right, right - 1]) {
        const y = up ? size - 1 - step : step;
        if (fixed[y][x]) continue;
        grid[y][x] = at < words.length * 8 && ((words[at >> 3] >> (7 - (at & 7))) & 1) === 1;
        at += 1;
      }
    }
  }
}

/** Square of booleans, true is dark. The mask is fixed by the text's length: readers accept every mask. */
export function matrix(text) {
  const bytes = Array.from(new TextEncoder().encode(text));
  const version = EC_PER_BLOCK.findIndex((_, v) => v && room(v) - (v < 10 ? 2 : 3) >= bytes.length);
  if (version < 1) throw new RangeError("teks terlalu panjang untuk kode QR");
  const mask = bytes.length % 8;
  const drawn = skeleton(version);
  format(drawn, mask);
  versionInformation(drawn, version);
  place(drawn, codewords(bytes, version));
  return drawn.grid.map((row, y) => row.map((dark, x) => (drawn.fixed[y][x] ? dark : dark !== MASKS[mask](x, y))));
}

/** The path of an SVG whose unit is one module, with a quiet zone of four. */
export function path(modules) {
  return modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join("");
}
