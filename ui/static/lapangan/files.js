/** Handing a file to the person. */
import { h } from "./dom.js";

const KEPT = 60000;

/** Offer `blob` under `name`: the browser puts it into the downloads. */
export function offer(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), KEPT);
}
