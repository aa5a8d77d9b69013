/** The region's own clock and date, whatever zone the screen's computer is set to. */
export function clock(zone) {
  const time = document.getElementById("jam");
  const date = document.getElementById("tanggal");
  const hours = new Intl.DateTimeFormat("id-ID", { timeZone: zone, hour: "2-digit", minute: "2-digit", hour12: false });
  const language = document.documentElement.lang === "en" ? "en-GB" : "id-ID";
  const days = new Intl.DateTimeFormat(language, { timeZone: zone, weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const tick = () => {
    const now = new Date();
    time.textContent = hours.format(now);
    date.textContent = days.format(now);
    setTimeout(tick, 60_000 - (now.getTime() % 60_000) + 20);
  };
  tick();
}

const short = new Map();

/** "10.42" of a moment, in the region's zone; the same minute is worked out once. */
export function minuteOf(moment, zone) {
  const stamp = typeof moment === "string" ? moment : new Date(moment).toISOString();
  const key = stamp.slice(0, 16) + stamp.slice(-6);
  let text = short.get(key);
  if (text === undefined) {
    if (short.size > 240) short.clear();
    text = new Date(stamp).toLocaleTimeString("id-ID", { timeZone: zone, hour: "2-digit", minute: "2-digit", hour12: false });
    short.set(key, text);
  }
  return text;
}
