"""The treasurer's books: general cash book (BKU penerimaan), help books, and whether gross equals gross.

BKU columns as in Permendagri 77/2020: number, date, evidence, account code, description, in, out, balance. Rows come
from counted hand-overs (TBP) and deposits (STS); balances at both ends come from the ledger, so a row that is missing
or too much shows as a difference and cannot hide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Sum

from tidar.common.formats import date_text
from tidar.ledger import api as ledger
from tidar.places import api as places
from tidar.retribusi.models import Case, Deposit, Handover, LevyKind, Payment
from tidar.retribusi.queries.custody import collectors
from tidar.retribusi.queries.takings import DayTaking, bounds, daily_takings
from tidar.retribusi.rules.accounts import channel_cash_key, collector_cash_key, treasurer_cash_key

State = Handover.State
CASH = ("tunai", "karcis")
SUSPENSE_TITLE = "Titipan"


@dataclass(frozen=True, slots=True)
class BookRow:
    """One line of a book; `balance` is what stands after it."""

    number: int
    day: date
    evidence: str
    code: str
    description: str
    in_rupiah: int
    out_rupiah: int
    balance_rupiah: int


@dataclass(frozen=True, slots=True)
class Book:
    """A book over some days: what stood before, its rows, what stands after, and what the ledger says stands after."""

    opening_rupiah: int
    rows: tuple[BookRow, ...]
    ledger_rupiah: int | None

    @property
    def in_rupiah(self) -> int:
        """Everything that came in."""
        return sum(row.in_rupiah for row in self.rows)

    @property
    def out_rupiah(self) -> int:
        """Everything that went out."""
        return sum(row.out_rupiah for row in self.rows)

    @property
    def closing_rupiah(self) -> int:
        """What stands after the last row."""
        return self.opening_rupiah + self.in_rupiah - self.out_rupiah

    @property
    def difference_rupiah(self) -> int:
        """What the ledger holds beyond the rows; anything but zero must be explained."""
        return 0 if self.ledger_rupiah is None else self.ledger_rupiah - self.closing_rupiah


@dataclass(frozen=True, slots=True)
class _Entry:
    at: datetime
    turn: int
    evidence: str
    code: str
    description: str
    in_rupiah: int
    out_rupiah: int


def bku(agency: str, first: date, last: date) -> Book:
    """The general cash book of the treasurer of an agency from one day to another. Five statements."""
    since, until = bounds(first, last)
    key, titles = treasurer_cash_key(agency), kind_titles(agency)
    opening = ledger.balances([key], until=since).get(key, 0)
    closing = ledger.balances([key], until=until).get(key, 0)
    return _book([*_received(agency, since, until, titles), *_brought(agency, since, until, titles)], opening, closing)


def kind_titles(agency: str) -> dict[str, str]:
    """Titles of an agency's levies by account code; "" is titipan."""
    found = LevyKind.objects.filter(agency_id=agency).values_list("account_code", "title")
    return {**dict(found), "": SUSPENSE_TITLE}


def _received(agency: str, since: datetime, until: datetime, titles: Mapping[str, str]) -> Iterable[_Entry]:
    counted = Handover.objects.filter(
        agency_id=agency, state=State.CONFIRMED, confirmed_at__gte=since, confirmed_at__lt=until
    )
    for one in counted:
        for code, rupiah in sorted(one.by_account.items()):
            words = f"Diterima dari juru pungut {one.collector_name}: {titles.get(code, code)}"
            yield _Entry(one.confirmed_at or since, 0, one.tbp_number, code, words, rupiah, 0)


def _brought(agency: str, since: datetime, until: datetime, titles: Mapping[str, str]) -> Iterable[_Entry]:
    slips = Deposit.objects.filter(agency_id=agency, deposited_at__gte=since, deposited_at__lt=until)
    for slip in slips.prefetch_related("handovers"):
        for code, rupiah in sorted(by_code(slip.handovers.all()).items()):
            words = f"Disetor ke RKUD {slip.bank_account}: {titles.get(code, code)}"
            yield _Entry(slip.deposited_at, 1, slip.number, code, words, 0, rupiah)


