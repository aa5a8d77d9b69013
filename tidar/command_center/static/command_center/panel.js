/** The lineage panel: a number opens it, Esc or the cross closes it, focus goes in and comes back. */
export function panel(map) {
  const dialog = document.getElementById("telusur");
  const body = document.getElementById("telusur-isi");

  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== body) return;
    if (!dialog.open) dialog.showModal();
    body.scrollTop = 0;
    body.focus();
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    if (event.detail.target === body) location.assign(event.detail.pathInfo.requestPath);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => body.replaceChildren());
  map.onTrace = (id) => window.htmx?.ajax("GET", `/telusur/angka/${id}/`, { target: body, swap: "innerHTML" });
}
