"""Who patrols on a day: the weekly rules, the rules of holidays, and the swaps that both agreed on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOLIDAY = "libur"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the roster as plain values; `members` are (id, first day, last day or None)."""

    id: int
    day: str
    starts: time
    ends: time
    from_date: date
    until_date: date | None
    members: tuple[tuple[int, date, date | None], ...]


@dataclass(frozen=True, slots=True)
class Swap:
    """Agreed: on `date`, `to_member` walks the turn of `from_member`."""

    rule_id: int
    date: date
    from_member: int
    to_member: int


@dataclass(frozen=True, slots=True)
class Planned:
    """One turn on one day, in the region's zone, with swaps applied."""

    rule_id: int
    date: date
    starts_at: datetime
    ends_at: datetime
    member_ids: tuple[int, ...]


def in_force(from_date: date, until_date: date | None, day: date) -> bool:
    """Whether something that lasts from a day until another (included) is there on `day`."""
    return from_date <= day and (until_date is None or day <= until_date)


def day_key(day: date, *, days_off: Collection[date], weekdays: Collection[int]) -> str:
    """Which rules hold on `day`: its ISO weekday, or "libur" on a holiday that falls on a patrol day.

    A holiday on a day without patrol (a Sunday, say) has none.
    """
    if day not in days_off:
        return str(day.isoweekday())
    return HOLIDAY if day.isoweekday() in weekdays else ""


def turns(
    rules: Iterable[Rule],
    days: tuple[date, date],
    *,
    swaps: Iterable[Swap],
    days_off: Collection[date],
    weekdays: Collection[int],
    zone: ZoneInfo,
) -> Iterator[Planned]:
    """Every turn from the first to the last day (both included), by day and hour."""
    by_day: dict[str, list[Rule]] = {}
    for rule in sorted(rules, key=lambda rule: (rule.starts, rule.id)):
        by_day.setdefault(rule.day, []).append(rule)
    swapped = {(swap.rule_id, swap.date, swap.from_member): swap.to_member for swap in swaps}
    day, last = days
    while day <= last:
        for rule in by_day.get(day_key(day, days_off=days_off, weekdays=weekdays), ()):
            if in_force(rule.from_date, rule.until_date, day):
                yield Planned(
                    rule_id=rule.id, date=day,
                    starts_at=datetime.combine(day, rule.starts, zone), ends_at=datetime.combine(day, rule.ends, zone),
                    member_ids=_walking(rule, day, swapped),
                )  # fmt: skip
        day += timedelta(days=1)


def _walking(rule: Rule, day: date, swapped: Mapping[tuple[int, date, int], int]) -> tuple[int, ...]:
    """Who walks: those in force on the day, each replaced by whoever agreed to take the turn; nobody twice."""
    present = [member for member, start, end in rule.members if in_force(start, end, day)]
    return tuple(dict.fromkeys(swapped.get((rule.id, day, member), member) for member in present))
