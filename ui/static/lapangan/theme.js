/** The look of an app: the phone's own, light or dark; kept under `key`. */

/** `chosen()` → "", "light" or "dark"; `choose(value)` keeps and paints it; `paint()` paints what was chosen. */
export function theme(key) {
  const chosen = () => localStorage.getItem(key) ?? "";
  const paint = () => {
    const look = chosen();
    if (look) document.documentElement.dataset.theme = look;
    else delete document.documentElement.dataset.theme;
  };
  const choose = (value) => {
    localStorage.setItem(key, value);
    paint();
  };
  return { chosen, choose, paint };
}
