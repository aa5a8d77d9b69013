"""The papers of custody: the treasurer's TBP for a counted hand-over, the STS for a deposit.

Numbers are taken last (decision 0005): a series stays locked until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from tidar.common.actor import Actor
from tidar.common.formats import date_text
from tidar.documents import api as documents
from tidar.people import api as people
from tidar.places import api as places
from tidar.retribusi.models import Deposit, Handover, LevyKind

TBP, STS = "TBP", "STS"
SUSPENSE_TITLE = "Titipan (belum jelas asalnya)"


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a series."""

    series: str
    year: int
    sequence: int

    @property
    def text(self) -> str:
        """`TBP/2026/0000012`."""
        return documents.number_text(self.series, self.year, self.sequence)


def next_number(series: str, year: int) -> Number:
    """The next number of a series and year; locks the series until the transaction ends, so take it last."""
    return Number(series, year, documents.take_numbers(series, year, 1))


def issue_tbp(found: Handover, number: Number, *, by: Actor, at: datetime) -> None:
    """The document of a counted hand-over: what was counted, by account code, from whom."""
    data = documents.Tbp(
        **_letterhead(found.agency_id),
        amount_rupiah=int(found.counted_rupiah or 0),
        received_at=timezone.localtime(at, places.region().zone),
        received_from=found.collector_name,
        office="Juru pungut",
        purpose="Penyerahan penerimaan retribusi tunai",
        period=_days(found),
        lines=tuple(_lines(found.by_account, _kinds(found.agency_id))),
        declared_rupiah=found.declared_rupiah if found.declared_rupiah != found.counted_rupiah else None,
    )
    documents.issue(
        kind="tbp", series=number.series, year=number.year, sequence=number.sequence, subject=f"serah:{found.pk}",
        data=data, signed_by=_signature(by), by=by, at=at,
    )  # fmt: skip


def issue_sts(slip: Deposit, handovers: Sequence[Handover], number: Number, *, by: Actor) -> None:
    """The document of a deposit: a line for each TBP and account code; their sum is the deposit, gross."""
    kinds = _kinds(slip.agency_id)
    data = documents.Sts(
        **_letterhead(slip.agency_id),
        amount_rupiah=slip.amount_rupiah,
        deposited_at=timezone.localtime(slip.deposited_at, places.region().zone),
        depositor=slip.treasurer_name,
        bank="Rekening Kas Umum Daerah (RKUD)",
        bank_account=slip.bank_account,
        bank_reference=slip.bank_reference,
        period=_period(slip),
        lines=tuple(line for one in handovers for line in _lines(one.by_account, kinds, note=one.tbp_number)),
    )
    documents.issue(
        kind="sts", series=number.series, year=number.year, sequence=number.sequence, subject=f"sts:{slip.pk}",
        data=data, signed_by=_signature(by), by=by, at=slip.recorded_at,
    )  # fmt: skip


def _letterhead(agency: str) -> dict[str, Any]:
    found = people.agency(agency)
    kinds = _kinds(agency)
    only = next(iter(kinds.values())) if len(kinds) == 1 else None
    return {
        "region": f"Pemerintah {places.region().name}",
        "agency": found.name if found else agency,
        "legal_basis": tuple(dict.fromkeys(kind.legal_basis for kind in kinds.values())),
        "account_code": only.account_code if only else "",
        "account_title": only.title if only else "",
        "levy": only.title if only else "",
    }


def _kinds(agency: str) -> dict[str, LevyKind]:
    return {kind.account_code: kind for kind in LevyKind.objects.filter(agency_id=agency)}


def _lines(by_account: Mapping[str, int], kinds: Mapping[str, LevyKind], *, note: str = "") -> list[documents.Line]:
    return [
        documents.Line(
            title=(kinds[code].title if code in kinds else code) if code else SUSPENSE_TITLE,
            amount_rupiah=rupiah,
            number=code,
            note=note,
        )
        for code, rupiah in sorted(by_account.items())
    ]


def _days(found: Handover) -> str:
    if found.receipts_from_at is None or found.receipts_to_at is None:
        return ""
    first, last = (
        timezone.localtime(m, places.region().zone).date() for m in (found.receipts_from_at, found.receipts_to_at)
    )
    return date_text(first) if first == last else f"{date_text(first)} – {date_text(last)}"


def _period(slip: Deposit) -> str:
    first, last = slip.period_from_date, slip.period_to_date
    return date_text(first) if first == last else f"{date_text(first)} – {date_text(last)}"


def _signature(by: Actor) -> str:
    return f"{by.name}\nBendahara Penerimaan"[:200]
