"""Who holds cash, since when, and which receipts it is: the ledger's balances beside the receipts that explain them.

What somebody holds is the balance of their account; since when, the newest receipts that add up to it (first in, first
out, `rules.custody`). The walk over receipts ends where the bag ends, so three years of receipts cost no more than one.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from tidar.ledger import api as ledger
from tidar.people import api as people
from tidar.places import api as places
from tidar.retribusi.models import Case, Deposit, Device, Handover, LevyKind, Parameter, Payment
from tidar.retribusi.rules.accounts import collector_cash_key, refund_key, treasurer_cash_key
from tidar.retribusi.rules.custody import Lateness, due_at, lateness

State = Handover.State
TOLD = 2  # the severity from which people are told, and pages show it in red

OLDEST_SQL = """
SELECT bag.collector, min(held.happened_at)
FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS bag (collector, account, rupiah),
    LATERAL retribusi_receipts_held(bag.collector, bag.account, bag.rupiah) AS held
GROUP BY bag.collector
"""

# What leaves the bag first: the part of each receipt that lies between `held - taken` and `held`, newest counted first.
TAKEN_SQL = """
SELECT coalesce(k.account_code, ''), min(held.happened_at), max(held.happened_at),
    sum(least(held.newer + held.amount, %(held)s) - greatest(held.newer, %(held)s - %(taken)s))
FROM retribusi_receipts_held(%(collector)s, %(account)s, %(held)s) AS held
LEFT JOIN retribusi_occupancy o ON o.id = held.occupancy_id
LEFT JOIN retribusi_levyobject l ON l.id = o.levy_object_id
LEFT JOIN LATERAL (SELECT b.levy_kind_id FROM retribusi_karcismove v JOIN retribusi_karcisbook b ON b.id = v.book_id
    WHERE held.occupancy_id IS NULL AND v.payment_id = held.payment_id LIMIT 1) book ON true
LEFT JOIN retribusi_levykind k ON k.code = coalesce(l.levy_kind_id, book.levy_kind_id)
WHERE held.newer + held.amount > %(held)s - %(taken)s AND held.newer < %(held)s
GROUP BY 1 ORDER BY 1
"""


# Collectors are few and receipts many: the walk jumps from one collector to the next in the index.
COLLECTORS_SQL = """
WITH RECURSIVE payer AS (
    (SELECT collector_id FROM retribusi_payment WHERE collector_id > '' ORDER BY collector_id LIMIT 1)
    UNION ALL
    SELECT (SELECT p.collector_id FROM retribusi_payment p WHERE p.collector_id > payer.collector_id
            ORDER BY p.collector_id LIMIT 1) FROM payer WHERE payer.collector_id IS NOT NULL
), known AS (
    SELECT collector_id FROM payer WHERE collector_id IS NOT NULL
    UNION SELECT collector_id FROM retribusi_device UNION SELECT collector_id FROM retribusi_handover
)
SELECT k.collector_id, coalesce(d.collector_name, h.collector_name)
FROM known k
LEFT JOIN LATERAL (SELECT collector_name, agency_id FROM retribusi_device d WHERE d.collector_id = k.collector_id
    ORDER BY registered_at DESC LIMIT 1) d ON true
LEFT JOIN LATERAL (SELECT collector_name, agency_id FROM retribusi_handover h WHERE h.collector_id = k.collector_id
    ORDER BY declared_at DESC LIMIT 1) h ON true
WHERE coalesce(h.agency_id, d.agency_id, (SELECT p.agency_id FROM retribusi_payment p
    WHERE p.collector_id = k.collector_id ORDER BY p.happened_at DESC LIMIT 1)) = %s
