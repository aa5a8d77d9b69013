/** Making what is on the screen: elements, the frame of every screen, sheets, short messages. */

/** An element; `on…` are listeners, true is an empty attribute, null and false are left out. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the shell's own set. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** A drawn QR code. */
export function drawing(path, size, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.setAttribute("class", "qr");
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}

/** A big button. `kind`: "primary", "danger" or "" . */
export function button(text, onclick, { kind = "", mark = "", ...props } = {}) {
  const look = `big ${kind && `big--${kind}`}`;
  return h("button", { type: "button", class: look, onclick, ...props }, mark && icon(mark), h("span", null, text));
}

/** A link that looks like a button. */
export function linkButton(text, href, { kind = "", mark = "" } = {}) {
  return h("a", { class: `big ${kind && `big--${kind}`}`, href }, mark && icon(mark), h("span", null, text));
}

/** A notice: `kind` "warn", "bad", "ok", "info". */
export function notice(kind, text, ...more) {
  const role = kind === "bad" ? "alert" : "status";
  const mark = icon({ ok: "check", info: "info" }[kind] ?? "alert");
  return h("div", { class: `notice notice--${kind}`, role }, mark, h("div", null, h("p", null, text), ...more));
}

function tabbed(tabs, current) {
  const tab = ([name, text, mark]) => {
    const here = name === current ? "page" : null;
    return h("a", { class: "tab", href: `#/${name}`, "aria-current": here }, icon(mark), h("span", null, text));
  };
  return h("nav", { class: "tabs", "aria-label": "Bagian aplikasi" }, tabs.map(tab));
}

/**
 * The frame of an app's screens, whose `tabs` are `[address, text, icon]`: a bar with the only h1, the body, and actions
 * within the thumb's reach.
 */
export function framer({ tabs }) {
  return ({ title, over = "", back = null, pill = null, body, actions = [], tab = null }) => {
    const head = h("header", { class: "bar" },
      back !== null && h("a", { class: "bar__back", href: back, "aria-label": "Kembali" }, icon("back")),
      h("div", { class: "bar__title" }, over && h("p", { class: "bar__over" }, over), h("h1", { tabindex: "-1" }, title)),
      pill);
    const within = actions.length > 0 && h("div", { class: "actions" }, actions);
    const foot = h("footer", { class: "foot" }, within, tab !== null && tabbed(tabs, tab));
    return [head, h("main", { id: "isi", class: "body" }, body), foot];
  };
}

/** A sheet from below; resolves with what was chosen, or null. */
export function choose(title, choices, more = []) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { class: "sheet", "aria-labelledby": "lembar-judul" });
    const close = (value) => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    dialog.append(h("h2", { id: "lembar-judul" }, title), ...more,
      ...choices.map(([value, text, options]) => button(text, () => close(value), options)), button("Tutup", () => close(null)));
    dialog.addEventListener("cancel", () => close(null));
    document.body.append(dialog);
    dialog.showModal();
  });
}

let fading;

/** A short message over the screen. */
export function toast(text) {
  const place = document.getElementById("pesan");
  place.textContent = text;
  place.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => (place.hidden = true), 5000);
}
