"""`/angka/`: all indicators; `/angka/<code>/`: one, by area, with what it means and where it comes from."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tidar.common import wording
from tidar.common.access import requires
from tidar.common.errors import UnableToFind
from tidar.common.formats import number_text
from tidar.common.pages import page
from tidar.indicators import api
from tidar.indicators.queries.definitions import loaded, view_of
from tidar.indicators.queries.health import failures
from tidar.indicators.queries.values import periods_of
from tidar.indicators.rules.drawing import Line, line
from tidar.indicators.rules.export import safe_cell
from tidar.indicators.rules.freshness import KINDS, WORDS
from tidar.indicators.views.asking import state_word
from tidar.people import api as people
from tidar.places import api as places

HEADINGS = (
    "indikator", "kode_wilayah", "wilayah", "periode", "nilai", "satuan", "keadaan", "usia_detik", "wilayah_masuk",
    "wilayah_seharusnya", "data_contoh", "versi_definisi", "telusur",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier or the present period with its number."""

    period: str
    name: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Shown:
    """A number ready for the page."""

    value: api.ValueView
    period: str
    state: str
    kind: str
    line: Line | None
    past: tuple[Past, ...]  # oldest first, this period last
    change: str  # against the period before: "+2", "−3", "0", "" without one

    @property
    def is_group(self) -> bool:
        """Whether this is the whole region's or a kecamatan's number, above the kelurahan in a table."""
        return self.value.area_code.count(".") <= 2


def shown(value: api.ValueView) -> Shown:
    """The number with its words and its line; of corrections of one period the newest counts.

    The line and the change are of the same areas throughout; a month of which a part is missing is no fall.
    """
    series = sorted((dict(value.comparable) | {value.period: value.value}).items())
    all_periods = sorted((dict(value.history) | {value.period: value.value}).items())
    return Shown(
        value=value,
        period=wording.period(value.period),
        state=state_word(value.freshness),
        kind=KINDS[value.freshness],
        line=line([number for _period, number in series]),
        past=tuple(Past(period, wording.period(period), number) for period, number in all_periods),
        change=signed(value.value - series[-2][1], value.decimals) if len(series) > 1 else "",
    )


def signed(difference: Decimal, decimals: int) -> str:
    """`+1.234`, `−3`, `0`."""
    rounded = round(difference, decimals)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return sign + number_text(abs(rounded), decimals=decimals)


@requires("indicators.see")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Every indicator with its newest number for an area; `umpan` leaves those that a feed's data went into."""
    code = request.GET.get("wilayah") or places.region().code
    area = places.area(code)
    if area is None:
        raise UnableToFind(_("Tidak ada wilayah dengan kode itu."))
    values = {v.indicator: v for v in api.current_values(area_codes=[code])}
    feed = request.GET.get("umpan", "")
    definitions = [d for d in api.definitions() if not feed or _was_fed(values.get(d.id), feed)]
    context = {
        "area": area,
        "areas": _choices(),
        "figures": [(d, shown(values[d.id]) if d.id in values else None) for d in definitions],
        "agencies": {a.code: a.short_name or a.name for a in people.agencies()},
        "failures": failures(),
    }
    return page(request, "indicators/figures.html", context, block="list")


def _was_fed(value: api.ValueView | None, feed: str) -> bool:
    return value is not None and any(used.feed is not None and used.feed.code == feed for used in value.inputs)


@requires("indicators.see")
@require_safe
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """One indicator: the number, the sentence, the chart, the areas, the definition and the sources."""
    definition = view_of(loaded(code))
    period = request.GET.get("periode") or None
    rows = tuple(shown(v) for v in api.current_values(indicators=[code], period=period))
    head = next((r for r in rows if r.value.area_code == places.region().code), None)
    agency = people.agency(definition.agency_code)
    context = {
        "definition": definition,
        "agency": agency,
        "head": head,
        "rows": rows,
        "highest": max((abs(r.value.value) for r in rows if not r.is_group), default=Decimal(0)),
        "periods": [(p, wording.period(p)) for p in periods_of(code)],
        "period": period or (head.value.period if head else ""),
        "failure": failures().get(code, ""),
    }
    return page(request, "indicators/figure.html", context, block="numbers")


@requires("indicators.see")
@require_safe
def export(request: HttpRequest, code: str) -> HttpResponse:
    """`/angka/<code>/angka.csv`: the page's numbers; no cell can run as a formula, every number carries its age."""
    definition = view_of(loaded(code))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for v in api.current_values(indicators=[code], period=request.GET.get("periode") or None):
        age = "" if v.age_seconds is None else round(v.age_seconds)
        cells = (v.name, v.area_code, v.area_name, v.period, v.value.normalize(), v.unit, WORDS[v.freshness], age)
        within = (v.covered, v.expected) if v.expected else ("", "")
        link = request.build_absolute_uri(reverse("indicators:lineage", args=[v.id]))
        sample = "ya" if v.sample else "tidak"
        writer.writerow([safe_cell(c) for c in (*cells, *within, sample, v.definition_version, link)])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{definition.id}.csv"'
    return response


def _choices() -> list[tuple[str, str]]:
    """Areas to choose from, each kelurahan under its kecamatan."""
    indent = {"kecamatan": "\u2003", "kelurahan": "\u2003\u2003", "desa": "\u2003\u2003"}
    levels = ("region", *indent)
    return [(a.code, indent.get(a.level, "") + a.name) for a in places.areas() if a.level in levels]