"""


@dataclass(frozen=True, slots=True)
class Held:
    """Cash in one person's hands: how much, and when the oldest receipt of it was taken (None: nothing explains it)."""

    rupiah: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Bag:
    """One collector's cash: who, how much, since when, how late; `waiting` is a hand-over that nobody counted yet."""

    collector_id: str
    name: str
    rupiah: int
    oldest_at: datetime | None
    late: Lateness | None
    waiting: Handover | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """Until when cash must be handed on: the region's hours, on which article, and whether days off extend it."""

    hours: float
    legal_basis: str
    skips_days_off: bool

    def lateness(self, oldest_at: datetime, *, at: datetime) -> Lateness:
        """How late cash taken at `oldest_at` is at `at`."""
        local = timezone.localtime(oldest_at, places.region().zone)
        due = due_at(local, hours=self.hours, is_working_day=places.is_working_day if self.skips_days_off else None)
        return lateness(oldest_at, due=due, at=at)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a part of a bag consists of: rupiah by account code ("" for titipan), and the receipts' first and last."""

    by_account: Mapping[str, int]
    from_at: datetime | None
    to_at: datetime | None


def cash_on_hand(collector_ids: Collection[str]) -> dict[str, Held]:
    """What each of these collectors holds now; zero for who never took anything. Three statements."""
    keys = {collector_cash_key(one): one for one in collector_ids}
    if not keys:
        return {}
    balances, ids = ledger.balances(keys), ledger.account_ids(keys)
    bags = [(keys[key], ids[key], rupiah) for key, rupiah in balances.items() if rupiah > 0]
    oldest = _oldest(bags)
    return {one: Held(balances.get(key, 0), oldest.get(one)) for key, one in keys.items()}


def _oldest(bags: Sequence[tuple[str, int, int]]) -> dict[str, datetime]:
    if not bags:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(OLDEST_SQL, [list(column) for column in zip(*bags, strict=True)])
        return dict(cursor.fetchall())


def deposit_limit(day: date) -> Limit | None:
    """What the region sets for `day`; None while it set nothing (pages then say so, and no alarm is raised).

    Parameters: `deposit-within-hours`; `deposit-on-working-days` "ya" moves a limit on a day off to the next working
    day, which only a rule of the head of region can allow.
    """
    wanted = ("deposit-within-hours", "deposit-on-working-days")
    rows = Parameter.objects.filter(name__in=wanted, valid_from_date__lte=day).order_by("valid_from_date")
    newest = {row.name: row for row in rows}
    hours = newest.get(wanted[0])
    if hours is None:
        return None
    extends = newest.get(wanted[1])
    return Limit(float(hours.value), hours.legal_basis, extends is not None and extends.value.strip().lower() == "ya")


def bags(agency: str, *, at: datetime) -> list[Bag]:
    """Every collector of an agency with what they hold, the latest first; seven statements, however many there are."""
    names, limit = collectors(agency), deposit_limit(timezone.localtime(at, places.region().zone).date())
    held = cash_on_hand(names)
    waiting = {one.collector_id: one for one in to_count(agency)}
    found = [
        Bag(
            who, name, held[who].rupiah, oldest,
            limit.lateness(oldest, at=at) if limit and oldest else None,
            waiting.get(who),
        )
        for who, name in names.items()
        for oldest in [held[who].oldest_at]
    ]  # fmt: skip
    return sorted(found, key=lambda bag: (bag.oldest_at or at, -bag.rupiah, bag.name))


def purse(agency: str, *, at: datetime) -> tuple[Held, Lateness | None]:
    """What the treasurer of an agency holds, and how late its oldest receipt is."""
    held, limit = treasurer_holds(agency), deposit_limit(timezone.localtime(at, places.region().zone).date())
    return held, limit.lateness(held.oldest_at, at=at) if limit and held.oldest_at and held.rupiah > 0 else None


def collectors(agency: str) -> dict[str, str]:
    """Everybody who ever collected for an agency, by id, with their names."""
    with connection.cursor() as cursor:
        cursor.execute(COLLECTORS_SQL, [agency])
        rows = cursor.fetchall()
    found = people.names_of([who for who, name in rows if not name])
    return {who: name or found.get(who, who) for who, name in sorted(rows, key=lambda row: (row[1] or "", row[0]))}


