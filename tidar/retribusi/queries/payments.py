"""Payments as people read them: a list that narrows, and one payment with all that followed from it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum

from tidar.common.actor import Actor
from tidar.documents import api as documents
from tidar.ledger import api as ledger
from tidar.people import api as people
from tidar.places import api as places
from tidar.retribusi.models import Allocation, Case, Device, DeviceRecord, Occupancy, Payment
from tidar.retribusi.queries.register import granted
from tidar.retribusi.rules.paying import period_words

PAGE_SIZE = 50
# `rules.paying.NEW_MONEY_SQL` for the ORM; a test holds both to each other
NEW_MONEY = ~Q(channel__in=Payment.NO_NEW_MONEY) & (Q(reverses=None) | Q(cash_account=F("reverses__cash_account")))
FILE_ROWS = 50_000  # of an export; a longer one is narrowed by day or market
EVENT_SQL = """
SELECT seq, id, recorded_at FROM hub_event
WHERE source_kind = 'action' AND source_id = %s AND kind IN ('levy.paid', 'levy.payment_reversed')
"""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a reader narrowed the list to, always within some days; the rest empty means all."""

    first: date
    last: date
    market: str = ""
    channel: str = ""
    collector: str = ""
    words: str = ""

    @property
    def query(self) -> str:
        """The same as the query of an address."""
        days = {"dari": self.first, "sampai": self.last}
        texts = {"pasar": self.market, "cara": self.channel, "juru": self.collector, "q": self.words}
        return urlencode({k: v.isoformat() for k, v in days.items()} | {k: v for k, v in texts.items() if v})


@dataclass(frozen=True, slots=True)
class Sums:
    """How many payments and how much new money; what was used of advances and titipan is no new money."""

    count: int
    rupiah: int
    reversed_count: int


@dataclass(frozen=True, slots=True)
class Part:
    """What of a payment went to one SKRD."""

    assessment_id: uuid.UUID
    number: str
    period: str
    amount_rupiah: int


@dataclass(frozen=True, slots=True)
class Told:
    """The event of a payment on the spine; `seq` None: not numbered yet."""

    seq: int | None
    id: uuid.UUID
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Whole:
    """One payment and all that followed: the end of the walk from a number on the wall."""

    payment: Payment
    parts: tuple[Part, ...]
    transfers: tuple[Any, ...]
    told: Told | None
    record: DeviceRecord | None
    document: documents.DocumentView | None
    reversal: Payment | None
    cases: tuple[Case, ...] = field(default=())


def payments_seen_by(actor: Actor) -> QuerySet[Payment]:
    """Payments of the agencies and areas that the actor may see."""
    mine = granted(actor, permission="levies.see", agency="agency", area="market__area_code")
    return Payment.objects.filter(mine).select_related("occupancy__levy_object", "market", "reversed_by", "reverses")


def narrowed(found: QuerySet[Payment], to: Narrowed) -> QuerySet[Payment]:
    """The payments that fit, newest first.

    A receipt whose whole number was typed is found on any day; a stall and an NPWRD within the days. Each by an index.
    """
    exact = {"market_id": to.market, "channel": to.channel, "collector_id": to.collector}
    found = found.filter(**{name: value for name, value in exact.items() if value}).order_by("-happened_at", "-pk")
    if to.words:
        receipts = found.filter(receipt_number__in={to.words, to.words.upper()})
        if receipts.exists():
            return receipts
        said = Q(levy_object__number__iexact=to.words) | Q(payer__npwrd__iexact=to.words)
        found = found.filter(occupancy__in=list(Occupancy.objects.filter(said).values_list("pk", flat=True)))
    return found.filter(happened_at__gte=_midnight(to.first), happened_at__lt=_midnight(to.last + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), places.region().zone)


def after(found: QuerySet[Payment], key: str) -> tuple[list[Payment], str]:
    """One page of the list behind the payment `key` ("" is the first), and the key of the next page or ""."""
    try:
        place = Payment.objects.filter(pk=uuid.UUID(key)).first() if key else None
    except ValueError:
        place = None
    if place is not None:
        found = found.filter(Q(happened_at__lt=place.happened_at) | Q(happened_at=place.happened_at, pk__lt=place.pk))
    rows = list(found[: PAGE_SIZE + 1])
    return rows[:PAGE_SIZE], str(rows[PAGE_SIZE - 1].pk) if len(rows) > PAGE_SIZE else ""


def sums_of(found: QuerySet[Payment]) -> Sums:
    """The sums of a narrowed list; reversals are counted by themselves and lessen the money."""
    counted = found.order_by().aggregate(
        n=Count("pk", filter=Q(reverses=None)),
        rupiah=Sum("amount_rupiah", filter=NEW_MONEY),
        back=Count("pk", filter=Q(reverses__isnull=False)),
    )
    return Sums(counted["n"], int(counted["rupiah"] or 0), counted["back"])


def names_of(collector_ids: Collection[str]) -> dict[str, str]:
    """What each is called, as `queries.custody.name_of` says, in two statements for all of them."""
    phones = Device.objects.filter(collector_id__in=collector_ids).order_by("registered_at")
    named = dict(phones.values_list("collector_id", "collector_name"))
    found = people.names_of([one for one in collector_ids if one not in named])
    return {one: named.get(one) or found.get(one, one) for one in collector_ids}


def whole(payment: Payment) -> Whole:
    """A payment with its allocations, transfers, event, device record, SSRD, reversal and cases."""
    group = ledger.find_group(f"pembayaran:{payment.pk}")
    subject = f"pembayaran:{payment.pk}"
    return Whole(
        payment=payment,
        parts=parts_of(payment),
        transfers=group.transfers if group else (),
        told=_told(payment.pk),
        record=DeviceRecord.objects.select_related("device").filter(payment=payment).first(),
        document=documents.find("ssrd", subject),
        reversal=Payment.objects.filter(reverses=payment).first(),
        cases=tuple(Case.objects.filter(subject=subject).order_by("opened_at", "pk")),
    )


def parts_of(payment: Payment) -> tuple[Part, ...]:
    """What went to which SKRD, in the order in which it was given."""
    rows = Allocation.objects.filter(payment=payment).select_related("assessment").order_by("pk")
    return tuple(
        Part(
            row.assessment_id,
            documents.number_text("SKRD", row.assessment.year, row.assessment.sequence),
            period_words(row.assessment.period_from_date, row.assessment.period_to_date),
            row.amount_rupiah,
        )
        for row in rows
    )


def _told(payment_id: uuid.UUID) -> Told | None:
    with connection.cursor() as cursor:
        cursor.execute(EVENT_SQL, [str(payment_id)])
        row = cursor.fetchone()
    return Told(*row) if row else None
