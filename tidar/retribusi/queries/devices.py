"""Phones and what is here of them: counts, gaps with their age, held records, limits of the region."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from tidar.common.errors import UnableToFind
from tidar.common.signed_records import UnableToRead
from tidar.ledger import api as ledger
from tidar.places import api as places
from tidar.retribusi.models import Case, Device, DeviceRecord, Handover, LevyObject, Occupancy
from tidar.retribusi.queries.register import holder_on, parameter
from tidar.retribusi.rules.accounts import collector_cash_key
from tidar.retribusi.rules.devices import VOID_MINUTES, CashSale, Facts, read_record
from tidar.retribusi.rules.register import stall_number

OLDEST_DAYS = 7  # where the region sets nothing: a week without signal is explained by a person
GAP_HOURS = 24

GAPS_SQL = """
WITH phones AS (
    SELECT id, complete_counter AS complete, highest_counter AS claimed, highest_at FROM retribusi_device
    WHERE id = ANY (%s)
), here AS (
    SELECT r.device_id, r.counter, min(r.received_at) AS received
    FROM phones p JOIN retribusi_devicerecord r ON r.device_id = p.id AND r.counter > p.complete GROUP BY 1, 2
), walk AS (
    SELECT h.device_id, h.counter, p.complete,
           lag(h.counter, 1, p.complete) OVER (PARTITION BY h.device_id ORDER BY h.counter) AS before,
           min(h.received) OVER (PARTITION BY h.device_id ORDER BY h.counter
                                 ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS since
    FROM here h JOIN phones p ON p.id = h.device_id
), counted AS (
    SELECT p.id, p.complete, p.claimed, p.highest_at, count(h.counter) AS beyond,
           coalesce(max(h.counter), p.complete) AS highest
    FROM phones p LEFT JOIN here h ON h.device_id = p.id GROUP BY 1, 2, 3, 4
)
SELECT id, complete + beyond AS held, highest, greatest(claimed, highest) AS of, NULL::bigint AS first,
       NULL::bigint AS last, NULL::timestamptz AS since FROM counted
UNION ALL
SELECT device_id, 0, 0, 0, before + 1, counter - 1, since FROM walk WHERE counter > before + 1
UNION ALL
SELECT id, 0, 0, 0, highest + 1, claimed, highest_at FROM counted WHERE claimed > highest
ORDER BY 1, 5 NULLS FIRST
"""

COMPLETE_SQL = """
SELECT coalesce(max(counter), %(begin)s) FROM (
    SELECT counter, row_number() OVER (ORDER BY counter) AS place
    FROM (SELECT DISTINCT counter FROM retribusi_devicerecord
          WHERE device_id = %(device)s AND counter > %(begin)s) AS one
) AS placed WHERE counter = %(begin)s + place
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """Records that did not arrive, and since when that is known."""

    first: int
    last: int
    since: datetime | None

    @property
    def count(self) -> int:
        """How many records it is."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Stock:
    """What is here of one phone: `held` of `of` numbers; `highest` is the highest one that is here."""

    held: int
    of: int
    highest: int
    gaps: tuple[Gap, ...]

    @property
    def missing(self) -> tuple[tuple[int, int], ...]:
        """The gaps as pairs of numbers, in order."""
        return tuple((gap.first, gap.last) for gap in self.gaps)

    @property
    def since(self) -> datetime | None:
        """Since when something is missing."""
        return min((gap.since for gap in self.gaps if gap.since), default=None)


@dataclass(frozen=True, slots=True)
class DeviceLimits:
    """What the region allows a phone."""

    oldest_days: int
    void_minutes: int
    gap_hours: int


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone in a supervisor's list."""

    device: Device
    stock: Stock
    waiting: int  # held records
    waiting_rupiah: int
    late: bool  # something has been missing for longer than is allowed


EMPTY = Stock(0, 0, 0, ())


def stocks_of(device_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Stock]:
    """What is here of each phone, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(GAPS_SQL, [list(device_ids)])
        rows = cursor.fetchall()
    gaps: dict[uuid.UUID, list[Gap]] = {}
    for device, _held, _highest, _of, first, last, since in rows:
        if first is not None:
            gaps.setdefault(device, []).append(Gap(first, last, since))
    return {
        device: Stock(held, of, highest, tuple(gaps.get(device, ())))
        for device, held, highest, of, first, _last, _since in rows
        if first is None
    }


def stock_of(device_id: uuid.UUID) -> Stock:
    """What is here of one phone."""
    return stocks_of([device_id]).get(device_id, EMPTY)


def complete_counter(device_id: uuid.UUID, *, begin: int) -> int:
    """The highest number up to which everything is here, knowing that 1 … `begin` are."""
    with connection.cursor() as cursor:
        cursor.execute(COMPLETE_SQL, {"device": device_id, "begin": begin})
        return int(cursor.fetchone()[0])


def limits_on(at: datetime) -> DeviceLimits:
    """What the region allows a phone on that day; what it does not set is set here."""
    day = at.astimezone(places.region().zone).date()

    def number(name: str, otherwise: int) -> int:
        try:
            return int(parameter(name, day))
        except (UnableToFind, ValueError):
            return otherwise

    return DeviceLimits(
        oldest_days=number("device-oldest-days", OLDEST_DAYS),
        void_minutes=number("device-void-minutes", VOID_MINUTES),
        gap_hours=number("device-gap-hours", GAP_HOURS),
    )


def phones(*, agencies: Collection[str] | None, at: datetime) -> tuple[Phone, ...]:
    """The phones of these agencies (None: of all), those in use first, with what is missing and what waits."""
    rows = Device.objects.select_related("agency")
    return _phones(rows if agencies is None else rows.filter(agency__in=agencies), at=at)


def phones_of(collector_id: str, *, at: datetime) -> tuple[Phone, ...]:
    """One collector's phones."""
    return _phones(Device.objects.select_related("agency").filter(collector_id=collector_id), at=at)


def _phones(rows: QuerySet[Device], *, at: datetime) -> tuple[Phone, ...]:
    found = list(rows)
    stocks = stocks_of([device.pk for device in found])
    held = _held_of([device.pk for device in found])
    hours = limits_on(at).gap_hours
    listed = (_phone(device, stocks.get(device.pk, EMPTY), held, at=at, hours=hours) for device in found)
    return tuple(sorted(listed, key=lambda one: (one.device.revoked_at is not None, one.device.code)))


def phone(device: Device, *, at: datetime) -> Phone:
    """One phone."""
    return _phone(device, stock_of(device.pk), _held_of([device.pk]), at=at, hours=limits_on(at).gap_hours)


def _phone(
    device: Device, stock: Stock, held: Mapping[uuid.UUID, tuple[int, int]], *, at: datetime, hours: int
) -> Phone:
    waiting, rupiah = held.get(device.pk, (0, 0))
    since = stock.since
    late = since is not None and (at - since).total_seconds() > hours * 3_600
    return Phone(device, stock, waiting, rupiah, late)


def _held_of(device_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, int]]:
    rows = DeviceRecord.objects.filter(device__in=device_ids, state=DeviceRecord.State.HELD).values("device")
    counted = rows.annotate(n=Count("pk"), rupiah=Sum("amount_rupiah"))
    return {row["device"]: (row["n"], row["rupiah"]) for row in counted}


