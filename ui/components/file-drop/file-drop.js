/** Dropping a file on [data-file-drop] chooses it in the input; everything else is the browser's own control. */
export function fileDrops(root = document) {
  for (const zone of root.querySelectorAll("[data-file-drop]:not([data-ready])")) {
    zone.dataset.ready = "1";
    const input = zone.querySelector("input[type=file]");
    const over = (event) => {
      event.preventDefault();
      zone.classList.toggle("is-over", event.type === "dragover");
    };
    zone.addEventListener("dragover", over);
    zone.addEventListener("dragleave", over);
    zone.addEventListener("drop", (event) => {
      over(event);
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}
