"""Finding what an address names, for `requires(load=…)`, and whose agencies a person may look at."""

from __future__ import annotations

import uuid

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.retribusi.models import Device, DeviceRecord, KarcisBook, KarcisMove


def agencies_of(actor: Actor, permission: str) -> frozenset[str] | None:
    """The agencies for which `actor` holds `permission`; None means all of them."""
    if actor.kind == "system":
        return None
    held = {grant.agency for grant in actor.grants if grant.permission == permission}
    return None if None in held else frozenset(agency for agency in held if agency)


def device_named(request: HttpRequest, device_id: uuid.UUID) -> Device:
    """The phone with this id."""
    device = Device.objects.select_related("agency").filter(pk=device_id).first()
    if device is None:
        raise UnableToFind(_("Alat itu tidak ada."))
    return device


def record_named(request: HttpRequest, device_id: uuid.UUID, record_id: int) -> DeviceRecord:
    """The record with this id, of this phone; checked by the phone's agency."""
    rows = DeviceRecord.objects.select_related("device__agency", "payment")
    found = rows.filter(pk=record_id, device_id=device_id).first()
    if found is None:
        raise UnableToFind(_("Catatan itu tidak ada."))
    return found


def book_named(request: HttpRequest, book_id: int) -> KarcisBook:
    """The book with this number."""
    book = KarcisBook.objects.select_related("levy_kind", "agency").filter(pk=book_id).first()
    if book is None:
        raise UnableToFind(_("Buku karcis itu tidak ada."))
    return book


def move_named(request: HttpRequest, move_id: int) -> KarcisMove:
    """The move with this number; checked by its book's agency."""
    found = KarcisMove.objects.select_related("book__levy_kind", "book__agency").filter(pk=move_id).first()
    if found is None:
        raise UnableToFind(_("Serah terima karcis itu tidak ada."))
    return found
