/** Markers and labels as HTML: they take the page's font and colours, and need no glyph server. */
function element(tag, className, text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

function icon(sheet, name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sheet}#${name}`);
  svg.append(use);
  return svg;
}

export function labelMark(name) {
  const mark = element("div", "map-label", name);
  mark.setAttribute("aria-hidden", "true");
  return mark;
}

/** A site that does not move: its shape says what it is, a red frame and its title say when it is out of order. */
export function siteMark(site, sheet) {
  const [name, off] = site.icon.split("-");
  const mark = element("div", `map-site map-site--${name}${off ? " map-site--off" : ""}`);
  mark.title = site.note ? `${site.name} (${site.note})` : site.name;
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", mark.title);
  mark.append(icon(sheet, name));
  if (site.label) mark.append(element("span", "map-site__label", site.label));
  return mark;
}

/** A gauge: level as shape, newest reading as number. */
export function gaugeMark(gauge, levels) {
  const mark = element("div", "map-gauge");
  mark.dataset.level = gauge.level;
  mark.title = `${gauge.name}: ${levels[gauge.level] ?? gauge.level}`;
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", mark.title);
  const [value, unit] = gauge.text.split(" ");
  mark.append(element("span", `level level--${gauge.level}`), element("span", "map-gauge__value", value), element("small", "", unit));
  return mark;
}

/** What a click on an area shows: its figure, and the way down to its origin. */
export function popupContent({ name, code, figure, label }, trace) {
  const found = figure?.areas[code];
  const box = element("div", "map-popup");
  box.append(element("strong", "", name), element("span", "", found ? `${figure.name}: ${found.text}` : ""));
  if (found?.id) {
    const button = element("button", "button button--small button--quiet", label);
    button.type = "button";
    button.addEventListener("click", () => trace(found.id));
    box.append(document.createElement("br"), button);
  }
  return box;
}
