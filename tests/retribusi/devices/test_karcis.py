"""Every serial is issued once and ends once; what is sold is cash in the bag and revenue; what is missing is a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.retribusi.devices.builders import AT, EVENING, actor_of, collector, posted, send, suspense, user
from tests.retribusi.paying.builders import KIND, MARKET
from tidar.common.errors import UnableToAllow
from tidar.common.ids import uuid7
from tidar.ledger import api as ledger
from tidar.retribusi.actions import karcis
from tidar.retribusi.actions.karcis import NewBook, Sale, Serials, UnableToMoveKarcis
from tidar.retribusi.actions.paying import reverse_payment
from tidar.retribusi.models import Case, KarcisBook, KarcisMove, Payment
from tidar.retribusi.queries.karcis import book_view, held_by, holdings
from tidar.retribusi.rules.accounts import revenue_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return collector()


@pytest.fixture
def keeper():
    return actor_of(user("tuti", "treasurer"))


@pytest.fixture
def book(who, keeper) -> KarcisBook:
    """Serials 1–100 of Rp2.000, 11–50 with the collector."""
    made = karcis.receive_book(book=NewBook(KIND, "a", 1, 100, 2_000), by=keeper, at=AT)
    karcis.issue(serials=Serials(made, 11, 50), collector_id=who.actor.id, by=keeper, at=AT)
    return KarcisBook.objects.get(pk=made)


def sold(who, book, first: int, last: int, **more) -> Sale:
    amount = more.pop("amount_rupiah", (last - first + 1) * 2_000)
    return Sale(Serials(book.pk, first, last), who.actor.id, amount, EVENING, uuid7(), MARKET, **more)


def test_a_sale_is_cash_in_the_bag_and_revenue_at_once(who, keeper, book) -> None:
    receipt = karcis.record_sale(sale=sold(who, book, 11, 20), by=keeper, at=EVENING)
    assert (receipt.number, receipt.amount_rupiah) == ("KARCIS A 0000011–0000020", 20_000)
    assert (who.bag, suspense(), ledger.balance(revenue_key(KIND, MARKET))) == (20_000, 0, 20_000)
    payment = Payment.objects.get()
    assert (payment.channel, payment.key) == ("karcis", f"karcis:{book.pk}:11-20")
    assert KarcisMove.objects.get(kind="terjual").payment == payment
    again = karcis.record_sale(sale=sold(who, book, 11, 20), by=keeper, at=EVENING)
    assert (again.is_new, posted(), held_by(book.pk, who.actor.id)) == (False, 20_000, ((21, 50),))


@pytest.mark.parametrize("serials", [(1, 5), (5, 11), (50, 51), (101, 102), (20, 19)])
def test_only_what_the_collector_holds_is_sold(who, keeper, book, serials) -> None:
    with pytest.raises(UnableToMoveKarcis):
        karcis.record_sale(sale=sold(who, book, *serials, amount_rupiah=2_000), by=keeper, at=EVENING)
    assert Payment.objects.count() == 0


def test_a_part_that_was_sold_is_not_sold_again(who, keeper, book) -> None:
    karcis.record_sale(sale=sold(who, book, 11, 20), by=keeper, at=EVENING)
    for first, last in ((20, 25), (11, 19), (11, 21)):
        with pytest.raises(UnableToMoveKarcis):
            karcis.record_sale(sale=sold(who, book, first, last), by=keeper, at=EVENING)
    assert posted() == 20_000


def test_a_phone_sells_karcis(who, book) -> None:
    record = who.phone.sign("karcis", book=book.pk, first=11, last=15, market=MARKET, amount=10_000)
    [one] = send(who, record).results
    assert (one.state, one.receipt["number"]) == ("dibukukan", "KARCIS A 0000011–0000015")
    assert send(who, record).results == (one,)
    assert (who.bag, posted(), suspense()) == (10_000, 10_000, 0)


@pytest.mark.parametrize(("first", "amount"), [(1, 10_000), (11, 9_000)], ids=["not held", "wrong sum"])
def test_karcis_that_do_not_fit_keep_their_cash_in_titipan(who, book, first, amount) -> None:
    record = who.phone.sign("karcis", book=book.pk, first=first, last=first + 4, market=MARKET, amount=amount)
    [one] = send(who, record).results
    assert one.state == "ditahan"
    assert one.sentence.startswith("Karcisnya tidak sesuai dengan buku yang dipegang.")
    assert (who.bag, suspense(), KarcisMove.objects.filter(kind="terjual").count()) == (amount, amount, 0)


def test_a_sale_that_was_taken_back_is_never_answered_as_booked(who, keeper, book) -> None:
    """The keeper typed it, it was taken back; the phone's own record of it is cash that nobody booked."""
    typed = karcis.record_sale(sale=sold(who, book, 11, 20), by=keeper, at=EVENING)
    reverse_payment(payment_id=typed.payment_id, reason="salah ketik", by=keeper, at=EVENING)
    asked = Case.objects.get()
    assert (asked.kind, asked.amount_rupiah, asked.held_rupiah) == ("karcis", 20_000, 0)
    [one] = send(who, who.phone.sign("karcis", book=book.pk, first=11, last=20, market=MARKET, amount=20_000)).results
    assert (one.state, who.bag, suspense()) == ("ditahan", 20_000, 20_000)
    assert "sudah dibatalkan" in one.sentence
    with pytest.raises(UnableToMoveKarcis):
        karcis.record_sale(sale=sold(who, book, 11, 20), by=keeper, at=EVENING)


