"""The roster read for a span of days: who is planned when, with the region's holidays and agreed swaps applied."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from tidar.places import api as places
from tidar.rojak.models import Program, RosterRule, RosterSwap
from tidar.rojak.rules.roster import Planned, Rule, Swap, turns

__all__ = ["Planned", "days_off_between", "patrol_weekdays", "planned", "planned_of"]


def planned(post_id: int, from_date: date, until_date: date) -> tuple[Planned, ...]:
    """Every turn of a post from a day until another (both included), by day and hour. Four queries at most."""
    return planned_of([post_id], from_date, until_date).get(post_id, ())


def planned_of(post_ids: Collection[int], from_date: date, until_date: date) -> dict[int, tuple[Planned, ...]]:
    """The turns of several posts, by post; a post without any is missing."""
    if until_date < from_date:
        return {}
    kept = RosterRule.objects.filter(post_id__in=post_ids, from_date__lte=until_date)
    rules = list(kept.exclude(until_date__lt=from_date).select_related("post__program").prefetch_related("members"))
    swaps = _swaps(rules, from_date, until_date)
    days_off = days_off_between(from_date, until_date)
    by_post: dict[int, list[RosterRule]] = {}
    for rule in rules:
        by_post.setdefault(rule.post_id, []).append(rule)
    found = {
        post_id: tuple(
            turns(
                [_plain(rule) for rule in own], (from_date, until_date), swaps=swaps, days_off=days_off,
                weekdays=patrol_weekdays(own[0].post.program), zone=places.region().zone,
            )
        )
        for post_id, own in by_post.items()
    }  # fmt: skip
    return {post_id: some for post_id, some in found.items() if some}


def days_off_between(first: date, last: date) -> frozenset[date]:
    """The region's holidays within two days (both included)."""
    years = range(first.year, last.year + 1)
    return frozenset(day for year in years for day in places.days_off(year) if first <= day <= last)


def patrol_weekdays(program: Program) -> frozenset[int]:
    """ISO weekdays on which the program patrols at all."""
    return frozenset(weekday for window in program.windows for weekday in window["weekdays"])


def _swaps(rules: Sequence[RosterRule], from_date: date, until_date: date) -> list[Swap]:
    agreed = RosterSwap.objects.filter(
        rule__in=[rule.pk for rule in rules], date__range=(from_date, until_date), state=RosterSwap.State.AGREED
    )
    return [Swap(s.rule_id, s.date, s.from_member_id, s.to_member_id) for s in agreed]


def _plain(rule: RosterRule) -> Rule:
    members = tuple((m.pk, m.from_date, m.until_date) for m in rule.members.all())
    return Rule(rule.pk, rule.day, rule.starts, rule.ends, rule.from_date, rule.until_date, members)
