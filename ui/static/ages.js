/** <time data-age datetime="…">3 menit</time> stays true while the page is open; the words match common.formats.age_text. */
const UNITS = [["hari", 86400], ["jam", 3600], ["menit", 60]];

export function ageText(seconds) {
  for (const [unit, scale] of UNITS) {
    if (seconds >= scale) return `${Math.floor(seconds / scale).toLocaleString("id-ID")} ${unit}`;
  }
  return `${Math.max(Math.floor(seconds), 0)} detik`;
}

export function ages(root = document) {
  const now = Date.now();
  for (const node of root.querySelectorAll("time[data-age]")) {
    const text = ageText((now - Date.parse(node.dateTime)) / 1000);
    if (node.textContent !== text) node.textContent = text;
  }
}
