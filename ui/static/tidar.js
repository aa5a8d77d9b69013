/** Niceties for every page; each works without: theme at once, menus that close, files that drop, live ages. */
import { fileDrops } from "./components/file-drop/file-drop.js";
import { ages } from "./ages.js";
import { chooseTheme } from "./theme.js";

document.addEventListener("click", (event) => {
  const theme = event.target.closest('[data-view-form] button[name="tema"]');
  if (theme) {
    event.preventDefault();
    chooseTheme(theme.value);
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("htmx:load", (event) => fileDrops(event.target));
fileDrops();
ages();
setInterval(ages, 20000);
