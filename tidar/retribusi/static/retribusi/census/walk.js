/** The walk with a bad network: what is pressed is kept on the phone first, shown at once, and sent until accepted. */
import { forget, keep, refused, uuid7, waiting } from "./queue.js";
import { reduced } from "./photo.js";

const page = document.querySelector("[data-walk]");
const texts = JSON.parse(document.getElementById("walk-texts").textContent);
const trouble = page.querySelector("[data-trouble]");
const badge = page.querySelector("[data-waiting]");
const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
const { census, url } = page.dataset;
let sending = false;

function say(sentence) {
  trouble.hidden = !sentence;
  trouble.textContent = sentence;
}

function stallOf(entry) {
  return entry.fields.lapak ? document.getElementById(`lapak-${entry.fields.lapak}`) : null;
}

function show(entry, state) {
  const stall = stallOf(entry);
  if (!stall) return;
  stall.className = `card walk__stall is-${entry.fields.temuan}${state === "waiting" ? " is-waiting" : ""}`;
  const label = stall.querySelector("[data-finding]");
  label.hidden = false;
  label.textContent = texts[entry.fields.temuan] + (state === "waiting" ? ` · ${texts.waiting}` : "");
  stall.querySelector("details").open = false;
  const seen = page.querySelectorAll(".walk__stall [data-finding]:not([hidden])").length;
  page.querySelector("[data-seen]").textContent = seen.toLocaleString("id");
}

async function count() {
  const left = (await waiting(census)).length;
  badge.hidden = left === 0;
  badge.textContent = texts.left.replace("%d", left);
}

/** What the server refused stays on the phone, with its reason, until a person lets go of it. */
async function showRefused() {
  const list = page.querySelector("[data-refused]");
  const lines = (await refused(census)).map((entry) => {
    const line = document.createElement("li");
    const drop = Object.assign(document.createElement("button"), { type: "button", textContent: texts.drop });
    drop.className = "button button--small";
    drop.addEventListener("click", () => forget(entry.id).then(showRefused));
    line.append(`${entry.fields.nomor || stallOf(entry)?.dataset.number || ""}: ${entry.refused} `, drop);
    return line;
  });
  list.replaceChildren(...lines);
  list.hidden = lines.length === 0;
}

async function take(form, button) {
  const data = new FormData(form);
  if (button?.name) data.set(button.name, button.value);
  const photo = await reduced(data.get("foto")).catch(() => null);
  for (const name of ["foto", "csrfmiddlewaretoken", "id", "pada"]) data.delete(name);
  const entry = { id: uuid7(), census, at: new Date().toISOString(), fields: Object.fromEntries(data), photo };
  await keep(entry);
  show(entry, "waiting");
  form.reset();
  await count();
  await send();
}

function body(entry) {
  const data = new FormData();
  for (const [name, value] of Object.entries(entry.fields)) data.set(name, value);
  data.set("id", entry.id);
  data.set("pada", entry.at);
  if (entry.photo) data.set("foto", entry.photo, "foto.jpg");
  return data;
}

/** True when the queue may go on: the entry is with the server, or was refused and is shown. */
async function sent(entry) {
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  const answer = await fetch(url, { method: "POST", body: body(entry), headers, redirect: "manual" });
  if (answer.ok) {
    await forget(entry.id);
    show(entry, "done");
    return true;
  }
  if (answer.status === 409 || answer.status === 422 || answer.status === 404) {
    const { sentence } = await answer.json().catch(() => ({ sentence: texts.refused }));
    await keep({ ...entry, refused: sentence });
    await showRefused();
    return true;
  }
  say(answer.type === "opaqueredirect" || answer.status === 403 ? texts.signIn : texts.later);
  return false;
}

async function send() {
  if (sending) return;
  sending = true;
  try {
    for (const entry of await waiting(census)) if (!(await sent(entry))) break;
  } catch {
    // no network: what is kept stays kept, the next try sends it
  } finally {
    sending = false;
    await count();
  }
}

page.addEventListener("submit", (event) => {
  event.preventDefault();
  say("");
  take(event.target, event.submitter).catch(() => say(texts.notKept));
});
window.addEventListener("online", send);
setInterval(send, 15000);
for (const entry of await waiting(census)) show(entry, "waiting");
await showRefused();
await count();
await send();
