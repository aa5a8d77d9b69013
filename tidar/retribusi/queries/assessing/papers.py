"""What the paper SKRD says, put together from the SKRD, its payer, stall and tariff at the moment of signing."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from tidar.common.formats import number_text
from tidar.gateways.api import connected_bank
from tidar.places import api as places
from tidar.retribusi.models import Assessment, LevyKind, LevyObject, Run, Tariff
from tidar.retribusi.rules.formula import Formula, formula_words, from_json, span_text
from tidar.retribusi.rules.register import block_of

COLUMNS = (
    "id", "year", "sequence", "days", "formula", "amount_rupiah", "due_date", "period_from_date", "period_to_date",
    "closed_by", "occupancy__payer__name", "occupancy__payer__npwrd", "occupancy__payer__address",
    "occupancy__levy_object__number", "occupancy__levy_object__block", "occupancy__levy_object__place_type",
    "occupancy__levy_object__market__name",
)  # fmt: skip
PLACE_TYPES = dict(LevyObject.PlaceType.choices)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all papers of a run share."""

    region: str
    place: str
    agency: str
    kind: LevyKind
    how_to_pay: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """One SKRD to be signed: its number and the data of `documents.Skrd`."""

    id: uuid.UUID
    year: int
    sequence: int
    data: dict[str, Any]


def letterhead_of(run: Run, agency_name: str) -> Letterhead:
    """The letterhead of a run's papers."""
    region = places.region()
    kind = LevyKind.objects.get(pk=run.levy_kind_id)
    ways = how_to_pay(run.agency_code)
    return Letterhead(f"Pemerintah {region.name}", region.short_name, agency_name, kind, ways)


def how_to_pay(agency: str) -> tuple[str, ...]:
    """How a trader may pay, in words: cash always; without cash where a connected bank collects for the agency."""
    ways = ["Tunai kepada juru pungut; minta tanda bukti bernomor saat itu juga."]  # kept: a paper is Indonesian
    bank = connected_bank()
    if bank is not None and bank.agency == agency:
        where = settings.TIDAR_PUBLIC_URL.rstrip("/") + reverse("retribusi:trader")
        ways.append(f"Tanpa tunai dengan QRIS atau rekening virtual: buka {where}, masuk dengan NPWRD atau telepon.")
    return tuple(ways)


def papers_after(run: Run, head: Letterhead, *, limit: int) -> tuple[list[Paper], list[int] | None]:
    """The next SKRD of a run to be signed, by number, and how far they reach; None: there are no more after them.

    Cancelled ones are passed over.
    """
    rows = list(_unsigned(run)[:limit])
    printer = _Printer(head, _bases(rows))
    papers = [printer.paper(row) for row in rows if row["closed_by"] != "batal"]
    reached = [rows[-1]["year"], rows[-1]["sequence"]] if len(rows) == limit else None
    return papers, reached


def _unsigned(run: Run) -> Any:
    found = Assessment.objects.filter(run=run).order_by("year", "sequence")
    if done := run.notes.get("signed_to"):
        year, sequence = done
        found = found.filter(Q(year=year, sequence__gt=sequence) | Q(year__gt=year))
    return found.values(*COLUMNS)


def _bases(rows: list[dict[str, Any]]) -> dict[int, str]:
    """The article of each tariff that the formulas name."""
    ids = {part["tarif"] for row in rows for part in row["formula"]["bagian"]}
    return dict(Tariff.objects.filter(pk__in=ids).values_list("id", "legal_basis"))


def bases_of(formula: Formula) -> list[Tariff]:
    """The tariff versions that gave an amount, in the order of its parts."""
    found = Tariff.objects.in_bulk([part.tariff_id for part in formula.parts])
    return [found[tariff_id] for tariff_id in dict.fromkeys(part.tariff_id for part in formula.parts)]


class _Printer:
    """Papers of one batch; words of a formula that many stalls share are made once."""

    def __init__(self, head: Letterhead, bases: dict[int, str]) -> None:
        self.head, self.bases = head, bases
        self._said: dict[str, tuple[str, tuple[str, ...], str]] = {}
        self._spans: dict[tuple[date, date], str] = {}

    def paper(self, row: dict[str, Any]) -> Paper:
        """One paper."""
        words, reliefs, basis = self._words(row["formula"])
        kind, head = self.head.kind, self.head
        data = {
            "region": head.region,
            "agency": head.agency,
            "place": head.place,
            "amount_rupiah": row["amount_rupiah"],
            "legal_basis": (kind.legal_basis,),
            "account_code": kind.account_code,
            "account_title": kind.title,
            "levy": kind.title,
            "market": row["occupancy__levy_object__market__name"] or "",
            "payer_name": row["occupancy__payer__name"],
            "npwrd": row["occupancy__payer__npwrd"],
            "payer_address": row["occupancy__payer__address"],
            "period": self._span(row["period_from_date"], row["period_to_date"]),
            "due_date": row["due_date"],
            "formula": words,
            "stall": _stall(row),
            "place_type": str(PLACE_TYPES.get(row["occupancy__levy_object__place_type"], "")),
            "days": row["days"],
            "tariff_basis": basis,
            "reliefs": reliefs,
            "how_to_pay": head.how_to_pay,
        }
        return Paper(row["id"], row["year"], row["sequence"], data)

    def _words(self, stored: dict[str, Any]) -> tuple[str, tuple[str, ...], str]:
        key = json.dumps(stored, sort_keys=True)
        if key not in self._said:
            formula = from_json(stored)
            bases = dict.fromkeys(self.bases[part.tariff_id] for part in formula.parts)
            reliefs = dict.fromkeys(
                f"{one.decision}: {number_text(one.percent)} %" for part in formula.parts for one in part.reduced
            )
            self._said[key] = (formula_words(formula)[:1000], tuple(reliefs)[:20], "; ".join(bases)[:1000])
        return self._said[key]

    def _span(self, from_date: date, to_date: date) -> str:
        key = (from_date, to_date)
        if key not in self._spans:
            self._spans[key] = span_text(from_date, to_date)
        return self._spans[key]


def _stall(row: dict[str, Any]) -> str:
    """The stall in words ("Blok SAYUR nomor 12"); a number that names its block says it once ("nomor A-012")."""
    block, number = row["occupancy__levy_object__block"], row["occupancy__levy_object__number"]
    words = {"block": block, "number": number}
    said = block and block_of(number) != block
    return _("Blok %(block)s nomor %(number)s") % words if said else _("nomor %(number)s") % words
