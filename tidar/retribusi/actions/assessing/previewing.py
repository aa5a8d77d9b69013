"""A preview: what every place would owe, what is left out and why, and how it differs from the period before.

Nothing of it is revenue. Computing is one transaction: killed anywhere, the next computation gives the same preview.
There is one open preview per levy, market (or stall) and period; asking again computes it again.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.retribusi.models import LevyKind, Market, Occupancy, Run, RunLine
from tidar.retribusi.queries.assessing.inputs import (
    Inputs,
    OccupancyRow,
    digest_of,
    inputs_of,
    last_period,
    last_total,
    occupancy_batches,
)
from tidar.retribusi.rules.assessing import YEARS, Computed, DaySpan, MarketDays, Use, amount
from tidar.retribusi.rules.formula import is_month, to_json
from tidar.retribusi.rules.preview import Tally
from tidar.retribusi.rules.tariffs import PlaceFacts

State = Run.State
OPEN_STATES = (State.PREVIEWING, State.PREVIEWED)
COPY_SQL = (
    "COPY retribusi_runline (run_id, occupancy_id, tariff_id, days, formula, amount_rupiah, last_rupiah) FROM STDIN"
)


class UnableToPreview(UnableTo):
    """This run cannot be previewed, or no longer."""


def preview_run(
    *, levy_kind: str, market: str | None, from_date: date, to_date: date, by: Actor, at: datetime
) -> uuid.UUID:
    """Preview a market (None: the whole city) for a day or a calendar month; returns the run's id."""
    run_id = open_run(levy_kind=levy_kind, market=market, from_date=from_date, to_date=to_date, by=by, at=at)
    compute_run(run_id=run_id, by=by, at=at)
    return run_id


def preview_stall(*, occupancy_id: int, from_date: date, to_date: date, by: Actor, at: datetime) -> uuid.UUID:
    """Preview one occupancy alone (a new trader, an SKRD issued anew); it is a run like every other."""
    run_id = open_stall_run(occupancy_id=occupancy_id, from_date=from_date, to_date=to_date, by=by, at=at)
    compute_run(run_id=run_id, by=by, at=at)
    return run_id


def open_run(
    *, levy_kind: str, market: str | None, from_date: date, to_date: date, by: Actor, at: datetime
) -> uuid.UUID:
    """The open preview of these terms, made when there is none; not computed yet. Raises `UnableToPreview`.

    The run is of the agency that collects the levy, in whosever market the places are.
    """
    kind = LevyKind.objects.filter(pk=levy_kind).first()
    place = Market.objects.filter(pk=market).first() if market else None
    if kind is None or (market and place is None):
        raise UnableToPreview(_("Jenis retribusi atau pasar itu tidak ada."))
    _must_assess(by, kind.agency_id, place)
    run = Run(levy_kind=kind, market=place, agency_id=kind.agency_id, from_date=from_date, to_date=to_date)
    return _opened(run, by, at)


def open_stall_run(*, occupancy_id: int, from_date: date, to_date: date, by: Actor, at: datetime) -> uuid.UUID:
    """`open_run` for one occupancy."""
    found = Occupancy.objects.select_related("levy_object__levy_kind", "levy_object__market").filter(pk=occupancy_id)
    occupancy = found.first()
    if occupancy is None:
        raise UnableToFind(_("Penempatan itu tidak ada."))
    place, kind = occupancy.levy_object.market, occupancy.levy_object.levy_kind
    agency = kind.agency_id
    by.must("levies.assess", agency=agency, area=place.area_code if place else None)
    run = Run(levy_kind=kind, market=place, occupancy=occupancy, agency_id=agency, from_date=from_date, to_date=to_date)
    return _opened(run, by, at)


def _must_assess(by: Actor, agency: str, place: Market | None) -> None:
    """Raise `UnableToAllow` unless `by` assesses there; the whole city is not for somebody of one area."""
    by.must("levies.assess", agency=agency, area=place.area_code if place else None)
    if place is None and by.kind != "system":
        held = [g for g in by.grants if g.permission == "levies.assess" and g.agency in (None, agency)]
        if all(grant.area is not None for grant in held):
            raise UnableToAllow(_("Penetapan seluruh kota di luar wewenang Anda; pilih pasar Anda."))


def _opened(run: Run, by: Actor, at: datetime) -> uuid.UUID:
    if run.from_date != run.to_date and not is_month(run.from_date, run.to_date):
        raise UnableToPreview(_("Masa penetapan adalah satu hari atau satu bulan kalender penuh."))
    if not YEARS[0] <= run.from_date.year <= YEARS[1]:
        raise UnableToPreview(_("Masa penetapan harus antara tahun %d dan %d.") % YEARS)
    run.made_at, run.made_by, run.moved_at = at, by.name[:200], at
    run.notes = {"people": {"levies.assess": [by.id, by.name]}}
    try:
        with transaction.atomic():
            run.save(force_insert=True)
            after = {"levy_kind": run.levy_kind_id, "market": run.market_id, "from": run.from_date, "to": run.to_date}
            record("levy_run.open", by=by, at=at, subject=("levy_run", str(run.pk)), after=after)
    except IntegrityError as error:
        if "one_open_preview" not in str(error):
            raise
        return _open_one(run)
    return run.pk


def _open_one(run: Run) -> uuid.UUID:
    """The open preview that stands where `run` wanted to be."""
    terms = ("levy_kind_id", "market_id", "occupancy_id", "from_date", "to_date")
    found = Run.objects.filter(**{name: getattr(run, name) for name in terms}, state__in=OPEN_STATES).first()
    if found is None:  # issued or dropped this very moment
        raise UnableToPreview(_("Pratinjau itu baru saja diterbitkan atau dibatalkan. Coba sekali lagi."))
    return found.pk