def records_of(device: Device, *, state: str = "", before: int | None = None) -> QuerySet[DeviceRecord]:
    """The phone's records, newest number first; below a row's id when paging."""
    rows = DeviceRecord.objects.filter(device=device).select_related("payment").order_by("-counter", "-id")
    if state:
        rows = rows.filter(state=state)
    return rows if before is None else rows.filter(counter__lt=before)


def state_counts(device: Device) -> dict[str, int]:
    """How many records there are in each state."""
    rows = DeviceRecord.objects.filter(device=device).values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows}


def case_of(row: DeviceRecord) -> Case | None:
    """The case that a held record opened: of its money in titipan, else of the record itself."""
    keys = Q(key=f"alat:{row.device_id}:{row.counter}:{row.content_hash[:12]}")
    if row.payment_id is not None:
        keys |= Q(key=f"titipan:{row.payment_id}")
    return Case.objects.filter(keys).order_by("-held_rupiah").first()


def bag_of(collector_id: str) -> int:
    """The cash that the books have with a collector, without what they declared and nobody counted yet."""
    key = collector_cash_key(collector_id)
    open_ones = Handover.objects.filter(collector_id=collector_id, state=Handover.State.DECLARED)
    declared = open_ones.aggregate(sum=Sum("declared_rupiah"))["sum"] or 0
    return ledger.balances([key]).get(key, 0) - int(declared)


def last_hash(device_id: uuid.UUID, counter: int) -> str:
    """The hash of the record with that number that was booked, else of the first that came; "" when none is here."""
    rows = DeviceRecord.objects.filter(device=device_id, counter=counter).order_by("id")
    found = {row.state: row.content_hash for row in reversed(rows)}
    return found.get(DeviceRecord.State.POSTED) or next(iter(rows.values_list("content_hash", flat=True)), "")


def facts_of(body: bytes) -> Facts | None:
    """What a record tells of; None for bytes that are no record."""
    try:
        return read_record(body).facts
    except UnableToRead:
        return None


def place_of(facts: Facts | None, *, agency: str) -> LevyObject | None:
    """The stall that a receipt means, as far as the register of this agency knows it."""
    if not isinstance(facts, CashSale):
        return None
    rows = LevyObject.objects.filter(levy_kind__agency=agency).select_related("market")
    if facts.occupancy is not None:
        named = Occupancy.objects.filter(pk=facts.occupancy).values("levy_object")
        return rows.filter(pk__in=named).first()
    if facts.stall:
        return rows.filter(qr_code=facts.stall).first()
    return rows.filter(number=stall_number(facts.number), market=facts.market or None).first()


def holder_at(number: str, *, market: str | None, agency: str, at: datetime) -> int | None:
    """The occupancy of the stall with that number, however it is written, on that day."""
    found = LevyObject.objects.filter(levy_kind__agency=agency, market=market, number=stall_number(number)).first()
    day = at.astimezone(places.region().zone).date()
    holder = holder_on(found.pk, day) if found is not None else None
    return holder.pk if holder is not None else None