def by_code(handovers: Iterable[Handover]) -> dict[str, int]:
    """What hand-overs consist of together, by account code."""
    sums: dict[str, int] = defaultdict(int)
    for one in handovers:
        for code, rupiah in one.by_account.items():
            sums[code] += rupiah
    return dict(sums)


def _book(entries: Iterable[_Entry], opening: int, closing: int | None) -> Book:
    zone, balance, rows = places.region().zone, opening, []
    for number, entry in enumerate(sorted(entries, key=lambda e: (e.at, e.turn, e.evidence, e.code)), 1):
        balance += entry.in_rupiah - entry.out_rupiah
        day = entry.at.astimezone(zone).date()
        amounts = (entry.in_rupiah, entry.out_rupiah, balance)
        rows.append(BookRow(number, day, entry.evidence, entry.code, entry.description, *amounts))
    return Book(opening, tuple(rows), closing)


def collector_book(agency: str, collector_id: str, first: date, last: date) -> Book:
    """The help book of one collector: cash taken day by day, cash handed over by TBP, what is still in the bag."""
    since, until = bounds(first, last)
    key = collector_cash_key(collector_id)
    opening = ledger.balances([key], until=since).get(key, 0)
    closing = ledger.balances([key], until=until).get(key, 0)
    taken = [one for one in daily_takings(agency, first, last, collector=collector_id) if one.channel in CASH]
    handed = Handover.objects.filter(
        collector_id=collector_id, state=State.CONFIRMED, confirmed_at__gte=since, confirmed_at__lt=until
    )
    entries = [
        *(_Entry(bounds(one.day, one.day)[0], 0, f"{one.count} bukti", one.account_code,
                 f"Tunai dari pedagang, {date_text(one.day)}", one.rupiah, 0) for one in taken),
        *(_Entry(one.confirmed_at or since, 1, one.tbp_number, "", f"Diserahkan kepada {one.treasurer_name}", 0,
                 int(one.counted_rupiah or 0) - one.surplus_rupiah) for one in handed),
        *(_Entry(at, 2, number, "", "Kelebihan serah terima yang dijelaskan bukti kemudian", 0, rupiah)
          for _who, at, number, rupiah in _explained(agency, since, until, collector=collector_id)),
    ]  # fmt: skip
    return _book(entries, opening, closing)


def _day_book(taken: Iterable[DayTaking], titles: Mapping[str, str], before: int) -> Book:
    channels = dict(Payment.Channel.choices)
    entries = [
        _Entry(
            bounds(one.day, one.day)[0], 0, f"{one.count} bukti", one.account_code,
            f"{channels.get(one.channel, one.channel)}: {titles.get(one.account_code, one.account_code)}",
            one.rupiah, 0,
        )
        for one in taken
    ]  # fmt: skip
    return _book(entries, before, None)


def account_book(agency: str, code: str, first: date, last: date) -> Book:
    """The help book of one account code: receipts day by day and channel by channel, with the year's sum so far."""
    before = [one for one in _before(agency, first) if one.account_code == code]
    taken = [one for one in daily_takings(agency, first, last) if one.account_code == code]
    return _day_book(taken, kind_titles(agency), sum(one.rupiah for one in before))


def channel_book(agency: str, channel: str, first: date, last: date) -> Book:
    """The help book of one channel: receipts day by day, with the year's sum so far."""
    before = [one for one in _before(agency, first) if one.channel == channel]
    taken = [one for one in daily_takings(agency, first, last) if one.channel == channel]
    return _day_book(taken, kind_titles(agency), sum(one.rupiah for one in before))


def _before(agency: str, first: date) -> list[DayTaking]:
    new_year = date(first.year, 1, 1)
    return daily_takings(agency, new_year, first - timedelta(days=1)) if first > new_year else []


def channel_balances() -> dict[str, int]:
    """What stands with each gateway, taken for us and not yet brought to the RKUD (reconciliation comes next)."""
    beginning = channel_cash_key("")
    return {key.removeprefix(beginning): held for key, held in ledger.balances(ledger.account_keys(beginning)).items()}


