"""Who holds what since when, books, arrears, targets: answers beside naive ones, and what they cost."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.retribusi.custody import builders as b
from tests.retribusi.paying import builders as paying
from tidar.common.actor import system
from tidar.retribusi.actions.custody.closing import UnableToClose, close_arrears, close_missing
from tidar.retribusi.actions.paying import reverse_payment
from tidar.retribusi.models import ArrearsDay, Handover, Target
from tidar.retribusi.queries import ageing, boards, books, custody, takings, targets
from tidar.retribusi.rules.ageing import AGES, age_of
from tidar.retribusi.rules.custody import CashReceipt, oldest_held, span_held

pytestmark = pytest.mark.django_db
SLAMET, SITI, TUTI, BY = b.collector(), b.collector("siti"), b.treasurer(), system("uji")
TODAY = date(2026, 11, 25)


def in_bag(count: int = 12, *, by=SLAMET) -> list[CashReceipt]:
    """Receipts of random amounts, an hour apart, the newest now."""
    chance, made = random.Random(7), []
    for n in range(count, 0, -1):
        receipt = CashReceipt(b.ago(hours=n), chance.randint(1, 9) * 1_000)
        b.taken(receipt.rupiah, by=by, at=receipt.at)
        made.append(receipt)
    return made


def test_the_database_and_the_rule_agree_on_what_is_held() -> None:
    receipts = in_bag()
    left = sum(r.rupiah for r in receipts)
    while left > 0:
        held = custody.cash_on_hand(["slamet"])["slamet"]
        assert (held.rupiah, held.oldest_at) == (left, oldest_held(receipts, held_rupiah=left))
        take = min(left, 4_000)
        taken = custody.what_is_taken("slamet", held_rupiah=left, taken_rupiah=take)
        assert (taken.from_at, taken.to_at) == span_held(receipts, held_rupiah=left, taken_rupiah=take)
        assert sum(taken.by_account.values()) == take
        b.handed_over(take, by=SLAMET, to=TUTI)
        left -= take
    assert custody.cash_on_hand(["slamet"])["slamet"] == custody.Held(0, None)


def test_a_reversed_receipt_is_not_held() -> None:
    first = b.taken(5_000, by=SLAMET, at=b.ago(hours=3))
    b.taken(2_000, by=SLAMET, at=b.ago(hours=2))
    reverse_payment(payment_id=first.payment_id, reason="Salah ketik", by=TUTI, at=b.AT)
    assert custody.cash_on_hand(["slamet"])["slamet"] == custody.Held(2_000, b.ago(hours=2))


def test_the_walk_over_receipts_ends_where_the_bag_ends() -> None:
    receipts = in_bag(12)
    b.handed_over(sum(r.rupiah for r in receipts[:10]), by=SLAMET, to=TUTI)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ledger_account WHERE key = 'kas:juru-pungut:slamet'")
        account = cursor.fetchone()[0]
        held = sum(r.rupiah for r in receipts[10:])
        cursor.execute("SELECT count(*) FROM retribusi_receipts_held('slamet', %s, %s)", [account, held])
        assert cursor.fetchone()[0] == 2


def test_what_was_counted_is_told_by_account_code() -> None:
    b.taken(4_000, by=SLAMET, holder=b.trader(4_000))
    b.taken(1_000, by=SLAMET)  # of somebody unknown: titipan
    done = b.handed_over(5_000, by=SLAMET, to=TUTI)
    assert Handover.objects.get(pk=done.id).by_account == {b.ACCOUNT_CODE: 4_000, "": 1_000}


def test_bags_cost_the_same_for_one_collector_and_for_many() -> None:
    b.hours()
    b.taken(1_000, by=SLAMET)
    custody.bags(b.AGENCY, at=b.AT)
    with CaptureQueriesContext(connection) as few:
        custody.bags(b.AGENCY, at=b.AT)
    for n in range(6):
        b.taken(1_000, by=b.collector(f"juru-{n}"))
    with CaptureQueriesContext(connection) as many:
        found = custody.bags(b.AGENCY, at=b.AT)
    assert (len(found), len(many)) == (7, len(few))
    assert len(few) <= 7


def test_lateness_follows_the_dated_parameter() -> None:
    b.taken(1_000, by=SLAMET, at=b.ago(hours=30))
    assert custody.bags(b.AGENCY, at=b.AT)[0].late is None  # nothing is set: said on the page, no alarm
    b.hours("24", since=date(2020, 1, 1))
    assert custody.bags(b.AGENCY, at=b.AT)[0].late.severity == 2
    b.hours("48", since=date(2026, 11, 1))
    assert custody.bags(b.AGENCY, at=b.AT)[0].late.severity == 0
    b.hours("12", since=date(2027, 1, 1))
    assert custody.deposit_limit(TODAY).hours == 48


def test_a_day_off_extends_the_limit_only_where_the_parameter_says_so() -> None:
    friday = b.AT - timedelta(days=5, hours=-1)
    b.taken(1_000, by=SLAMET, at=friday)
    b.hours("24")
    assert custody.bags(b.AGENCY, at=b.AT)[0].late.due_at == friday + timedelta(days=1)
    b.hours("ya", name="deposit-on-working-days")
    assert custody.bags(b.AGENCY, at=b.AT)[0].late.due_at == friday + timedelta(days=3)


def a_month() -> None:
    for days in (3, 2, 1):
        b.taken(4_000, by=SLAMET, at=b.ago(days=days))
        b.taken(1_000, by=SITI, at=b.ago(days=days))
    both = [b.handed_over(12_000, by=SLAMET, to=TUTI), b.handed_over(2_000, by=SITI, to=TUTI)]
    b.deposited(both[0], by=TUTI)


def test_the_cash_book_runs_from_balance_to_balance() -> None:
    a_month()
    book = books.bku(b.AGENCY, date(2026, 11, 1), TODAY)
    assert (book.opening_rupiah, book.in_rupiah, book.out_rupiah, book.closing_rupiah) == (0, 14_000, 12_000, 2_000)
    assert (book.ledger_rupiah, book.difference_rupiah) == (2_000, 0)
    assert [row.number for row in book.rows] == [1, 2, 3]
    assert [row.balance_rupiah for row in book.rows] == [12_000, 14_000, 2_000]
    later = books.bku(b.AGENCY, TODAY + timedelta(days=1), TODAY + timedelta(days=1))
    assert (later.opening_rupiah, later.rows) == (2_000, ())


def test_help_books_add_up() -> None:
    a_month()
    own = books.collector_book(b.AGENCY, "siti", date(2026, 11, 1), TODAY)
    assert (own.in_rupiah, own.out_rupiah, own.closing_rupiah, own.difference_rupiah) == (3_000, 2_000, 1_000, 0)
    cash = books.channel_book(b.AGENCY, "tunai", date(2026, 11, 24), TODAY)
    assert (cash.opening_rupiah, cash.in_rupiah) == (10_000, 5_000)
    code = books.account_book(b.AGENCY, "", date(2026, 11, 1), TODAY)
    assert code.in_rupiah == 15_000


def test_gross_equals_gross_from_receipts_to_hand_overs_to_sts() -> None:
    a_month()
    found = books.three_way(b.AGENCY, date(2026, 11, 1), TODAY)
    assert found.agrees
    assert (found.received_rupiah, found.counted_rupiah, found.deposited_rupiah) == (15_000, 14_000, 12_000)
    assert {m.title: m.closing_rupiah for m in found.collectors} == {"Slamet": 0, "Siti": 1_000}


def naive_ages(day: date) -> dict[str, int]:
    sums = dict.fromkeys((key for key, _title in AGES), 0)
    for due, owed in ((date(2026, 12, 1), 1_000), (date(2026, 11, 20), 2_000), (date(2025, 11, 1), 4_000),
                      (date(2023, 11, 1), 8_000)):  # fmt: skip
        sums[age_of(due, day=day)] += owed
    return sums


def old_debts() -> None:
    holder = paying.occupancy()
    for due, owed in ((date(2026, 12, 1), 1_000), (date(2026, 11, 20), 2_000), (date(2025, 11, 1), 5_000),
                      (date(2023, 11, 1), 8_000)):  # fmt: skip
        paying.skrd(holder, [owed], first=due - timedelta(days=15))
    newest = paying.skrd(paying.occupancy(), [9_000])
    paying.pay(newest[0].occupancy, 9_000)


def test_ages_of_arrears_agree_with_the_rule_by_market_block_and_trader() -> None:
    old_debts()
    holder = paying.Occupancy.objects.order_by("pk").first()
    third = holder.assessments.get(amount_rupiah=5_000)
    paying.pay(holder, 1_000, only=(third.pk,))  # a part of it
    for by in ("pasar", "blok", "pedagang"):
        (line,) = ageing.aged(ageing.Narrowed(b.AGENCY, by=by), day=TODAY)
        assert line.ages.by_age == tuple(naive_ages(TODAY).values())
        assert line.oldest_days == (TODAY - date(2023, 11, 1)).days
    assert ageing.aged(ageing.Narrowed("dlh"), day=TODAY) == []


def test_todays_arrears_are_yesterdays_close_and_what_moved() -> None:
    old_debts()
    close_arrears(day=TODAY - timedelta(days=1), by=BY, at=b.AT)
    assert ArrearsDay.objects.count() == 0  # all of it was recorded today
    tomorrow = b.AT + timedelta(days=1)
    close_arrears(day=TODAY, by=BY, at=tomorrow)
    (line,) = ageing.arrears_at(b.AGENCY, TODAY, closed_day=TODAY)
    assert (line.now, line.closed.owed) == (16_000, 16_000)
    (again,) = ageing.arrears_at(b.AGENCY, TODAY, closed_day=None)
    assert (again.now, again.issued, again.paid) == (16_000, 25_000, 9_000)
    with pytest.raises(UnableToClose):
        close_arrears(day=TODAY, by=BY, at=b.AT)


def test_days_that_nobody_counted_are_counted_later_and_once() -> None:
    old_debts()
    later = b.AT + timedelta(days=3)
    assert close_missing(by=BY, at=later) == 3
    assert close_missing(by=BY, at=later) == 0
    assert set(ArrearsDay.objects.values_list("owed_rupiah", flat=True)) == {16_000}


def test_target_against_what_came_in() -> None:
    b.taken(4_000, by=SLAMET, holder=b.trader(4_000), at=b.ago(days=40))
    b.taken(3_000, by=SLAMET, holder=b.trader(1_000))
    b.taken(9_000, by=SLAMET)  # titipan is no revenue yet
    Target.objects.create(market_id=b.MARKET, levy_kind_id=b.KIND, year=2026, amount_rupiah=14_000, source="DPA")
    line = next(one for one in targets.target_lines(b.AGENCY, TODAY) if one.levy_kind)
    assert (line.realised.year, line.realised.month, line.realised.today) == (7_000, 3_000, 3_000)
    assert (line.standing.percent, line.standing.pace) == (50.0, "tertinggal")


def test_takings_leave_old_money_and_other_agencies_out() -> None:
    b.taken(4_000, by=SLAMET, holder=b.trader(4_000))
    rows = takings.takings(b.AGENCY, TODAY, TODAY)
    assert [(row.channel, row.rupiah, row.market, row.collector_id) for row in rows] == [
        ("tunai", 4_000, b.MARKET, "slamet")
    ]
    assert takings.takings("dlh", TODAY, TODAY) == []
    assert takings.takings(b.AGENCY, TODAY - timedelta(days=1), TODAY - timedelta(days=1)) == []


def test_stalls_of_a_day_stand_where_their_bill_stands() -> None:
    first, second, third = (b.trader(4_000, day=TODAY) for _n in range(3))
    none = paying.occupancy()
    b.taken(4_000, by=SLAMET, holder=first)
    b.taken(1_000, by=SLAMET, holder=second)
    market = none.levy_object.market
    found = {one.id: one for one in boards.stalls(market, TODAY, closed=False)}
    states = [found[o.levy_object_id].state for o in (first, second, third, none)]
    assert states == ["sudah", "sebagian", "belum", "tanpa-tagihan"]
    assert found[second.levy_object_id].owed_rupiah == 3_000
    assert [spot.state for spot in boards.spots(found.values())] == ["sudah", "belum", "belum", "-"]
    assert boards.stalls(market, date(2025, 1, 1), closed=False) == []
