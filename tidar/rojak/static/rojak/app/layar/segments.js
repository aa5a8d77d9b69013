/**
 * What each segment of the route looks like now: the city's last word in the pack, and what this phone has checked
 * since. Pure. A check without a fix, or with one worse than the program allows, makes a segment "unknown", never "ok".
 */
import { toNearest } from "./place.js";

const DAY = 86400000;
const RANK = { late: 0, never: 1, unknown: 2, soon: 3, ok: 4 };
const WEEKDAYS = ["Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"];
const two = (n) => String(n).padStart(2, "0");
const clock = (moment) => `${two(moment.getHours())}.${two(moment.getMinutes())}`;
const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();

/** Whole calendar days from one moment to another. */
export const days = (from, to) => Math.round((midnight(to) - midnight(from)) / DAY);

/** "hari ini 14.00", "besok 08.00", "Kamis 09.30". */
export function when(moment, now) {
  const ahead = days(now, moment);
  if (ahead === 0) return `hari ini ${clock(moment)}`;
  if (ahead === 1) return `besok ${clock(moment)}`;
  if (ahead === -1) return `kemarin ${clock(moment)}`;
  if (Math.abs(ahead) < 7) return `${WEEKDAYS[moment.getDay()]} ${clock(moment)}`;
  return ahead > 0 ? `${ahead} hari lagi` : `${-ahead} hari lalu`;
}

function standing({ due, last }, own, now) {
  const sure = own.some((check) => check.certain);
  const lastOwn = own.reduce((latest, check) => Math.max(latest, check.at), 0);
  if (sure) return ["ok", `diperiksa ${when(new Date(lastOwn), now)}`];
  if (own.length) return ["unknown", `diperiksa ${when(new Date(lastOwn), now)}, tempat tidak diketahui`];
  if (due && now > due) {
    const late = days(due, now);
    if (!last) return ["never", late ? `belum pernah, terlambat ${late} hari` : "belum pernah"];
    return ["late", late ? `terlambat ${late} hari` : "terlambat hari ini"];
  }
  if (!last) return ["never", "belum pernah diperiksa"];
  if (due && days(now, due) <= 0) return ["soon", `jatuh tempo ${when(due, now)}`];
  return ["ok", due ? `aman sampai ${when(due, now)}` : `diperiksa ${when(last, now)}`];
}

const moment = (iso) => (iso ? new Date(iso) : null);

/**
 * `[{code, title, importance, line, points, kind, words, due, asked, forMe, checks}]` in the pack's order. `checks` are
 * this phone's own, newest known state: `{segment, checkpoint, at (milliseconds), certain}`.
 */
export function standings(pack, checks, now) {
  const own = Map.groupBy ? Map.groupBy(checks, (check) => check.segment) : grouped(checks);
  const points = grouped(pack.checkpoints.map(([code, title, segment, lon, lat]) => ({ code, title, segment, lon, lat })));
  const tasks = new Map((pack.tasks ?? []).map(([segment, asked, forMe]) => [segment, { asked, forMe }]));
  return pack.segments.map(([code, title, importance, due, last, line]) => {
    const segment = { code, title, importance, due: moment(due), last: moment(last), line: line ?? [] };
    const mine = (own.get(code) ?? []).filter((check) => !segment.last || check.at > segment.last.getTime());
    const [kind, words] = standing(segment, mine, now);
    return { ...segment, kind, words, checks: mine, points: points.get(code) ?? [], task: tasks.get(code) ?? null };
  });
}

function grouped(list) {
  const groups = new Map();
  for (const each of list) groups.set(each.segment, [...(groups.get(each.segment) ?? []), each]);
  return groups;
}

/** Metres from a position to a segment: its checkpoints and its line. */
export const away = (segment, position) => Math.min(
  toNearest(position, segment.points.map(({ lon, lat }) => [lon, lat])), toNearest(position, segment.line),
);

/** What waits first: asked for, then the longest overdue, then the most important. */
export function oldestFirst(list) {
  const due = (segment) => segment.due?.getTime() ?? 0;
  const asked = (segment) => (segment.task && !segment.checks.length ? (segment.task.forMe ? 0 : 1) : 2);
  return [...list].sort((a, b) => asked(a) - asked(b) || RANK[a.kind] - RANK[b.kind]
    || due(a) - due(b) || b.importance - a.importance);
}

/** What is nearest first. */
export function nearestFirst(list, position) {
  const far = new Map(list.map((segment) => [segment.code, away(segment, position)]));
  return [...list].sort((a, b) => far.get(a.code) - far.get(b.code));
}

/** Segments that somebody asked for or whose time is over: what a round should begin with. */
export const gaps = (list) => oldestFirst(list).filter((segment) => !["ok", "soon"].includes(segment.kind) || segment.task)
  .filter((segment) => segment.checks.length === 0);
