/** Light, dark or as the device says. No side effects on import: any page's module may use it. */
const YEAR = 31536000;

/** Apply a chosen theme and keep it in a cookie, so the server paints the next page right the first time. */
export function chooseTheme(name) {
  const root = document.documentElement;
  if (name === "system") delete root.dataset.theme;
  else root.dataset.theme = name;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `tidar_tema=${name}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  document.querySelector('meta[name="color-scheme"]')?.setAttribute("content", name === "system" ? "light dark" : name);
  for (const button of document.querySelectorAll('button[name="tema"]')) {
    button.setAttribute("aria-pressed", String(button.value === name));
  }
  document.dispatchEvent(new CustomEvent("tidar:tema"));
}
