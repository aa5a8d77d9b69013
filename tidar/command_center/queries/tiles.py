"""Tiles: one number each with its narrative, small chart, source and age; and what changed since yesterday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from tidar.command_center.queries.plan import plan
from tidar.command_center.rules import Change, Chart, by_importance, change, chart, thinned
from tidar.common import wording
from tidar.common.formats import number_text
from tidar.hub.api import FreshState
from tidar.indicators import api as indicators
from tidar.indicators.api import ValueView
from tidar.people import api as people
from tidar.places import api as places

STATE_KIND: dict[FreshState, str] = {
    "fresh": "ok",
    "late": "warn",
    "stale": "bad",
    "waiting": "muted",
    "unscheduled": "muted",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One number, ready to be drawn."""

    value: ValueView
    change: Change | None
    change_text: str
    chart: Chart | None
    chart_label: str
    sources: tuple[str, ...]  # "Disdukcapil: Penduduk per kelurahan"
    last_at: datetime | None  # of the oldest input
    state_kind: str
    state_text: str
    period_text: str

    @property
    def change_short(self) -> str:
        """`+0,2 %`, or the difference itself when there is no percentage to speak of."""
        if self.change is None:
            return ""
        sign = "+" if self.change.difference > 0 else "−"
        if self.change.percent is not None and abs(self.change.percent) >= Decimal("0.05"):
            return f"{sign}{number_text(abs(self.change.percent), decimals=1)} %"
        return f"{sign}{number_text(abs(self.change.difference), decimals=self.value.decimals)}"

    @property
    def greyed(self) -> bool:
        """Whether some input missed its rhythm: the number is shown grey, with the word and its age."""
        return self.value.freshness in ("late", "stale")

    @property
    def direction(self) -> str:
        """The arrow: "same" also when the difference is too small to show."""
        return self.change.direction if self.change and self.differs else "same"

    @property
    def differs(self) -> bool:
        """Whether the number is other than before by as much as the screen can show."""
        return self.change is not None and tells(self.change, self.value)


def tiles() -> tuple[Tile, ...]:
    """The region's own numbers, most important first."""
    values = {v.indicator: v for v in indicators.current_values(area_codes=[places.region().code])}
    names = {a.code: a.short_name or a.name for a in people.agencies()}
    return tuple(_tile(values[code], names) for code in by_importance(list(values), plan().tiles))


def changed_since(found: tuple[Tile, ...], *, moment: datetime) -> tuple[Tile, ...]:
    """Tiles whose number was computed anew after `moment` and differs from the one before."""
    return tuple(t for t in found if t.value.computed_at >= moment and t.differs)


def yesterday(at: datetime) -> datetime:
    """Twenty-four hours before `at`."""
    return at - timedelta(hours=24)


def _tile(value: ValueView, agency_names: dict[str, str]) -> Tile:
    points = [float(v) for _period, v in value.comparable] + [float(value.value)]
    difference = change(value.value, value.comparable, period=value.period)
    feeds = {i.feed.code: i.feed for i in value.inputs if i.feed}
    moments = [f.last_at for f in feeds.values() if f.last_at]
    return Tile(
        value=value,
        change=difference,
        change_text=_change_text(difference, value),
        chart=chart(thinned(points)),
        chart_label=_chart_label(value),
        sources=tuple(f"{agency_names.get(f.agency_code, f.agency_code)}: {f.title}" for f in feeds.values()),
        last_at=min(moments, default=None),
        state_kind=STATE_KIND[value.freshness],
        state_text=state_text(value.freshness),
        period_text=wording.period(value.period),
    )


def state_text(state: FreshState) -> str:
    """Freshness in a word for the screen."""
    return {
        "fresh": _("segar"),
        "late": _("terlambat"),
        "stale": _("basi"),
        "waiting": _("menunggu data"),
        "unscheduled": _("tanpa jadwal"),
    }[state]


def tells(found: Change, value: ValueView) -> bool:
    """Whether the difference survives rounding to the decimals that are shown."""
    percent = Decimal(0) if found.percent is None else abs(found.percent)
    return bool(round(found.difference, value.decimals)) or percent >= Decimal("0.05")


def _change_text(found: Change | None, value: ValueView) -> str:
    if found is None:
        return ""
    since = wording.period(found.since) if found.since else _("hitungan sebelumnya")
    if found.direction == "same":
        return _("tetap sejak %(since)s") % {"since": since}
    if not tells(found, value):
        return _("hampir tetap sejak %(since)s") % {"since": since}
    amount = number_text(abs(found.difference), decimals=value.decimals)
    if found.percent is not None and abs(found.percent) >= Decimal("0.05"):
        amount = f"{number_text(abs(found.percent), decimals=1)} %"
    words = _("naik %(amount)s dari %(since)s") if found.direction == "up" else _("turun %(amount)s dari %(since)s")
    return words % {"amount": amount, "since": since}


def _chart_label(value: ValueView) -> str:
    if not value.comparable:
        return ""
    first, last = value.comparable[0], value.value
    return _("%(name)s dari %(first)s (%(since)s) menjadi %(last)s") % {
        "name": value.name,
        "first": number_text(first[1], decimals=value.decimals),
        "since": wording.period(first[0]),
        "last": number_text(last, decimals=value.decimals),
    }
