/**
 * Making faces unrecognisable before a photo leaves the phone: where the finger goes, the picture is replaced by large
 * squares of its mean colour. What is replaced is gone; only what the canvas shows afterwards is kept and sent.
 */
import { button, h } from "../../../lapangan/dom.js";

const SQUARES = 36; // across the longer side: too coarse for a face
const FINGER = 0.07; // radius as a share of the longer side
const STEP = 0.03; // of the longer side, for the arrow keys

/** A copy of the picture in which every square has one colour. */
function coarse(canvas) {
  const scale = SQUARES / Math.max(canvas.width, canvas.height);
  const small = document.createElement("canvas");
  small.width = Math.max(1, Math.round(canvas.width * scale));
  small.height = Math.max(1, Math.round(canvas.height * scale));
  const context = small.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, small.width, small.height);
  return small;
}

/** Put squares over the circle around `x, y` (pixels of the picture). */
function cover(canvas, squares, { x, y, radius }) {
  const context = canvas.getContext("2d");
  context.save();
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.clip();
  context.imageSmoothingEnabled = false;
  context.drawImage(squares, 0, 0, canvas.width, canvas.height);
  context.restore();
}

function copyOf(canvas) {
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  copy.getContext("2d").drawImage(canvas, 0, 0);
  return copy;
}

/** Let the canvas be wiped with a finger, or with arrow keys and Enter. Returns how to begin anew. */
function wipe(canvas, ring) {
  const original = copyOf(canvas);
  const squares = coarse(canvas);
  const long = Math.max(canvas.width, canvas.height);
  const radius = long * FINGER;
  const at = { x: canvas.width / 2, y: canvas.height / 2 };
  const show = () => {
    ring.style.left = `${(at.x / canvas.width) * 100}%`;
    ring.style.top = `${(at.y / canvas.height) * 100}%`;
    ring.style.width = `${((2 * radius) / canvas.width) * 100}%`;
  };
  const finger = (event) => {
    const box = canvas.getBoundingClientRect();
    at.x = ((event.clientX - box.left) / box.width) * canvas.width;
    at.y = ((event.clientY - box.top) / box.height) * canvas.height;
    cover(canvas, squares, { ...at, radius });
    show();
  };
  canvas.addEventListener("pointerdown", (event) => (canvas.setPointerCapture(event.pointerId), finger(event)));
  canvas.addEventListener("pointermove", (event) => event.buttons && finger(event));
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (move) {
      at.x = Math.min(canvas.width, Math.max(0, at.x + move[0] * STEP * long));
      at.y = Math.min(canvas.height, Math.max(0, at.y + move[1] * STEP * long));
    } else if (event.key === "Enter" || event.key === " ") cover(canvas, squares, { ...at, radius });
    else return;
    event.preventDefault();
    show();
  });
  show();
  return () => canvas.getContext("2d").drawImage(original, 0, 0);
}

const SAY = "Usap wajah dan pelat nomor supaya tidak dikenali.";
const KEYS = "Foto. Usap dengan jari, atau geser lingkaran dengan tombol panah dan tekan Enter.";

/** Show the picture to be wiped; resolves with true to use it (the canvas holds the result), false to throw it away. */
export function wiped({ canvas }) {
  return new Promise((resolve) => {
    canvas.className = "wipe__canvas";
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", KEYS);
    const ring = h("span", { class: "wipe__ring", "aria-hidden": "true" });
    const anew = wipe(canvas, ring);
    const dialog = h("dialog", { class: "wipe", "aria-labelledby": "usap-judul" });
    const close = (used) => {
      dialog.close();
      dialog.remove();
      resolve(used);
    };
    dialog.append(h("h2", { id: "usap-judul" }, SAY), h("div", { class: "wipe__photo" }, canvas, ring),
      h("div", { class: "pairs" }, button("Ulangi", anew, { mark: "undo" }), button("Buang", () => close(false), { mark: "trash" })),
      button("Pakai foto ini", () => close(true), { kind: "primary", mark: "check" }));
    dialog.addEventListener("cancel", () => close(false));
    document.body.append(dialog);
    dialog.showModal();
  });
}
