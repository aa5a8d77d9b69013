"""Everything on the wall at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tidar.command_center.queries import gauges as sensors
from tidar.command_center.queries import mapping, ticker
from tidar.command_center.queries import tiles as numbers
from tidar.command_center.queries.plan import plan
from tidar.common.actor import Actor
from tidar.hub import api as hub
from tidar.hub.api import FeedState, SystemCheck

CHECK_KIND = {"holds": "ok", "broken": "bad", "late": "warn"}
WORST_FIRST = ("stale", "late", "waiting", "fresh", "unscheduled")


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One feed in the health strip."""

    feed: FeedState
    kind: str
    word: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check of the system itself in the health strip."""

    check: SystemCheck
    kind: str
    word: str


@dataclass(frozen=True, slots=True)
class Wall:
    """What the page draws."""

    at: datetime
    tiles: tuple[numbers.Tile, ...]
    changed: tuple[numbers.Tile, ...]
    figure: mapping.Figure | None
    gauges: tuple[sensors.Gauge, ...]
    lines: tuple[ticker.Line, ...]
    feeds: tuple[FeedLine, ...]
    checks: tuple[CheckLine, ...]
    names: ticker.Names

    @property
    def counted(self) -> str:
        """The feeds' health in one short sentence."""
        return counted(self.feeds)

    @property
    def sample_gauges(self) -> bool:
        """Whether some sensor's readings are made up."""
        return any(gauge.reading.sample for gauge in self.gauges)

    @property
    def troubled(self) -> int:
        """How many feeds miss their rhythm and how many checks of the system do not hold."""
        kinds = [*(line.kind for line in self.feeds), *(line.kind for line in self.checks)]
        return sum(kind in ("warn", "bad") for kind in kinds)


def wall(*, reader: Actor, at: datetime, chosen: str = "") -> Wall:
    """The whole wall for `reader`; `chosen` names the figure of the map (default: the plan's)."""
    found = numbers.tiles()
    states = hub.feed_states(at=at)
    names = known_names(states, found)
    return Wall(
        at=at,
        tiles=found,
        changed=numbers.changed_since(found, moment=numbers.yesterday(at)),
        figure=mapping.figure(map_code(chosen, [t.value.indicator for t in found])),
        gauges=sensors.gauges(),
        lines=ticker.recent_lines(names=names, reader=reader, at=at),
        feeds=feed_lines(states),
        checks=check_lines(at=at),
        names=names,
    )


def map_code(chosen: str, known: Sequence[str]) -> str:
    """The figure to colour the map by: what was asked for if it exists, else the plan's, else the first."""
    for code in (chosen, plan().choropleth, *known):
        if code in known:
            return code
    return ""


def known_names(states: Mapping[str, FeedState], found: Sequence[numbers.Tile]) -> ticker.Names:
    """Titles of feeds and names of indicators by code."""
    return ticker.Names(
        feeds={code: state.title for code, state in states.items()},
        indicators={t.value.indicator: t.value.name for t in found},
    )


def feed_lines(states: Mapping[str, FeedState]) -> tuple[FeedLine, ...]:
    """Feeds, the worst first, then by title."""
    ordered = sorted(states.values(), key=lambda s: (WORST_FIRST.index(s.state), s.title))
    return tuple(FeedLine(s, numbers.STATE_KIND[s.state], numbers.state_text(s.state)) for s in ordered)


def check_lines(*, at: datetime) -> tuple[CheckLine, ...]:
    """The system's own checks, by title."""
    return tuple(CheckLine(check, CHECK_KIND[check.state], _check_word(check)) for check in hub.system_checks(at=at))


def _check_word(check: SystemCheck) -> str:
    if check.state == "broken":
        return ngettext("%d hal tidak cocok", "%d hal tidak cocok", check.fault_count) % check.fault_count
    return _("cocok") if check.state == "holds" else _("belum diperiksa lagi")


def counted(lines: Sequence[FeedLine]) -> str:
    """`4 dari 5 segar`."""
    fresh = sum(line.kind == "ok" for line in lines)
    return _("%(fresh)s dari %(all)s segar") % {"fresh": fresh, "all": len(lines)}