def test_the_same_serials_in_two_records_are_two_heaps_of_cash(who, book) -> None:
    facts = {"book": book.pk, "first": 11, "last": 20, "market": MARKET, "amount": 20_000}
    answer = send(who, who.phone.sign("karcis", **facts), who.phone.sign("karcis", **facts))
    assert [one.state for one in answer.results] == ["dibukukan", "ditahan"]
    assert (who.bag, suspense()) == (40_000, 20_000)


def test_what_the_keeper_wrote_down_first_is_the_same_sale(who, keeper, book) -> None:
    karcis.record_sale(sale=sold(who, book, 11, 20), by=keeper, at=EVENING)
    [one] = send(who, who.phone.sign("karcis", book=book.pk, first=11, last=20, market=MARKET, amount=20_000)).results
    assert (one.state, who.bag) == ("dibukukan", 20_000)


def test_no_karcis_is_sold_before_its_collector_got_it_nor_tomorrow(who, keeper, book) -> None:
    for moment in (AT - timedelta(days=1), EVENING + timedelta(hours=1)):
        with pytest.raises(UnableToMoveKarcis):
            karcis.record_sale(sale=replace(sold(who, book, 11, 20), happened_at=moment), by=keeper, at=EVENING)
    same_day = replace(sold(who, book, 11, 20), happened_at=AT - timedelta(minutes=30))
    karcis.record_sale(sale=same_day, by=keeper, at=EVENING)
    assert Payment.objects.get().happened_at == AT


def test_a_head_keeps_the_karcis_of_collectors_inside_their_area_only(who, keeper, book) -> None:
    inner = collector("siti", number=2, area="33.71.02.1007")
    head = actor_of(user("kepala", "market_head", area="33.71.02"))
    karcis.issue(serials=Serials(book.pk, 51, 60), collector_id=inner.actor.id, by=head, at=AT)
    karcis.take_back(serials=Serials(book.pk, 51, 52), collector_id=inner.actor.id, by=head, at=EVENING)
    mine, of_head = {"collector_id": who.actor.id}, {"by": head, "at": EVENING}
    acts = (
        lambda: karcis.issue(serials=Serials(book.pk, 61, 70), **mine, **of_head),
        lambda: karcis.take_back(serials=Serials(book.pk, 11, 12), **mine, **of_head),
        lambda: karcis.void(serials=Serials(book.pk, 11, 11), reason="basah", **mine, **of_head),
        lambda: karcis.void(serials=Serials(book.pk, 99, 99), reason="basah", collector_id="", **of_head),
        lambda: karcis.count_stock(book_id=book.pk, present=(), **mine, **of_head),
        lambda: karcis.record_sale(sale=sold(who, book, 11, 20), **of_head),
        lambda: karcis.receive_book(book=NewBook(KIND, "B", 1, 9, 1_000), **of_head),
    )
    for act in acts:
        with pytest.raises(UnableToAllow):
            act()


def test_the_life_of_a_book(who, keeper, book) -> None:
    karcis.record_sale(sale=sold(who, book, 11, 20), by=keeper, at=EVENING)
    karcis.take_back(serials=Serials(book.pk, 46, 50), collector_id=who.actor.id, by=keeper, at=EVENING)
    lost = {"reason": "basah", "by": keeper, "at": EVENING}
    karcis.void(serials=Serials(book.pk, 21, 21), collector_id=who.actor.id, **lost)
    karcis.void(serials=Serials(book.pk, 100, 100), collector_id="", **lost)
    view = book_view(book)
    assert (view.in_store, view.held) == (((1, 10), (51, 99)), ((22, 45),))
    assert (view.sold_count, view.returned_count, view.void_count, view.sold_rupiah) == (10, 5, 2, 20_000)
    [mine] = holdings(agencies=None, collector_id=who.actor.id)
    assert (mine.issued_count, mine.held_count, mine.sold_count, mine.returned_count, mine.void_count) == (
        40, 24, 10, 5, 1,
    )  # fmt: skip