def what_is_taken(collector_id: str, *, held_rupiah: int, taken_rupiah: int) -> Taken:
    """Which receipts the `taken_rupiah` are that leave a bag of `held_rupiah`, oldest first."""
    account = ledger.account_ids([collector_cash_key(collector_id)]).get(collector_cash_key(collector_id))
    if account is None or taken_rupiah <= 0:
        return Taken({}, None, None)
    asked: dict[str, Any] = {"held": held_rupiah, "taken": taken_rupiah, "collector": collector_id, "account": account}
    with connection.cursor() as cursor:
        cursor.execute(TAKEN_SQL, asked)
        rows = cursor.fetchall()
    by_account = {code: int(rupiah) for code, _from, _to, rupiah in rows}
    if unexplained := taken_rupiah - sum(by_account.values()):
        by_account[""] = by_account.get("", 0) + unexplained
    return Taken(by_account, min((r[1] for r in rows), default=None), max((r[2] for r in rows), default=None))


def treasurer_holds(agency: str) -> Held:
    """What the treasurer of an agency holds now, and the oldest receipt in hand-overs that are in no deposit yet."""
    waiting = Handover.objects.filter(agency_id=agency, state=State.CONFIRMED, deposit=None)
    oldest = waiting.aggregate(at=Min(Coalesce("receipts_from_at", "confirmed_at")))
    key = treasurer_cash_key(agency)
    return Held(ledger.balances([key]).get(key, 0), oldest["at"])


def to_deposit(agency: str) -> list[Handover]:
    """Hand-overs of an agency that are counted and in no deposit yet, oldest first."""
    waiting = Handover.objects.filter(agency_id=agency, state=State.CONFIRMED, deposit=None)
    return list(waiting.order_by("confirmed_at", "id"))


def to_count(agency: str) -> list[Handover]:
    """Hand-overs that collectors declared and no treasurer counted yet, oldest first."""
    return list(Handover.objects.filter(agency_id=agency, state=State.DECLARED).order_by("declared_at", "id"))


def of_collector(collector_id: str, *, limit: int = 50) -> list[Handover]:
    """A collector's own hand-overs, newest first, each with its deposit."""
    found = Handover.objects.filter(collector_id=collector_id).select_related("deposit")
    return list(found.order_by("-declared_at", "-id")[:limit])


def open_handover(collector_id: str) -> Handover | None:
    """The hand-over that a collector declared and nobody counted yet; there is at most one."""
    return Handover.objects.filter(collector_id=collector_id, state=State.DECLARED).first()


def find_deposit(deposit_id: uuid.UUID) -> Deposit | None:
    """One deposit with its agency, or None."""
    return Deposit.objects.select_related("agency").filter(pk=deposit_id).first()


def name_of(collector_id: str) -> str:
    """What a collector is called: as their phone says, else as their account says; their id when neither knows."""
    device = Device.objects.filter(collector_id=collector_id).order_by("-registered_at").first()
    if device is not None:
        return device.collector_name
    return people.names_of([collector_id]).get(collector_id, collector_id)


def check_custody() -> tuple[str, ...]:
    """Sentences about custody that does not add up; empty when all is well. For nightly checks and tests.

    The treasurer's cash is the sum of counted hand-overs that are in no deposit; a deposit's ledger group is its gross.
    """
    return (*_treasurers_that_differ(), *_deposits_that_differ())


def _treasurers_that_differ() -> list[str]:
    waiting = Sum("counted_rupiah", filter=Q(state=State.CONFIRMED, deposit=None), default=0)
    sums = dict(Handover.objects.values("agency_id").annotate(rupiah=waiting).values_list("agency_id", "rupiah"))
    held = ledger.balances([treasurer_cash_key(agency) for agency in sums])
    pairs = {agency: (counted, held.get(treasurer_cash_key(agency), 0)) for agency, counted in sums.items()}
    return [
        f"Kas bendahara {agency}: buku besar {booked}, serah terima belum disetor {counted}."
        for agency, (counted, booked) in pairs.items()
        if counted != booked
    ]