def compute_run(*, run_id: uuid.UUID, by: Actor, at: datetime) -> int:
    """Compute the lines of a preview anew; returns how many there are. Raises `UnableToPreview` once it is issued."""
    with transaction.atomic():
        run = Run.objects.select_for_update(no_key=True).filter(pk=run_id).first()
        if run is None:
            raise UnableToFind(_("Penetapan itu tidak ada."))
        if run.state not in OPEN_STATES:
            raise UnableToPreview(
                _("Penetapan ini sudah diterbitkan atau dibatalkan; pratinjaunya tidak berubah lagi.")
            )
        RunLine.objects.filter(run=run).delete()
        inputs = inputs_of(run)
        tally = _write_lines(run, inputs)
        tally.had_before(*last_total(run))
        last = last_period(run)
        run.notes = tally.notes() | {
            "people": run.notes.get("people", {}) | {"levies.assess": [by.id, by.name]},
            "digest": digest_of(run, inputs),
            "last_period": [last.from_date.isoformat(), last.to_date.isoformat()] if last else None,
            "computed_at": at.isoformat(),
            "computed_by": by.name[:200],
        }
        run.line_count, run.total_rupiah, run.state, run.error = tally.count, tally.total_rupiah, State.PREVIEWED, ""
        run.moved_at = Now()
        run.save(update_fields=["notes", "line_count", "total_rupiah", "state", "error", "moved_at"])
    return run.line_count


def _write_lines(run: Run, inputs: Inputs) -> Tally:
    """Every line by COPY, batch by batch, so that memory stays flat."""
    tally, reckoner = Tally(), _Reckoner(run, inputs)
    for batch in occupancy_batches(run):
        lines = [reckoner.line(row, tally) for row in batch]
        with connection.cursor() as cursor, cursor.copy(COPY_SQL) as copy:
            copy.write("".join(lines))
    return tally


@dataclass(slots=True)
class _Reckoner:
    """Computes each distinct combination of place, days and exceptions once, however many places share it."""

    run: Run
    inputs: Inputs
    known: dict[tuple[Any, ...], tuple[Computed, str]] = field(default_factory=dict)

    def line(self, row: OccupancyRow, tally: Tally) -> str:
        """The COPY line of one occupancy, or "" when it is left out; counted either way."""
        place = (row.market or "", row.block, row.number)
        if reason := _assessed_before(row):
            tally.leave_out(reason, place, last_rupiah=row.last_rupiah)
            return ""
        computed, middle = self._computed(row)
        reason = computed.left_out
        if not reason and row.is_flat_done and any(part.period == "sekali" for part in computed.formula.parts):
            reason = "sekali"
        if reason:
            tally.leave_out(reason, place, last_rupiah=row.last_rupiah)
            return ""
        tally.add(place, computed, last_rupiah=row.last_rupiah)
        last = "\\N" if row.last_rupiah is None else row.last_rupiah
        return f"{self.run.pk}\t{row.id}\t{middle}\t{last}\n"

    def _computed(self, row: OccupancyRow) -> tuple[Computed, str]:
        run, inputs = self.run, self.inputs
        occupied = DaySpan(
            max(row.from_date, run.from_date), min(row.to_date, run.to_date) if row.to_date else run.to_date
        )
        use = Use(occupied, inputs.leaves.get(row.id, ()), inputs.reliefs(row.id, row.market))
        key = (row.market, row.place_type, row.area_m2, use)
        if (found := self.known.get(key)) is None:
            facts = PlaceFacts(run.levy_kind_id, row.market, row.place_type, row.area_m2)
            market = inputs.markets.get(row.market, MarketDays())
            period = DaySpan(run.from_date, run.to_date)
            computed = amount(inputs.tariffs, facts, period=period, use=use, market=market)
            found = self.known[key] = (computed, _middle(computed))
        return found


def _assessed_before(row: OccupancyRow) -> str:
    if row.is_done:
        return "sudah"
    return "tumpang-tindih" if row.overlaps else ""


def _middle(computed: Computed) -> str:
    """The columns of a COPY line that places of one kind share."""
    formula = json.dumps(to_json(computed.formula), ensure_ascii=False, separators=(",", ":"))
    return f"{computed.tariff_id}\t{computed.days}\t{_escaped(formula)}\t{computed.amount_rupiah}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def drop_run(*, run_id: uuid.UUID, by: Actor, at: datetime) -> str:
    """Give up what is not issued yet; returns the state. What was issued stays issued and can be signed."""
    with transaction.atomic():
        found = Run.objects.select_for_update(no_key=True, of=("self",)).select_related("market")
        run = found.filter(pk=run_id).first()
        if run is None:
            raise UnableToFind(_("Penetapan itu tidak ada."))
        _must_assess(by, run.agency_code, run.market)
        if run.state not in (*OPEN_STATES, State.ISSUING):
            raise UnableToPreview(_("Penetapan ini sudah terbit. SKRD yang keliru dibatalkan satu per satu."))
        before = run.state
        RunLine.objects.filter(run=run).delete()
        run.state = State.ISSUED if run.issued_count else State.DROPPED
        run.stop_wanted = False
        run.save(update_fields=["state", "stop_wanted"])
        subject, after = ("levy_run", str(run.pk)), {"state": run.state, "issued": run.issued_count}
        record("levy_run.drop", by=by, at=at, subject=subject, before={"state": before}, after=after)
    return run.state
