// Forms on the phone: the same trees, checks and sentences as `tidar/formulir/rules/{expressions,answers}.py`, which
// says what each head means. `tests/formulir/vectors.json` is run by both. Nothing here reads a clock: `today` is given.

const NUMBER = /^[ \t\r\n]*(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))[ \t\r\n]*$/;
const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const ASKING = new Set(["text", "integer", "decimal", "select_one", "select_multiple", "photo", "date", "geopoint"]);
const LONGEST_TEXT = 2000, LARGEST_NUMBER = 1e12, LONGEST_MATCHED = 200, LONGEST_JOINED = 10000;
export const REQUIRED = "Wajib diisi.", NOT_FITTING = "Jawaban ini tidak sesuai.", UNKNOWN = "Pertanyaan ini tidak ada di formulir.";

export const asBoolean = (value) => typeof value === "string" ? value !== "" : Boolean(value);

export function asNumber(value) {
  if (typeof value !== "string") return Number(value);
  const found = NUMBER.exec(value);
  return found ? Number(found[1]) : days(value);
}

function days(text) {
  const found = DAY.exec(text);
  if (!found || found[1] === "0000") return NaN;
  const day = new Date(0);
  day.setUTCFullYear(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
  return day.toISOString().slice(0, 10) === text ? day.getTime() / 86400000 : NaN;
}

export function asText(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return String(value);
  const [digits, exponent] = String(value).split("e");
  return exponent === undefined ? digits : moved(digits, Number(exponent));
}

function moved(digits, by) { // "1.5" by 22 → "15000…": no exponent, as XPath writes numbers
  const sign = digits.startsWith("-") ? "-" : "", [whole, part = ""] = digits.replace("-", "").split(".");
  if (by < 0) return `${sign}0.${"0".repeat(-by - whole.length)}${whole}${part}`;
  return sign + whole + part + "0".repeat(by - part.length);
}

const characters = (value) => Array.from(asText(value)); // code points, as Python counts
const split = (value) => asText(value).split(/[ \t\r\n]+/).filter(Boolean);
const trimmed = (text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
const numbers = (operation) => (a, b) => operation(asNumber(a), asNumber(b));
const texts = (operation) => (a, b) => operation(asText(a), asText(b));
const least = (values) => values.some(Number.isNaN) ? NaN : values.reduce((a, b) => (b < a ? b : a));

function equal(a, b) {
  if (typeof a === "boolean" || typeof b === "boolean") return asBoolean(a) === asBoolean(b);
  return typeof a === "string" && typeof b === "string" ? a === b : asNumber(a) === asNumber(b);
}

function rounded(a, places = 0) {
  const number = asNumber(a), count = asNumber(places);
  if (!Number.isFinite(number) || Number.isNaN(count)) return Number.isNaN(count) ? NaN : number;
  const scale = 10 ** Math.trunc(Math.min(9, Math.max(0, count))), scaled = number * scale;
  if (!Number.isFinite(scaled)) return number;
  const below = Math.floor(scaled);
  return ((scaled - below < 0.5 ? below : below + 1) + 0) / scale;
}

function place(value, length) {
  const number = asNumber(value);
  if (Number.isNaN(number)) return 0;
  const whole = Math.trunc(number);
  return Math.min(length, Math.max(0, whole < 0 ? whole + length : whole));
}

function part(value, start, end) {
  const text = characters(value);
  return text.slice(place(start, text.length), end === undefined ? text.length : place(end, text.length)).join("");
}

function chosenAt(value, at) {
  const chosen = split(value), number = asNumber(at);
  return number >= 0 && number < chosen.length ? chosen[Math.trunc(number)] : "";
}

function matches(value, pattern) {
  return characters(value).length <= LONGEST_MATCHED && new RegExp(`^(?:${asText(pattern)})$`, "u").test(asText(value));
}

const OPERATIONS = {
  and: (...values) => values.every(asBoolean), or: (...values) => values.some(asBoolean), not: (a) => !asBoolean(a),
  true: () => true, false: () => false, boolean: asBoolean,
  "=": equal, "!=": (a, b) => !equal(a, b),
  "<": numbers((a, b) => a < b), "<=": numbers((a, b) => a <= b), ">": numbers((a, b) => a > b), ">=": numbers((a, b) => a >= b),
  "+": numbers((a, b) => a + b), "-": numbers((a, b) => a - b), "*": numbers((a, b) => a * b), div: numbers((a, b) => a / b),
  mod: numbers((a, b) => a % b), neg: (a) => -asNumber(a),
  if: (condition, yes, no) => (asBoolean(condition) ? yes : no),
  coalesce: (...values) => values.find((value) => asText(value) !== "") ?? "",
  string: asText, number: asNumber, int: (a) => Math.trunc(asNumber(a)) + 0, round: rounded, abs: (a) => Math.abs(asNumber(a)),
  min: (...values) => least(values.map(asNumber)), max: (...values) => -least(values.map((value) => -asNumber(value))),
  selected: (a, b) => split(a).includes(trimmed(asText(b))), "selected-at": chosenAt, "count-selected": (a) => split(a).length,
  "string-length": (a) => characters(a).length, contains: texts((a, b) => a.includes(b)),
  "starts-with": texts((a, b) => a.startsWith(b)), "ends-with": texts((a, b) => a.endsWith(b)),
  concat: (...values) => cut(values.map(asText).join(""), LONGEST_JOINED), substr: part, "normalize-space": (a) => split(a).join(" "),
  regex: matches,
};

/** What the tree gives; `valueOf(name)` answers for a question, `today` is the day of answering ("2026-11-25"). */
export function evaluate(tree, valueOf, today) {
  const [head, ...parts] = tree;
  if (head === "q") return valueOf(parts[0]);
  if (head === "s" || head === "n") return head === "s" ? parts[0] : asNumber(parts[0]);
  if (head === "today") return today;
  return OPERATIONS[head](...parts.map((one) => evaluate(one, valueOf, today)));
}

export const isBlank = (given) => given === null || given === undefined || (typeof given === "string" && !trimmed(given))
  || (Array.isArray(given) && given.length === 0);

/** One filled-in form: what is shown, what each question is worth, what is wrong. Make a new one after each answer. */
export class Sheet {
  constructor(definition, answers, today, photos = null) {
    this.questions = new Map(definition.questions.map((question) => [question.name, question]));
    Object.assign(this, { answers, today, photos, values: new Map(), seen: new Map() });
  }

  isShown(name) {
    if (!this.seen.has(name)) this.seen.set(name, this.isTrue(this.questions.get(name).relevant ?? true));
    return this.seen.get(name);
  }

  value(name) {
    if (!this.values.has(name)) this.values.set(name, this.found(name));
    return this.values.get(name);
  }

  found(name) {
    const question = this.questions.get(name);
    if (!question || !this.isShown(name)) return "";
    if (question.type === "calculate") return question.calculation ? this.run(question.calculation) : "";
    return counted(question, this.answers[name]);
  }

  fault(name) {
    const question = this.questions.get(name), given = this.answers[name];
    if (!this.isShown(name)) return "";
    if (isBlank(given)) return this.isTrue(question.required) ? REQUIRED : "";
    return faultOfKind(question, given) || this.missing(question, given) || (this.isTrue(question.constraint ?? true) ? "" : question.constraint_message || NOT_FITTING);
  }

  missing(question, given) {
    if (question.type !== "photo" || !this.photos || this.photos.includes(given)) return "";
    return `Foto “${cut(given, 12)}” tidak ada di antara foto yang disertakan.`;
  }

  /** A label or hint with `${name}` replaced by what was answered. */
  words(text) {
    return (text ?? "").replace(/\$\{\s*([A-Za-z_][\w.-]*)\s*\}/g, (_all, name) => said(this.questions.get(name), this.value(name)));
  }

  isTrue(rule) {
    return typeof rule === "boolean" ? rule : asBoolean(this.run(rule));
  }

  run(tree) {
    return evaluate(tree, (name) => this.value(name), this.today);
  }
}

function said(question, value) {
  const labels = new Map(question?.choices ?? []);
  return question?.type === "select_multiple" ? split(value).map((one) => labels.get(one) ?? one).join(", ")
    : labels.get(asText(value)) ?? asText(value);
}

/**
 * `{answers, problems: [[name, sentence], …]}`: hidden answers null, computed ones computed, the rest checked. `photos`: the
 * names by which an answer may call a photo (null: any).
 */
export function check(definition, answers, today, photos = null) {
  const sheet = new Sheet(definition, answers, today, photos), kept = {}, problems = [];
  for (const [name, question] of sheet.questions) {
    if (question.type === "calculate") kept[name] = written(sheet.value(name));
    else if (ASKING.has(question.type)) {
      kept[name] = sheet.isShown(name) ? keepable(answers[name]) : null;
      const sentence = sheet.fault(name);
      if (sentence) problems.push([name, sentence]);
    }
  }
  for (const name of Object.keys(answers)) if (!(name in kept) && !isBlank(answers[name])) problems.push([cut(name, 60), UNKNOWN]);
  return { answers: kept, problems };
}

const written = (value) => (typeof value === "number" && !Number.isFinite(value) ? null : asText(value) || null);
const cut = (text, most) => Array.from(text).slice(0, most).join("");

function keepable(given) {
  if (isBlank(given)) return null;
  if (Array.isArray(given)) return given.slice(0, 500).map((one) => cut(String(one), LONGEST_TEXT));
  return Number.isInteger(given) ? given : cut(String(given), LONGEST_TEXT);
}

function counted(question, given) {
  if (isBlank(given)) return "";
  if (Array.isArray(given)) return given.map(String).join(" ");
  return question.type === "integer" || question.type === "decimal" ? asNumber(String(given)) : String(given);
}

function areChoices(question, given) {
  const values = new Set((question.choices ?? []).map(([value]) => value));
  return given.every((one) => typeof one === "string" && values.has(one)) && new Set(given).size === given.length;
}

function faultOfKind(question, given) {
  const kind = question.type;
  if (kind === "integer") return Number.isInteger(given) && Math.abs(given) <= LARGEST_NUMBER ? "" : "Isi bilangan bulat.";
  if (kind === "select_multiple") return Array.isArray(given) && areChoices(question, given) ? "" : "Pilih dari daftar.";
  if (typeof given !== "string") return "Isi ini bukan teks.";
  if (characters(given).length > LONGEST_TEXT || /[\0-\x08\x0b\x0c\x0e-\x1f]/.test(given)) return "Terlalu panjang, atau memuat tanda yang tidak dapat disimpan.";
  if (kind === "select_one") return areChoices(question, [given]) ? "" : "Pilih dari daftar.";
  return faultOfText(kind, given);
}

function faultOfText(kind, given) {
  if (kind === "decimal") return characters(given).length <= 24 && NUMBER.test(given) ? "" : "Isi angka; pecahan ditulis dengan titik.";
  if (kind === "date") return Number.isNaN(days(given)) ? "Isi tanggal." : "";
  if (kind === "geopoint") return isPosition(given) ? "" : "Posisi ini tidak ada di bumi.";
  if (kind === "photo") return characters(given).length <= 200 && !/[/\\]/.test(given) ? "" : "Nama foto ini tidak dapat dipakai.";
  return "";
}

function isPosition(given) {
  const found = given.split(" ").map((one) => (NUMBER.test(one) ? asNumber(one) : NaN));
  return found.length >= 2 && found.length <= 4 && !found.some(Number.isNaN) && Math.abs(found[0]) <= 90 && Math.abs(found[1]) <= 180;
}
