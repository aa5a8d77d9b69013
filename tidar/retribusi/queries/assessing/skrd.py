"""SKRD for pages: the list by market, block, state and period (keyset), and one SKRD with all that happened to it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.documents import api as documents
from tidar.ledger import api as ledger
from tidar.ledger.api import TransferView
from tidar.retribusi.models import Allocation, Assessment, AssessmentCancellation, LevyObject
from tidar.retribusi.queries.assessing.seeing import seen_by
from tidar.retribusi.rules.assessing import YEARS
from tidar.retribusi.rules.formula import span_text

PER_PAGE = 50
SERIES = "SKRD"
NUMBER = re.compile(r"(?:SKRD/)?(\d{4})/0*(\d+)", re.IGNORECASE)
STATES = ("menunggu", "terbuka", "lewat", "lunas", "batal")
COLUMNS = (
    "id", "year", "sequence", "amount_rupiah", "due_date", "period_from_date", "period_to_date", "closed_by",
    "issued_at", "run__signed_at", "occupancy__levy_object__market__name", "occupancy__levy_object__block",
    "occupancy__levy_object__number", "occupancy__levy_object__place_type", "occupancy__payer__name",
    "occupancy__payer__npwrd",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SkrdFilter:
    """What of the list is wanted; empty means all. `before` is the number that the page goes on from."""

    market: str = ""
    block: str = ""
    state: str = ""
    month: str = ""  # "2026-11"
    words: str = ""  # a number of an SKRD or a stall, or an NPWRD
    run: str = ""
    before: str = ""  # "2026/123"


@dataclass(frozen=True, slots=True)
class SkrdRow:
    """One line of the list."""

    id: uuid.UUID
    number: str
    key: str
    market: str
    block: str
    stall: str
    place_type: str
    payer: str
    npwrd: str
    period: str
    amount_rupiah: int
    paid_rupiah: int
    due_date: date
    state: str

    @property
    def owed_rupiah(self) -> int:
        """What is still to be paid; nothing of a cancelled one."""
        return 0 if self.state == "batal" else self.amount_rupiah - self.paid_rupiah


def skrd_seen_by(actor: Actor) -> QuerySet[Assessment]:
    """SKRD that a person may look at."""
    area = "occupancy__levy_object__market__area_code"
    return Assessment.objects.filter(seen_by(actor, agency="run__agency_id", area=area))


def skrd_page(actor: Actor, wanted: SkrdFilter, *, today: date) -> tuple[list[SkrdRow], str]:
    """A page of the list, newest number first, and the key of the next page ("" when there is none)."""
    found = _after(narrowed(actor, wanted, today=today), wanted.before)
    rows = list(found.order_by("-year", "-sequence").values(*COLUMNS)[: PER_PAGE + 1])
    told = _rows(rows[:PER_PAGE], today)
    return told, told[-1].key if len(rows) > PER_PAGE else ""


def all_skrd(actor: Actor, wanted: SkrdFilter, *, today: date) -> Iterator[SkrdRow]:
    """Every SKRD of the list, oldest number first, in batches."""
    rows = narrowed(actor, wanted, today=today).order_by("year", "sequence").values(*COLUMNS)
    batch: list[dict[str, Any]] = []
    for row in rows.iterator(chunk_size=2_000):
        batch.append(row)
        if len(batch) == 2_000:
            yield from _rows(batch, today)
            batch = []
    yield from _rows(batch, today)


def totals(actor: Actor, wanted: SkrdFilter, *, today: date) -> tuple[int, int, int]:
    """How many SKRD the filter finds that count, what they come to, and what of it is paid."""
    found = narrowed(actor, wanted, today=today).exclude(closed_by="batal")
    amount = found.order_by().aggregate(rupiah=Sum("amount_rupiah"))["rupiah"] or 0
    paid = Allocation.objects.filter(assessment__in=found.order_by().values("pk")).aggregate(n=Sum("amount_rupiah"))
    return found.count(), int(amount), int(paid["n"] or 0)


def narrowed(actor: Actor, wanted: SkrdFilter, *, today: date) -> QuerySet[Assessment]:
    """The SKRD that a filter asks for; what cannot be understood finds nothing."""
    found = skrd_seen_by(actor)
    if wanted.market:
        found = found.filter(occupancy__levy_object__market=wanted.market)
    if wanted.block:
        found = found.filter(occupancy__levy_object__block=wanted.block)
    if wanted.run:
        found = found.filter(run=uuid.UUID(wanted.run))
    if wanted.month:
        found = found.filter(_in_month(wanted.month))
    if wanted.words:
        found = found.filter(_named(wanted.words))
    return found.filter(_in_state(wanted.state, today))


def _in_month(month: str) -> Q:
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return Q(pk__in=())
    if not YEARS[0] <= first.year <= YEARS[1]:
        return Q(pk__in=())
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return Q(period_from_date__gte=first, period_from_date__lt=following)


def _named(words: str) -> Q:
    if match := NUMBER.fullmatch(words.strip()):
        return Q(year=int(match[1]), sequence=int(match[2]))
    text = words.strip().upper()
    objects = LevyObject.objects.filter(number__startswith=text).values("occupancies")
    return Q(occupancy__in=objects) | Q(occupancy__payer__npwrd=text)


def _in_state(state: str, today: date) -> Q:
    unpaid = Q(closed_at=None, run__signed_at__isnull=False)
    return {
        "menunggu": Q(closed_at=None, run__signed_at=None),
        "terbuka": unpaid,
        "lewat": unpaid & Q(due_date__lt=today),
        "lunas": Q(closed_by="lunas"),
        "batal": Q(closed_by="batal"),
    }.get(state, Q())


def _after(found: QuerySet[Assessment], before: str) -> QuerySet[Assessment]:
    if not (match := NUMBER.fullmatch(before)):
        return found
    year, sequence = int(match[1]), int(match[2])
    return found.filter(Q(year=year, sequence__lt=sequence) | Q(year__lt=year))


def state_of(closed_by: str, *, signed: bool, due_date: date, today: date) -> str:
    """The state of an SKRD, one of `STATES`."""
    if closed_by:
        return closed_by
    if not signed:
        return "menunggu"
    return "lewat" if due_date < today else "terbuka"


def _rows(rows: Sequence[dict[str, Any]], today: date) -> list[SkrdRow]:
    paid = paid_of([row["id"] for row in rows])
    place_types = {code: str(label) for code, label in LevyObject.PlaceType.choices}
    return [
        SkrdRow(
            id=row["id"],
            number=documents.number_text(SERIES, row["year"], row["sequence"]),
            key=f"{row['year']}/{row['sequence']}",
            market=row["occupancy__levy_object__market__name"] or "",
            block=row["occupancy__levy_object__block"],
            stall=row["occupancy__levy_object__number"],
            place_type=place_types.get(row["occupancy__levy_object__place_type"], ""),
            payer=row["occupancy__payer__name"],
            npwrd=row["occupancy__payer__npwrd"],
            period=span_text(row["period_from_date"], row["period_to_date"]),
            amount_rupiah=row["amount_rupiah"],
            paid_rupiah=paid.get(row["id"], 0),
            due_date=row["due_date"],
            state=state_of(
                row["closed_by"], signed=row["run__signed_at"] is not None, due_date=row["due_date"], today=today
            ),
        )
        for row in rows
    ]


def paid_of(assessments: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """What was paid of each SKRD; those of which nothing was are left out."""
    found = (
        Allocation.objects.filter(assessment__in=assessments).values_list("assessment").annotate(n=Sum("amount_rupiah"))
    )
    return {key: int(rupiah) for key, rupiah in found}


def skrd_named(assessment_id: uuid.UUID) -> Assessment | None:
    """One SKRD with its run, payer, stall and tariff."""
    joined = Assessment.objects.select_related(
        "run__market", "run__levy_kind", "tariff", "occupancy__payer", "occupancy__levy_object__market"
    )
    return joined.filter(pk=assessment_id).first()


def payments_of(assessment: Assessment) -> QuerySet[Allocation]:
    """What paid it, and what was taken back, in order."""
    return Allocation.objects.filter(assessment=assessment).select_related("payment").order_by("id")


def transfers_of(assessment: Assessment) -> tuple[TransferView, ...]:
    """Its transfers in the ledger: made, and mirrored when it was cancelled."""
    cancelled = f"skrd-batal:{assessment.pk}"
    return ledger.find_transfers([f"skrd:{assessment.pk}", f"{cancelled}/1", f"{cancelled}/dibayar"])


def cancellation_of(assessment: Assessment) -> AssessmentCancellation | None:
    """Why it was cancelled, or None."""
    return AssessmentCancellation.objects.filter(assessment=assessment).first()


def state_words(state: str) -> str:
    """A state as the page says it."""
    return {
        "menunggu": _("menunggu tanda tangan"),
        "terbuka": _("belum lunas"),
        "lewat": _("lewat jatuh tempo"),
        "lunas": _("lunas"),
        "batal": _("dibatalkan"),
    }[state]