def _deposits_that_differ() -> list[str]:
    sums = Deposit.objects.annotate(gross=Sum("handovers__counted_rupiah", default=0))
    return [
        f"{one.number}: {one.amount_rupiah}, serah terimanya {one.gross}, buku besar {booked}."
        for one in sums
        if (booked := _booked(f"sts:{one.pk}")) != one.amount_rupiah or one.gross != one.amount_rupiah
    ]


def _booked(group_key: str) -> int:
    group = ledger.find_group(group_key)
    return group.total_rupiah if group else 0


def counted_between(agency: str, since: datetime, until: datetime) -> list[Handover]:
    """Hand-overs that were counted in a span of time, in that order."""
    found = Handover.objects.filter(
        agency_id=agency, state=State.CONFIRMED, confirmed_at__gte=since, confirmed_at__lt=until
    )
    return list(found.select_related("deposit").order_by("confirmed_at", "id"))


def deposited_between(agency: str, since: datetime, until: datetime) -> list[Deposit]:
    """Deposits of a span of time, in that order, each with how many hand-overs it holds."""
    found = Deposit.objects.filter(agency_id=agency, deposited_at__gte=since, deposited_at__lt=until)
    return list(found.annotate(handover_count=Count("handovers")).order_by("deposited_at", "sequence"))


@dataclass(frozen=True, slots=True)
class OpenCases:
    """Open cases of an agency: how many, how old the oldest, and what stands in titipan because of them."""

    count: int
    oldest_at: datetime | None
    held_rupiah: int


def open_cases(agency: str) -> OpenCases:
    """What still waits for a person's decision."""
    found = Case.objects.filter(agency_id=agency, settled_at=None)
    sums = found.aggregate(n=Count("pk"), oldest=Min("opened_at"), held=Sum("held_rupiah", default=0))
    return OpenCases(sums["n"], sums["oldest"], int(sums["held"]))


def refund_owed(agency: str) -> int:
    """What cases decided to give back and nobody was paid yet."""
    return ledger.balances([refund_key(agency)]).get(refund_key(agency), 0)


def titles_by_code(by_account: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """What a sum consists of, as (account code, title, rupiah); "" is titipan."""
    titles = dict(LevyKind.objects.filter(account_code__in=by_account).values_list("account_code", "title"))
    return [
        (code, titles.get(code, code) if code else "Titipan", rupiah) for code, rupiah in sorted(by_account.items())
    ]


def late_receipts(found: Handover) -> int:
    """Cash that a collector took before a count, but that was recorded only after it: what a surplus may have been."""
    return _late([found]) if found.confirmed_at is not None else 0


def unexplained_late_receipts(collector_id: str) -> int:
    """All such cash of a collector over all counts, each receipt once, less what explained a surplus already."""
    counted = list(Handover.objects.filter(collector_id=collector_id, confirmed_at__isnull=False))
    return _late(counted) - sum(explained_rupiah([one.pk for one in counted]).values())


def _late(counted: Sequence[Handover]) -> int:
    straddles = Q(pk__in=[])
    for one in counted:
        straddles |= Q(happened_at__lte=one.confirmed_at, recorded_at__gt=one.confirmed_at)
    late = Payment.objects.filter(
        straddles,
        collector_id__in={one.collector_id for one in counted},
        cash_account__key__in={collector_cash_key(one.collector_id) for one in counted},
        reverses=None,
        reversed_by=None,
    )
    return int(late.aggregate(sum=Sum("amount_rupiah", default=0))["sum"])


def explained_group(handover_id: uuid.UUID) -> str:
    """The ledger group that explains a hand-over's surplus: titipan back to the bag's account."""
    return f"serah:{handover_id}:jelas"


def explained_rupiah(handover_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Of these hand-overs, the surpluses that later receipts explained."""
    groups = {explained_group(one): one for one in handover_ids}
    found = Case.objects.filter(group_key__in=groups)
    return {groups[key]: int(rupiah) for key, rupiah in found.values_list("group_key", "held_rupiah")}
