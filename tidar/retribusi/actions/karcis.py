"""Karcis books: received, issued to a collector, sold, returned, spoilt or lost; every serial ends once.

The book's row is held first, so that two people never move the same serials; the database excludes it besides.
A karcis is assessment and receipt in one: what is sold becomes revenue at once, through `paying.post_payment`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.common.money import rupiah_text
from tidar.people import api as people
from tidar.places import api as places
from tidar.retribusi.actions.cases import open_case
from tidar.retribusi.actions.paying import NewPayment, Receipt, post_payment
from tidar.retribusi.models import Case, KarcisBook, KarcisMove, LevyKind, Payment
from tidar.retribusi.queries.karcis import held_by, in_store
from tidar.retribusi.queries.reach import WHOLE, decides_at, decides_for
from tidar.retribusi.rules import karcis as rules
from tidar.retribusi.rules.accounts import collector_cash_key
from tidar.retribusi.rules.reach import covers

Kind = KarcisMove.Kind
KEEPERS = ("levies.treasury", "levies.supervise")


class UnableToMoveKarcis(UnableTo):
    """The karcis cannot be received, issued, sold, returned or voided like this."""


@dataclass(frozen=True, slots=True)
class NewBook:
    """A book as it came from the printer."""

    levy_kind: str
    prefix: str
    first_serial: int
    last_serial: int
    denomination_rupiah: int


@dataclass(frozen=True, slots=True)
class Serials:
    """Serials of one book that move together."""

    book_id: int
    first_serial: int
    last_serial: int

    @property
    def count(self) -> int:
        """How many karcis."""
        return self.last_serial - self.first_serial + 1


@dataclass(frozen=True, slots=True)
class MoveFacts:
    """What more is known of a move: when it happened where that is not now, why, and the payment of a sale."""

    happened_at: datetime | None = None
    reason: str = ""
    payment_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """Karcis that a collector sold for cash."""

    serials: Serials
    collector_id: str
    amount_rupiah: int
    happened_at: datetime
    payment_id: uuid.UUID
    market: str | None = None


def receive_book(*, book: NewBook, by: Actor, at: datetime) -> int:
    """A book is in the store from now on; returns its number. No serial of one prefix is ever in two books."""
    kind = LevyKind.objects.filter(pk=book.levy_kind).first()
    if kind is None:
        raise UnableToMoveKarcis(_("Jenis retribusi itu tidak ada."))
    _must_keep(by, kind.agency_id)
    prefix = "".join(book.prefix.split()).upper()
    if not 1 <= book.first_serial <= book.last_serial <= rules.HIGHEST_SERIAL or len(prefix) > 10:
        raise UnableToMoveKarcis(_("Nomor seri harus urut, paling panjang 7 angka, dengan awalan paling panjang 10."))
    if type(book.denomination_rupiah) is not int or not 0 < book.denomination_rupiah <= 1_000_000:
        raise UnableToMoveKarcis(_("Nilai satu karcis harus rupiah bulat, lebih dari nol dan masuk akal."))
    fresh = KarcisBook(
        levy_kind=kind, agency_id=kind.agency_id, prefix=prefix, first_serial=book.first_serial,
        last_serial=book.last_serial, denomination_rupiah=book.denomination_rupiah, received_at=at,
    )  # fmt: skip
    with transaction.atomic():
        try:
            with transaction.atomic():
                fresh.save(force_insert=True)
        except IntegrityError as error:
            raise UnableToMoveKarcis(_("Sebagian nomor seri itu sudah ada di buku lain.")) from error
        after = {"prefix": prefix, "first": book.first_serial, "last": book.last_serial,
                 "denomination_rupiah": book.denomination_rupiah, "levy_kind": kind.pk}  # fmt: skip
        record("karcis.receive", by=by, at=at, subject=("karcis_book", str(fresh.pk)), after=after)
    return fresh.pk


def issue(*, serials: Serials, collector_id: str, by: Actor, at: datetime) -> KarcisMove:
    """The store gives a collector these karcis to sell. Two people: who issues does not sell."""
    with transaction.atomic():
        book = _locked(serials.book_id)
        _must_keep_for(by, book.agency_id, collector_id, at)
        if collector_id not in {one.id for one in people.holders("levies.collect", agency=book.agency_id, at=at)}:
            raise UnableToMoveKarcis(_("Orang itu bukan juru pungut perangkat daerah ini."))
        if collector_id == by.id:
            raise UnableToMoveKarcis(_("Karcis diserahkan oleh orang lain, bukan oleh juru pungutnya sendiri."))
        _must_be(serials, within=in_store(book))
        return _moved(Kind.ISSUED, serials, collector_id=collector_id, by=by, at=at)


def sell(*, sale: Sale, agency: str, by: Actor, at: datetime) -> Receipt:
    """The collector sold these karcis: cash into the bag, revenue of the levy, once. The same again is the same.

    Who may is the caller's to know: a phone's signature or `record_sale`. Raises `UnableToMoveKarcis` when the
    collector does not hold these serials or the amount is not their number times the denomination.
    """
    serials = sale.serials
    with transaction.atomic():
        book = _locked(serials.book_id)
        if book.agency_id != agency:
            raise UnableToMoveKarcis(_("Buku karcis itu milik perangkat daerah lain."))
        key = f"karcis:{book.pk}:{serials.first_serial}-{serials.last_serial}"
        if serials.count * book.denomination_rupiah != sale.amount_rupiah:
            sentence = _("%(count)d karcis senilai %(each)s berjumlah %(sum)s, bukan %(told)s.") % {
                "count": serials.count, "each": rupiah_text(book.denomination_rupiah),
                "sum": rupiah_text(serials.count * book.denomination_rupiah), "told": rupiah_text(sale.amount_rupiah),
            }  # fmt: skip
            raise UnableToMoveKarcis(sentence)
        known = _same_sale(key, sale)
        if known is None:
            _must_be(serials, within=held_by(book.pk, sale.collector_id))
            sale = replace(sale, happened_at=_moment(sale))
        payment = NewPayment(
            id=known.pk if known else sale.payment_id, key=key, channel=Payment.Channel.KARCIS.value,
            amount_rupiah=sale.amount_rupiah, happened_at=known.happened_at if known else sale.happened_at,
            occupancy_id=None, cash_account_key=collector_cash_key(sale.collector_id),
            receipt_number=f"KARCIS {rules.range_text(book.prefix, serials.first_serial, serials.last_serial)}",
            agency=agency, collector_id=sale.collector_id, market=sale.market, levy_kind=book.levy_kind_id,
        )  # fmt: skip
        receipt = post_payment(payment=payment, by=by, at=at)
        if receipt.is_new:
            facts = MoveFacts(happened_at=sale.happened_at, payment_id=receipt.payment_id)
            _moved(Kind.SOLD, serials, collector_id=sale.collector_id, by=by, at=at, facts=facts)
    return receipt


def _same_sale(key: str, sale: Sale) -> Payment | None:
    """What these serials were sold by before; None when they were not.

    A sale that was taken back ended its serials all the same, so that they are never sold again.
    """
    known = Payment.objects.filter(key=key).first()
    if known is None:
        return None
    if Payment.objects.filter(reverses=known).exists():
        raise UnableToMoveKarcis(_("Penjualan karcis nomor itu sudah dibatalkan; uangnya diputuskan bendahara."))
    if known.collector_id != sale.collector_id:
        raise UnableToMoveKarcis(_("Karcis nomor itu sudah dijual juru pungut lain."))
    return known


def _moment(sale: Sale) -> datetime:
    """When it was sold: not before the day on which the collector got the karcis, and then not before that moment."""
    serials, zone = sale.serials, places.region().zone
    issued = KarcisMove.objects.filter(
        book_id=serials.book_id, kind=Kind.ISSUED, collector_id=sale.collector_id,
        first_serial__lte=serials.last_serial, last_serial__gte=serials.first_serial,
    )  # fmt: skip
    got: datetime | None = issued.aggregate(at=Max("happened_at"))["at"]
    if got is None or sale.happened_at >= got:
        return sale.happened_at
    if sale.happened_at.astimezone(zone).date() < got.astimezone(zone).date():
        raise UnableToMoveKarcis(_("Karcis itu baru diserahkan sesudah hari penjualannya."))
    return got


def record_sale(*, sale: Sale, by: Actor, at: datetime) -> Receipt:
    """A keeper writes down what a collector sold on paper; the collector's bag holds the cash until hand-over.

    Raises `UnableToMoveKarcis` besides for a sale in the future.
    """
    book = _agency_of(sale.serials.book_id)
    _must_keep_for(by, book, sale.collector_id, at)
    if sale.market and not decides_at(by, KEEPERS, agency=book, market=sale.market):
        raise UnableToAllow(_("Pasar itu di luar wilayah Anda."))
    if sale.happened_at > at:
        raise UnableToMoveKarcis(_("Waktu penjualannya belum tiba."))
    if by.id == sale.collector_id:
        raise UnableToAllow(_("Penjualan sendiri dicatat oleh orang lain, atau lewat HP."))
    receipt = sell(sale=sale, agency=book, by=by, at=at)
    after = {"serials": [sale.serials.first_serial, sale.serials.last_serial], "amount_rupiah": sale.amount_rupiah,
             "collector": sale.collector_id}  # fmt: skip
    if receipt.is_new:
        record("karcis.sale", by=by, at=at, subject=("karcis_book", str(sale.serials.book_id)), after=after)
    return receipt


def take_back(*, serials: Serials, collector_id: str, by: Actor, at: datetime) -> KarcisMove:
    """A collector gives unsold karcis back. They are out of use from then on and never issued again."""
    with transaction.atomic():
        book = _locked(serials.book_id)
        _must_keep_for(by, book.agency_id, collector_id, at)
        if by.id == collector_id:
            raise UnableToMoveKarcis(_("Karcis diterima kembali oleh orang lain."))
        _must_be(serials, within=held_by(book.pk, collector_id))
        return _moved(Kind.RETURNED, serials, collector_id=collector_id, by=by, at=at)


def void(*, serials: Serials, collector_id: str, reason: str, by: Actor, at: datetime) -> KarcisMove:
    """Karcis that are spoilt or lost, with the reason; "" for those that were still in the store."""
    if not reason.strip():
        raise UnableToMoveKarcis(_("Tuliskan mengapa karcis itu rusak atau hilang."))
    with transaction.atomic():
        book = _locked(serials.book_id)
        if collector_id:
            _must_keep_for(by, book.agency_id, collector_id, at)
        else:
            _must_keep(by, book.agency_id)
        if by.id == collector_id:
            raise UnableToMoveKarcis(_("Karcis sendiri dinyatakan rusak atau hilang oleh orang lain."))
        _must_be(serials, within=held_by(book.pk, collector_id) if collector_id else in_store(book))
        return _moved(Kind.VOID, serials, collector_id=collector_id, by=by, at=at, facts=MoveFacts(reason=reason))


def count_stock(
    *, book_id: int, collector_id: str, present: Sequence[rules.Range], by: Actor, at: datetime
) -> tuple[rules.Range, ...]:
    """Hold what a collector shows against what they must have; each missing range opens a case, once. Moves nothing.

    Raises `UnableToMoveKarcis` when serials are shown that the collector should not have.
    """
    with transaction.atomic():
        book = _locked(book_id)
        _must_keep_for(by, book.agency_id, collector_id, at)
        held = held_by(book.pk, collector_id)
        if surplus := rules.without(present, held):
            first, last = surplus[0]
            raise UnableToMoveKarcis(
                _("Nomor %(first)d–%(last)d tidak tercatat padanya.") % {"first": first, "last": last}
            )
        missing = rules.without(held, present)
        for first, last in missing:
            worth = (last - first + 1) * book.denomination_rupiah
            serials = rules.range_text(book.prefix, first, last)
            open_case(
                kind=Case.Kind.KARCIS, key=f"karcis:{book.pk}:{first}-{last}:hilang", agency=book.agency_id,
                subject=f"karcis:{book.pk}",
                sentence=f"Karcis {serials} ({rupiah_text(worth)}) tidak ada saat dihitung.",  # kept: Indonesian
                amount_rupiah=worth, by=by, at=at,
            )  # fmt: skip
        after = {"collector": collector_id, "missing": [list(part) for part in missing]}
        record("karcis.count", by=by, at=at, subject=("karcis_book", str(book.pk)), after=after)
    return missing


def _must_keep(by: Actor, agency: str) -> None:
    """The store is the whole agency's."""
    if not any(covers(by, permission, agency=agency, areas=WHOLE) for permission in KEEPERS):
        raise UnableToAllow(_("Anda tidak memiliki wewenang mengatur karcis perangkat daerah ini."))


