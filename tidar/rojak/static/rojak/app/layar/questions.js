/** A form's questions as big fields. The rules are those of `lapangan/formulir.js`; nothing is drawn anew while she types. */
import { h } from "../../../lapangan/dom.js";
import { check, isBlank, Sheet } from "../../../lapangan/formulir.js";
import { hari } from "../../../lapangan/words.js";
import { fix } from "../gps.js";
import { oneShot } from "./shots.js";

const ASKED = new Set(["text", "integer", "decimal", "select_one", "select_multiple", "date", "geopoint", "photo"]);

function choiceField(question, answers, answer, many) {
  const name = `t-${question.name}`;
  const now = many ? answers[question.name] ?? [] : answers[question.name];
  const one = ([value, label]) => h("label", { class: "choice" }, h("input", {
    type: many ? "checkbox" : "radio", name, value, checked: many ? now.includes(value) : now === value,
    onchange: ({ target }) => {
      if (!many) return answer(value);
      const kept = (answers[question.name] ?? []).filter((each) => each !== value);
      return answer(target.checked ? [...kept, value] : kept);
    },
  }), h("span", null, label));
  return h("div", { class: "choices" }, question.choices.map(one));
}

const WRITE = {
  integer: [{ inputmode: "numeric", type: "text" }, (text) => (/^-?\d{1,12}$/.test(text) ? Number(text) : text)],
  decimal: [{ inputmode: "decimal", type: "text" }, (text) => text.replace(",", ".")],
  date: [{ type: "date" }, (text) => text],
  text: [{ type: "text", maxlength: 2000 }, (text) => text],
};

function writtenField(question, answers, answer) {
  const [props, read] = WRITE[question.type];
  return h("input", {
    class: "field", id: `t-${question.name}`, autocomplete: "off", value: answers[question.name] ?? "", "aria-describedby": `k-${question.name}`, ...props,
    oninput: ({ target }) => answer(target.value.trim() === "" ? null : read(target.value.trim())),
  });
}

function placeField(question, answers, answer) {
  const shown = h("output", null, answers[question.name] ?? "Belum ditentukan");
  const take = () => {
    const found = fix();
    if (!found) return (shown.textContent = "Tempat belum diketahui, coba lagi sebentar.");
    const text = `${found.lat_e6 / 1e6} ${found.lon_e6 / 1e6} 0 ${found.accuracy_m}`;
    shown.textContent = `Tempat ini, ±${found.accuracy_m} m`;
    return answer(text);
  };
  return h("div", { class: "stack" }, shown, h("button", { type: "button", class: "chip", onclick: take }, "Pakai tempat ini"));
}

function field(question, answers, answer, album) {
  if (question.type === "photo") return oneShot({ name: question.name, label: question.label, now: answers[question.name] }, answer, album);
  if (question.type === "select_one") return choiceField(question, answers, answer, false);
  if (question.type === "select_multiple") return choiceField(question, answers, answer, true);
  return question.type === "geopoint" ? placeField(question, answers, answer) : writtenField(question, answers, answer);
}

/** One question's block and how it is brought up to date with a sheet. */
function block(question, answers, answer, album) {
  if (["group", "note"].includes(question.type)) {
    const node = h(question.type === "group" ? "h2" : "p", { class: question.type === "note" ? "says" : "" });
    return { question, node, update: (sheet) => ((node.hidden = !sheet.isShown(question.name)), (node.textContent = sheet.words(question.label))) };
  }
  const grouped = question.type.startsWith("select") || question.type === "photo";
  const needed = question.required === true;
  const words = h("span");
  const label = h(grouped ? "legend" : "label", grouped ? {} : { for: `t-${question.name}` }, words, !needed && h("small", null, " boleh kosong"));
  const fault = h("p", { class: "fault", id: `k-${question.name}`, role: "status" });
  const hint = question.hint && h("p", { class: "muted" }, question.hint);
  const node = h(grouped ? "fieldset" : "div", { class: "question", "data-question": question.name }, label, hint, field(question, answers, answer, album), fault);
  const update = (sheet, { strict = false } = {}) => {
    node.hidden = !sheet.isShown(question.name);
    words.textContent = sheet.words(question.label);
    const wrong = strict || !isBlank(answers[question.name]) ? sheet.fault(question.name) : "";
    fault.textContent = wrong;
    node.classList.toggle("question--wrong", wrong !== "");
  };
  return { question, node, update };
}

/**
 * The questions of a form (`{version, definition}` or nothing): `{node, begun(), problems(), photos(), show()}`. `answers`
 * is changed in place, `onchange(answers)` hears of it; `photos()` are those that answers name by their SHA-256, `album` is
 * as `shots` has it; `show()` says what is wrong at each question and goes to the first.
 */
export function questions(form, answers, onchange, album) {
  if (!form) return { node: "", begun: () => false, problems: () => [], photos: () => [], show: () => {}, final: () => ({}) };
  const { definition } = form;
  const day = () => hari(new Date());
  for (const { name, default: given } of definition.questions) if (given && answers[name] === undefined) answers[name] = given;
  const shown = definition.questions.filter(({ type }) => ASKED.has(type) || type === "note" || type === "group");
  const answer = (name) => (value) => {
    answers[name] = value;
    refresh();
    return onchange(answers);
  };
  const blocks = shown.map((question) => block(question, answers, answer(question.name), album));
  const refresh = (options) => {
    const sheet = new Sheet(definition, answers, day());
    blocks.forEach((each) => each.update(sheet, options));
  };
  const problems = () => check(definition, answers, day()).problems;
  refresh();
  return {
    node: h("section", { class: "card questions", "aria-label": definition.title }, blocks.map(({ node }) => node)),
    begun: () => shown.some(({ name, type }) => ASKED.has(type) && !isBlank(answers[name])),
    problems,
    photos() {
      const sheet = new Sheet(definition, answers, day());
      return shown.filter(({ type, name }) => type === "photo" && answers[name] && sheet.isShown(name)).map(({ name }) => answers[name]);
    },
    final: () => check(definition, answers, day()).answers,
    show() {
      refresh({ strict: true });
      const [first] = problems();
      const target = first && blocks.find(({ question }) => question.name === first[0])?.node;
      target?.scrollIntoView({ block: "center" });
      target?.querySelector("input:not([hidden]), button")?.focus({ preventScroll: true });
    },
  };
}
