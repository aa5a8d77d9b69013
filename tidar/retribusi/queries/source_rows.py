"""From a row of the lake's levy tables back to the one receipt, SKRD, STS or place that it is.

Amounts, numbers and days are shown to whoever may see the agency's levies; names of people never.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.formats import date_text
from tidar.common.money import rupiah_text
from tidar.documents import api as documents
from tidar.hub import api as hub
from tidar.lake.api import RecordCell, RecordView, register_records
from tidar.places import api as places
from tidar.retribusi.models import Assessment, Deposit, LevyObject, Payment
from tidar.retribusi.rules.lake import ASSESSMENTS, DELIVERIES, DEPOSITS, OCCUPANCY, PAYMENTS, year_and_number

PAID = ("levy.paid", "levy.payment_reversed")
Cell = RecordCell


def register() -> None:
    """Tell the lake who knows its levy rows."""
    register_records(PAYMENTS, receipt_of)
    register_records(ASSESSMENTS, skrd_of)
    register_records(DEPOSITS, sts_of)
    register_records(OCCUPANCY, place_of)


def receipt_of(delivery: str, row: int, reader: Actor) -> RecordView | None:
    """The payment whose event has number `row`."""
    events = hub.events_after(row - 1, limit=1) if delivery == DELIVERIES[PAYMENTS] else ()
    if not events or events[0].seq != row or events[0].kind not in PAID:
        return None
    query = Payment.objects.select_related("occupancy__levy_object__market", "market")
    paid = query.filter(pk=events[0].source.id).first()
    if paid is None:
        return None
    title = _("Tanda terima %s") % paid.receipt_number
    if closed := _closed(reader, paid.agency_id, _("Tanda terima")):
        return closed
    held = paid.occupancy.levy_object if paid.occupancy else None
    market = held.market if held else paid.market
    cells = (
        Cell(_("Tanda terima"), paid.receipt_number, ("receipt",)),
        Cell(_("Dibayar"), _moment(paid.happened_at), ("paid_at", "paid_date")),
        Cell(_("Cara bayar"), paid.get_channel_display(), ("channel", "new_money")),
        Cell(_("Jumlah"), rupiah_text(paid.amount_rupiah), ("amount_rupiah",)),
        Cell(_("Untuk"), _uses(paid), ("purpose", "skrd")),
        Cell(_("Lapak"), held.number if held else _("belum dikenal"), ("number", "object_id")),
        Cell(_("Pasar"), market.name if market else "–", ("market", "market_name")),
        Cell(_("Dibukukan"), _moment(paid.recorded_at), ("recorded_at",)),
    )
    return RecordView(title, cells, _page(reader, paid.agency_id, "payment", paid), _("Buka tanda terimanya"))


def _uses(paid: Payment) -> str:
    """What the money was for: each SKRD with its part, and the rest."""
    found = paid.allocations.select_related("assessment").order_by("assessment__period_from_date")
    parts = [f"{_number(a.assessment)} {rupiah_text(a.amount_rupiah)}" for a in found]
    others = (
        (_("uang muka"), paid.advance_rupiah),
        (_("titipan"), paid.suspense_rupiah),
        (_("karcis"), paid.revenue_rupiah),
    )
    return "; ".join([*parts, *(f"{word} {rupiah_text(amount)}" for word, amount in others if amount)])


def skrd_of(delivery: str, row: int, reader: Actor) -> RecordView | None:
    """The SKRD with the year and number in `row`."""
    year, sequence = year_and_number(row)
    query = Assessment.objects.select_related("occupancy__levy_object__market", "run")
    found = query.filter(year=year, sequence=sequence).first() if delivery == DELIVERIES[ASSESSMENTS] else None
    if found is None:
        return None
    title = _number(found)
    if closed := _closed(reader, found.run.agency_code, _("SKRD")):
        return closed
    held = found.occupancy.levy_object
    state = _("batal") if found.closed_by == "batal" else _("lunas") if found.closed_at else _("belum lunas")
    cells = (
        Cell(_("Nomor SKRD"), title, ("skrd", "skrd_number")),
        Cell(_("Masa"), _period(found), ("period_from", "period_to", "days")),
        Cell(_("Ketetapan"), rupiah_text(found.amount_rupiah), ("amount_rupiah",)),
        Cell(_("Jatuh tempo"), date_text(found.due_date), ("due_date",)),
        Cell(_("Keadaan"), state, ("state",)),
        Cell(_("Lapak"), held.number, ("number", "object_id")),
        Cell(_("Pasar"), held.market.name if held.market else "–", ("market", "market_name")),
    )
    return RecordView(title, cells, _page(reader, found.run.agency_code, "skrd", found), _("Buka SKRD-nya"))


def sts_of(delivery: str, row: int, reader: Actor) -> RecordView | None:
    """The STS with the year and number in `row`."""
    year, sequence = year_and_number(row)
    made = Deposit.objects.filter(year=year, sequence=sequence).first() if delivery == DELIVERIES[DEPOSITS] else None
    if made is None:
        return None
    if closed := _closed(reader, made.agency_id, _("STS")):
        return closed
    cells = (
        Cell(_("Nomor STS"), made.number, ("sts_number",)),
        Cell(_("Disetor"), _moment(made.deposited_at), ("deposited_at", "deposited_date", "waited_hours")),
        Cell(_("Jumlah"), rupiah_text(made.amount_rupiah), ("amount_rupiah",)),
        Cell(_("Penerimaan dari"), date_text(made.period_from_date), ("period_from",)),
        Cell(_("Penerimaan sampai"), date_text(made.period_to_date), ("period_to",)),
        Cell(_("Serah terima"), str(made.handovers.count()), ("handovers",)),
    )
    return RecordView(made.number, cells, _page(reader, made.agency_id, "deposit", made), _("Buka STS-nya"))


def place_of(delivery: str, row: int, reader: Actor) -> RecordView | None:
    """The place with number `row` in the register, with its last occupancy's days."""
    query = LevyObject.objects.select_related("market", "levy_kind")
    held = query.filter(pk=row).first() if delivery == DELIVERIES[OCCUPANCY] else None
    if held is None:
        return None
    title = f"{held.levy_kind.object_word.capitalize()} {held.number}"
    if closed := _closed(reader, held.levy_kind.agency_id, held.levy_kind.object_word.capitalize()):
        return closed
    last = held.occupancies.order_by("-from_date", "-pk").first()
    cells = (
        Cell(_("Nomor"), held.number, ("number", "object_id")),
        Cell(_("Pasar"), held.market.name if held.market else "–", ("market", "market_name")),
        Cell(_("Jenis tempat"), held.get_place_type_display() or "–", ("place_type",)),
        Cell(_("Ditempati sejak"), date_text(last.from_date) if last else _("belum pernah"), ("from_date",)),
        Cell(_("Sampai"), date_text(last.to_date) if last and last.to_date else "–", ("to_date",)),
        Cell(_("Ditiadakan"), _moment(held.closed_at) if held.closed_at else "–", ("closed_date",)),
    )
    return RecordView(
        title, cells, _page(reader, held.levy_kind.agency_id, "stall", held), _("Buka tempatnya di register")
    )


def _closed(reader: Actor, agency: str, title: str) -> RecordView | None:
    """What somebody gets who may neither see this agency's levies nor lead the city."""
    if reader.may("levies.see", agency=agency) or reader.may("levies.lead"):
        return None
    return RecordView(title, note=_("Catatan ini hanya dapat dibuka oleh petugas retribusi dinas itu dan pimpinan."))


def _page(reader: Actor, agency: str, name: str, record: Model) -> str:
    """The record's own page, for whoever may open it."""
    if not reader.may("levies.see", agency=agency):
        return ""
    return reverse(f"retribusi:{name}", args=[record.pk])


def _number(found: Assessment) -> str:
    return documents.number_text("SKRD", found.year, found.sequence)


def _period(found: Assessment) -> str:
    first, last = found.period_from_date, found.period_to_date
    return date_text(first) if first == last else f"{date_text(first)} – {date_text(last)}"


def _moment(at: datetime) -> str:
    local = at.astimezone(places.region().zone)
    return f"{date_text(local)}, {local:%H.%M}"
