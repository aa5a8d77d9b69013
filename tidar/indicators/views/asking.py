"""What pages and data share: reading a request, and the way up from a row."""

from __future__ import annotations

import uuid

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tidar.common import clock
from tidar.common.access import actor_of
from tidar.common.actor import Actor
from tidar.common.errors import UnableToAllow, UnableToFind
from tidar.hub import api as hub
from tidar.hub.api import MessageView
from tidar.indicators import api
from tidar.indicators.queries import sources
from tidar.indicators.queries.lineage import SourceRow
from tidar.indicators.queries.sources import RawRow
from tidar.indicators.rules.freshness import FreshState
from tidar.lake import api as lake


def page_number(request: HttpRequest) -> int:
    """`?page=` as a number from 1; anything else is the first page."""
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdecimal() and int(text[:9]) > 0 else 1


def row_uses(request: HttpRequest, delivery: str, row: int) -> tuple[tuple[RawRow, ...], tuple[api.ValueView, ...]]:
    """What the source said in a row, and the numbers that use it. Raises `UnableToFind`, `UnableToAllow`."""
    at = clock.now()
    delivery = canonical(delivery)
    delivered = lake.tables_from(delivery)
    if not delivered and sources.delivery_id(delivery) is not None:
        raise UnableToFind(_("Tidak ada kiriman dengan nomor itu di danau data."))
    reader = actor_of(request)
    tables = delivered or _exported_with(delivery, row, reader) or lake.exported_tables()[:1]
    who = sources.reader(reader, at=at)
    if not all(who.may_open(table) for table in tables):
        raise UnableToAllow(_("Baris umpan ini tertutup; hanya pemilik data yang dapat membukanya."))
    uses = api.uses_of_row(delivery, row, at=at)
    raw = tuple(sources.raw_row(SourceRow(table, delivery, row, ()), who) for table in tables)
    if not delivered and not uses and all(found.note for found in raw):
        raise UnableToFind(_("Tidak ada kiriman dengan nomor itu di danau data."))
    return raw, uses


def _exported_with(delivery: str, row: int, reader: Actor) -> tuple[str, ...]:
    """The exported tables whose app knows this row."""
    found = lake.exported_tables()
    return tuple(table for table in found if lake.record_of(table, delivery, row, reader=reader) is not None)


def canonical(delivery: str) -> str:
    """One spelling of a delivery's number: another spelling must not look like a source of another kind."""
    found = sources.delivery_id(delivery)
    return str(found) if found is not None else delivery


def readable_message(request: HttpRequest, message_id: uuid.UUID) -> MessageView:
    """A sensor's message, when this reader may open it. Raises `UnableToFind`, `UnableToAllow`."""
    found = hub.raw_message(message_id)
    if found.access_class == "closed" and not actor_of(request).may("hub.see", agency=found.agency_code):
        raise UnableToAllow(_("Pesan umpan ini tertutup; hanya pemilik data yang dapat membukanya."))
    return found


def state_word(state: FreshState) -> str:
    """How fresh a number is, in the reader's language."""
    return {
        "fresh": _("Segar"),
        "late": _("Terlambat"),
        "stale": _("Basi"),
        "waiting": _("Menunggu kiriman pertama"),
        "unscheduled": _("Tanpa jadwal"),
    }[state]
