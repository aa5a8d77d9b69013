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

from tidar.common.access import requires
from tidar.common.errors import UnableToFind
from tidar.common.pages import page
from tidar.indicators import api
from tidar.indicators.queries.definitions import loaded, view_of
from tidar.indicators.queries.health import failures
from tidar.indicators.queries.values import periods_of
from tidar.indicators.rules.drawing import Bar, bars
from tidar.indicators.rules.export import safe_cell
from tidar.indicators.rules.freshness import KINDS, WORDS
from tidar.indicators.rules.narrative import period_text
from tidar.people import api as people
from tidar.places import api as places


@dataclass(frozen=True, slots=True)
class Shown:
    """A number ready for the page."""

    value: api.ValueView
    period: str
    state: str
    kind: str
    bars: tuple[Bar, ...]
    change: Decimal | None  # against the period before

    @property
    def is_region(self) -> bool:
        """Whether this is the whole region's number."""
        return self.value.area_code.count(".") == 1

    @property
    def is_kecamatan(self) -> bool:
        """Whether this is a kecamatan's number."""
        return self.value.area_code.count(".") == 2


def shown(value: api.ValueView) -> Shown:
    """The number with its words and its chart; corrections of one period are one column, the newest."""
    series = dict(value.history) | {value.period: value.value}
    earlier = [number for period, number in series.items() if period < value.period]
    return Shown(
        value=value,
        period=period_text(value.period),
        state=WORDS[value.freshness],
        kind=KINDS[value.freshness],
        bars=bars(sorted(series.items())),
        change=value.value - earlier[-1] if earlier else None,
    )


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
        "highest": max((abs(r.value.value) for r in rows if not (r.is_region or r.is_kecamatan)), default=Decimal(0)),
        "periods": [(p, period_text(p)) for p in periods_of(code)],
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
    headings = ("indikator", "kode_wilayah", "wilayah", "periode", "nilai", "satuan", "keadaan", "usia_detik")
    writer.writerow([*headings, "data_contoh", "versi_definisi", "telusur"])
    for v in api.current_values(indicators=[code], period=request.GET.get("periode") or None):
        age = "" if v.age_seconds is None else round(v.age_seconds)
        cells = (v.name, v.area_code, v.area_name, v.period, v.value.normalize(), v.unit, WORDS[v.freshness], age)
        link = request.build_absolute_uri(reverse("indicators:lineage", args=[v.id]))
        writer.writerow([safe_cell(c) for c in (*cells, "ya" if v.sample else "tidak", v.definition_version, link)])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{definition.id}.csv"'
    return response


def _choices() -> list[tuple[str, str]]:
    """Areas to choose from, each kelurahan under its kecamatan."""
    indent = {"kecamatan": "\u2003", "kelurahan": "\u2003\u2003", "desa": "\u2003\u2003"}
    levels = ("region", *indent)
    return [(a.code, indent.get(a.level, "") + a.name) for a in places.areas() if a.level in levels]
