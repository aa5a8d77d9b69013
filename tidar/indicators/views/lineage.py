"""`/telusur/…`: from a number down to the cell of a file, and from a row up to the numbers that use it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tidar.common import clock, wording
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableToFind
from tidar.common.formats import number_text
from tidar.common.pages import page
from tidar.hub import api as hub
from tidar.indicators import api
from tidar.indicators.queries import sources
from tidar.indicators.queries.lineage import PAGE_SIZE, ContributingRow, Lineage, TableInput
from tidar.indicators.rules.freshness import KINDS
from tidar.indicators.views.asking import page_number, readable_message, row_uses, state_word
from tidar.people import api as people


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A contributing row ready for the page: its number in the list, measures with what is hidden hidden."""

    number: int
    row: ContributingRow
    measures: tuple[str, ...]
    selected: bool


@dataclass(frozen=True, slots=True)
class UsedInput:
    """An input table with how many of its rows, from how many deliveries, are in the number."""

    input: TableInput
    rows: int
    deliveries: int


@requires("lineage.see")
@require_safe
def lineage(request: HttpRequest, value_id: uuid.UUID) -> HttpResponse:
    """The way down from one number, as a page or as the wall's panel. `?page=` of rows, `?baris=` the row opened."""
    at = clock.now()
    down = api.lineage(value_id, page=page_number(request), at=at)
    who = sources.reader(actor_of(request), at=at)
    opened = _opened(request, down)
    agency = people.agency(down.definition.agency_code)
    panel = bool(getattr(request, "htmx", False))
    context = {
        "down": down,
        "value": down.value,
        "period": wording.period(down.value.period),
        "state": state_word(down.value.freshness),
        "kind": KINDS[down.value.freshness],
        "agency": agency.name if agency else down.definition.agency_code,
        "rows": _rows(down, who, opened),
        "raw": [sources.raw_row(source, who) for source in down.rows[opened].sources] if down.rows else [],
        "opened": (down.page - 1) * PAGE_SIZE + opened + 1,
        "inputs": _inputs(down),
        "h": 3 if panel else 2,
    }
    return page(request, "lineage/down.html", context, block="panel")


@requires("lineage.see")
@require_safe
def row(request: HttpRequest, delivery: str, row: int) -> HttpResponse:
    """The way up from one row: what the file said, and every number that it is in."""
    raw, uses = row_uses(request, delivery, row)
    groups = [(name, list(found)) for name, found in groupby(uses, key=lambda v: v.name)]
    context = {
        "delivery": delivery,
        "row": row,
        "raw": raw,
        "groups": [
            (name, [(v, wording.period(v.period), KINDS[v.freshness]) for v in found]) for name, found in groups
        ],
        "count": len(uses),
        "h": 2,
    }
    return page(request, "lineage/up.html", context, block="panel")


@requires("lineage.see")
@require_safe
def message(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    """The way down from a sensor's number: the observation, its feed, and the message as the sensor sent it."""
    return _message_page(request, message_id)


@requires("lineage.see")
@require_safe
def sensor(request: HttpRequest, datastream_id: int) -> HttpResponse:
    """The way down from the number that a sensor shows now, for links beside live numbers."""
    newest = next((o for o in hub.latest_observations() if o.datastream_id == datastream_id), None)
    if newest is None:
        raise UnableToFind(_("Sensor itu belum mengirim bacaan."))
    return _message_page(request, uuid.UUID(newest.message_id))


def _message_page(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    found = readable_message(request, message_id)
    context = {"message": found, "h": 3 if getattr(request, "htmx", False) else 2}
    return page(request, "lineage/message.html", context, block="panel")


def _opened(request: HttpRequest, down: Lineage) -> int:
    """Which row of the page is opened; the first unless `?baris=` names another."""
    text = request.GET.get("baris", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    index = number - 1 - (down.page - 1) * PAGE_SIZE
    return index if 0 <= index < len(down.rows) else 0


def _inputs(down: Lineage) -> list[UsedInput]:
    shares = {i.table: [d.row_count for d in down.deliveries if d.table == i.table] for i in down.inputs}
    return [UsedInput(i, sum(shares[i.table]), len(shares[i.table])) for i in down.inputs]


def _rows(down: Lineage, who: sources.Reader, opened: int) -> list[ShownRow]:
    masked = [who.masks(measure.columns) for measure in down.measures]
    first = (down.page - 1) * PAGE_SIZE + 1
    return [
        ShownRow(first + index, found, _measures(found, masked), selected=index == opened)
        for index, found in enumerate(down.rows)
    ]


def _measures(found: ContributingRow, masked: Sequence[bool]) -> tuple[str, ...]:
    pairs = zip(found.measures, masked, strict=True)
    return tuple(sources.MASK if hide else measure_text(value) for value, hide in pairs)


def measure_text(value: Any) -> str:
    """A measure as a reader sees it; an empty one says so."""
    if value is None:
        return _("kosong")
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    return number_text(value) if isinstance(value, (int, float, Decimal)) else str(value)
