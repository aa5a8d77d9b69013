/** <time data-age datetime="…">3 menit</time> stays true while the page is open; the words match common.formats.age_text. */
const UNITS = [["hari", "day", 86400], ["jam", "hour", 3600], ["menit", "minute", 60], ["detik", "second", 1]];

export function ageText(seconds, language = document.documentElement.lang) {
  const [unit, english, scale] = UNITS.find((found) => seconds >= found[2]) ?? UNITS.at(-1);
  const count = Math.max(Math.floor(seconds / scale), 0);
  const word = language === "en" ? (count === 1 ? english : `${english}s`) : unit;
  return `${count.toLocaleString("id-ID")} ${word}`;
}

export function ages(root = document) {
  const now = Date.now();
  for (const node of root.querySelectorAll("time[data-age]")) {
    const text = ageText((now - Date.parse(node.dateTime)) / 1000);
    if (node.textContent !== text) node.textContent = text;
  }
}