def _must_keep_for(by: Actor, agency: str, collector_id: str, at: datetime) -> None:
    """What a collector holds is kept by who keeps the store, or by the head of where they collect."""
    if not decides_for(by, KEEPERS, agency=agency, collector_id=collector_id, at=at):
        raise UnableToAllow(_("Anda tidak memiliki wewenang mengatur karcis juru pungut itu."))


def _locked(book_id: int) -> KarcisBook:
    book = KarcisBook.objects.select_for_update(no_key=True).filter(pk=book_id).first()
    if book is None:
        raise UnableToFind(_("Buku karcis itu tidak ada."))
    return book


def _agency_of(book_id: int) -> str:
    found = KarcisBook.objects.filter(pk=book_id).values_list("agency_id", flat=True).first()
    if found is None:
        raise UnableToFind(_("Buku karcis itu tidak ada."))
    return found


def _must_be(serials: Serials, *, within: Sequence[rules.Range]) -> None:
    if fault := rules.range_faults(serials.first_serial, serials.last_serial, within=within):
        raise UnableToMoveKarcis(fault)


def _moved(
    kind: str, serials: Serials, *, collector_id: str, by: Actor, at: datetime, facts: MoveFacts | None = None
) -> KarcisMove:
    """One row, and for what a person decided its audit entry; a sale is its own trail."""
    facts = facts or MoveFacts()
    move = KarcisMove(
        book_id=serials.book_id, kind=kind, first_serial=serials.first_serial, last_serial=serials.last_serial,
        collector_id=collector_id, recorded_at=at, actor_id=by.id[:80], happened_at=facts.happened_at or at,
        reason=facts.reason.strip()[:300], payment_id=facts.payment_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            move.save(force_insert=True)
    except IntegrityError as error:
        raise UnableToMoveKarcis(_("Sebagian nomor seri itu sudah dicatat.")) from error
    if kind != Kind.SOLD:
        after = {"kind": str(kind), "serials": [move.first_serial, move.last_serial], "collector": collector_id}
        record("karcis.move", by=by, at=at, subject=("karcis_book", str(move.book_id)), after=after)
    return move