@dataclass(frozen=True, slots=True)
class Match:
    """One holder of cash over some days: what stood before, came, went, stands; and whether the ledger agrees."""

    key: str
    title: str
    opening_rupiah: int
    in_rupiah: int
    out_rupiah: int
    ledger_rupiah: int

    @property
    def closing_rupiah(self) -> int:
        """What must stand after all that."""
        return self.opening_rupiah + self.in_rupiah - self.out_rupiah

    @property
    def is_moved(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.opening_rupiah or self.in_rupiah or self.out_rupiah or self.ledger_rupiah)

    @property
    def difference_rupiah(self) -> int:
        """Zero when gross equals gross."""
        return self.ledger_rupiah - self.closing_rupiah


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """Receipts ↔ hand-overs ↔ STS over some days."""

    collectors: tuple[Match, ...]
    treasurer: Match
    received_rupiah: int
    counted_rupiah: int
    surplus_rupiah: int
    deposited_rupiah: int

    @property
    def agrees(self) -> bool:
        """Whether every holder's account is what their receipts and papers say."""
        return not any(one.difference_rupiah for one in (*self.collectors, self.treasurer))


def three_way(agency: str, first: date, last: date) -> ThreeWay:
    """Every receipt in cash against every hand-over against every deposit, over some days. Gross, all of it."""
    since, until = bounds(first, last)
    names = collectors(agency)
    keys = [collector_cash_key(who) for who in names] + [treasurer_cash_key(agency)]
    opening, closing = ledger.balances(keys, until=since), ledger.balances(keys, until=until)
    taken: dict[str, int] = defaultdict(int)
    for one in daily_takings(agency, first, last):
        if one.channel in CASH:
            taken[one.collector_id] += one.rupiah
    counted = _counted(agency, since, until)
    explained: dict[str, int] = defaultdict(int)
    for who, _at, _number, rupiah in _explained(agency, since, until):
        explained[who] += rupiah
    deposited = Deposit.objects.filter(agency_id=agency, deposited_at__gte=since, deposited_at__lt=until)
    brought = int(deposited.aggregate(sum=Sum("amount_rupiah", default=0))["sum"])
    matches = [
        Match(who, name, opening.get(collector_cash_key(who), 0), taken[who],
              counted.get(who, (0, 0))[0] + explained[who], closing.get(collector_cash_key(who), 0))
        for who, name in names.items()
    ]  # fmt: skip
    key, gross, surplus = treasurer_cash_key(agency), _gross(counted), sum(extra for _r, extra in counted.values())
    treasurer = Match(agency, "Bendahara penerimaan", opening.get(key, 0), gross, brought, closing.get(key, 0))
    return ThreeWay(tuple(matches), treasurer, sum(taken.values()), gross, surplus, brought)


def _counted(agency: str, since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    """By collector: what left the bag, and what was counted beyond it."""
    found = Handover.objects.filter(
        agency_id=agency, state=State.CONFIRMED, confirmed_at__gte=since, confirmed_at__lt=until
    )
    sums = found.values_list("collector_id").annotate(Sum("counted_rupiah"), Sum("surplus_rupiah")).order_by()
    return {who: (int(counted - surplus), int(surplus)) for who, counted, surplus in sums}


def _explained(
    agency: str, since: datetime, until: datetime, *, collector: str = ""
) -> list[tuple[str, datetime, str, int]]:
    """Surpluses that later receipts explained in a span: collector, when, TBP, rupiah. They leave the bag's account."""
    cases = Case.objects.filter(
        agency_id=agency, settled_at__gte=since, settled_at__lt=until, group_key__startswith="serah:",
        group_key__endswith=":jelas",
    )  # fmt: skip
    rows = cases.values_list("group_key", "settled_at", "held_rupiah")
    found = {key.split(":")[1]: (at, rupiah) for key, at, rupiah in rows if at is not None}
    papers = Handover.objects.filter(pk__in=found)
    papers = papers.filter(collector_id=collector) if collector else papers
    return [(one.collector_id, found[str(one.pk)][0], one.tbp_number, int(found[str(one.pk)][1])) for one in papers]


def _gross(counted: Mapping[str, tuple[int, int]]) -> int:
    return sum(bag + surplus for bag, surplus in counted.values())