def test_what_came_back_is_never_issued_again(who, keeper, book) -> None:
    karcis.take_back(serials=Serials(book.pk, 11, 50), collector_id=who.actor.id, by=keeper, at=EVENING)
    with pytest.raises(UnableToMoveKarcis):
        karcis.issue(serials=Serials(book.pk, 11, 11), collector_id=who.actor.id, by=keeper, at=EVENING)


def test_what_is_missing_when_counted_is_a_case_once(who, keeper, book) -> None:
    count = {"book_id": book.pk, "collector_id": who.actor.id, "by": keeper, "at": EVENING}
    for _ in range(2):
        assert karcis.count_stock(present=((11, 30), (36, 50)), **count) == ((31, 35),)
    case = Case.objects.get()
    assert (case.kind, case.amount_rupiah, case.held_rupiah) == ("karcis", 10_000, 0)
    assert "A 0000031–0000035" in case.sentence
    with pytest.raises(UnableToMoveKarcis):
        karcis.count_stock(present=((1, 5),), **count)
    assert karcis.count_stock(present=((11, 50),), **count) == ()


def test_who_may_and_that_two_people_act(who, keeper, book) -> None:
    foreign = actor_of(user("lain", "treasurer", agency="dishub"))
    for by in (foreign, who.actor):
        with pytest.raises(UnableToAllow):
            karcis.issue(serials=Serials(book.pk, 51, 60), collector_id=who.actor.id, by=by, at=AT)
        with pytest.raises(UnableToAllow):
            karcis.receive_book(book=NewBook(KIND, "B", 1, 9, 1_000), by=by, at=AT)
    with pytest.raises(UnableToMoveKarcis):
        karcis.issue(serials=Serials(book.pk, 51, 60), collector_id=keeper.id, by=keeper, at=AT)
    with pytest.raises(UnableToMoveKarcis):
        karcis.void(serials=Serials(book.pk, 11, 11), collector_id=who.actor.id, reason=" ", by=keeper, at=AT)


@pytest.mark.parametrize(
    "wrong",
    [NewBook(KIND, "A", 90, 120, 2_000), NewBook(KIND, "A", 9, 8, 2_000), NewBook(KIND, "B", 1, 9, 0),
     NewBook(KIND, "B", 1, 10_000_000, 1), NewBook(KIND, "B", 0, 5, 1), NewBook("tidak-ada", "B", 1, 9, 1_000),
     NewBook(KIND, "B" * 11, 1, 9, 1_000)],
    ids=["in another book", "backwards", "worthless", "eight digits", "from zero", "no levy", "long prefix"],
)  # fmt: skip
def test_a_book_that_cannot_be_is_refused(keeper, book, wrong) -> None:
    with pytest.raises(UnableToMoveKarcis):
        karcis.receive_book(book=wrong, by=keeper, at=AT)
    assert KarcisBook.objects.count() == 1


def move(book, kind: str, first: int, last: int) -> bool:
    """Whether the database takes it."""
    try:
        with transaction.atomic():
            KarcisMove.objects.create(
                book=book, kind=kind, first_serial=first, last_serial=last, happened_at=AT, recorded_at=AT, actor_id="x"
            )
    except IntegrityError:
        return False
    return True


def test_the_database_itself_refuses_a_serial_twice(keeper, book) -> None:
    assert move(book, "terjual", 11, 20)
    assert [move(book, kind, 20, 25) for kind in ("terjual", "kembali", "rusak", "diserahkan")] == [False] * 4
    assert move(book, "rusak", 21, 21)
    assert [move(book, "rusak", first, last) for first, last in ((0, 5), (95, 101), (9, 8))] == [False] * 3
    other = KarcisBook.objects.get(pk=karcis.receive_book(book=NewBook(KIND, "B", 1, 100, 1), by=keeper, at=AT))
    assert move(other, "terjual", 11, 20)  # another book's numbers are other numbers


def test_books_and_moves_never_change(book) -> None:
    row = KarcisMove.objects.get()
    for change in (lambda: KarcisMove.objects.update(last_serial=60), row.delete,
                   lambda: KarcisBook.objects.update(denomination_rupiah=1)):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
