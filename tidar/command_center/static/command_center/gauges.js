/** Sensor rows follow each observation in place: value, level and age. */
const LEVELS = ["normal", "waspada", "siaga", "awas"];
const number = new Intl.NumberFormat("id-ID", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const levelOf = (event) => event.data?.level ?? LEVELS[event.severity] ?? LEVELS[0];
export const resultText = (event) => number.format(event.result);

export class Gauges {
  constructor(words) {
    this.words = words;
    this.rows = new Map();
  }

  /** The rows were replaced: find them anew when the next reading comes. */
  forget() {
    this.rows.clear();
  }

  row(id) {
    if (!this.rows.has(id)) {
      const node = document.querySelector(`.gauge[data-stream="${Number(id)}"]`);
      this.rows.set(id, node && {
        node, mark: node.querySelector(".level"), word: node.querySelector(".gauge__level"),
        value: node.querySelector(".number"), age: node.querySelector("time"), level: null,
      });
    }
    return this.rows.get(id);
  }

  show(event) {
    const row = this.row(event.datastream_id);
    if (!row) return;
    row.value.textContent = resultText(event);
    row.age.dateTime = event.happened_at;
    const level = levelOf(event);
    if (level === row.level) return;
    row.level = level;
    row.node.className = `gauge gauge--${level}`;
    row.mark.className = `level level--${level}`;
    row.word.textContent = this.words.levels[level] ?? level;
  }
}
