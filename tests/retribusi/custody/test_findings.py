"""What auditors (BPK) found elsewhere (`domain.md` 2.3), one by one: impossible here, or visible to who must see it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.people.builders import client_of
from tests.retribusi.custody import builders as b
from tidar.common import clock
from tidar.common.actor import Actor, Grant, system
from tidar.common.errors import UnableTo, UnableToAllow
from tidar.common.ids import uuid7
from tidar.hub.models import Event
from tidar.people.models import Notice
from tidar.retribusi.actions.custody import explain_surplus
from tidar.retribusi.actions.custody.alarms import raise_alarms
from tidar.retribusi.models import Case, Deposit, Handover
from tidar.retribusi.queries import books, custody
from tidar.retribusi.rules import accounts as names

pytestmark = pytest.mark.django_db
SLAMET, TUTI, BY = b.collector(), b.treasurer(), system("uji")
TODAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _at_ten(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: b.AT)


@pytest.mark.django_db(transaction=True)
def test_pay_of_collectors_is_not_taken_from_the_takings_before_deposit() -> None:
    """Jambi: Rp113,5 m of Rp642,6 m. A deposit below its hand-overs cannot exist, whoever writes it."""
    b.taken(642_600, by=SLAMET)
    done = b.handed_over(642_600, by=SLAMET, to=TUTI)
    slip = {
        "agency_id": b.AGENCY, "year": 2026, "sequence": 1, "number": "S", "amount_rupiah": 642_600 - 113_500,
        "period_from_date": TODAY, "period_to_date": TODAY, "bank_account": "1", "deposited_at": b.AT,
        "recorded_at": b.AT, "treasurer_id": "tuti", "treasurer_name": "Tuti",
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.filter(pk=done.id).update(deposit=Deposit.objects.create(id=uuid7(), **slip))
    assert b.deposited(done, by=TUTI).amount_rupiah == 642_600


def test_money_handed_over_does_not_get_lost_on_its_way_to_the_treasury() -> None:
    """Pesawaran: of Rp481,8 m Rp436,4 m reached the treasury. What is missing has a name and a case."""
    b.taken(481_800, by=SLAMET)
    b.deposited(b.handed_over(481_800, by=SLAMET, to=TUTI, counted=436_400), by=TUTI)
    found = books.three_way(b.AGENCY, TODAY, TODAY)
    missing = {m.title: m.closing_rupiah for m in found.collectors}
    assert (found.received_rupiah, found.deposited_rupiah, missing) == (481_800, 436_400, {"Slamet": 45_400})
    assert Case.objects.get(kind="selisih-serah").amount_rupiah == 45_400
    keeper = client_of(b.user("rina", "treasurer"))
    assert "Rp45.400" in keeper.get("/retribusi/kas/").content.decode()


def test_nobody_collects_without_the_duty() -> None:
    """Lampung Selatan: third parties collected without a contract. Without the role no receipt and no hand-over."""
    other = Actor("user", "pihak-ketiga", "CV Lain", frozenset({Grant("levies.see", agency=b.AGENCY)}))
    b.trader()
    with pytest.raises(UnableToAllow):
        b.taken(5_000, by=other)
    b.taken(5_000, by=SLAMET)
    with pytest.raises(UnableTo):
        b.declared(5_000, by=other)
    assert Handover.objects.count() == 0


def test_takings_that_are_deposited_a_few_times_a_month_are_told_each_day() -> None:
    """Pringsewu: deposits 3–12 times a month. Treasurer, market head and leader are told; the page is red."""
    b.hours()
    people = [b.user("rina", "treasurer"), b.user("darmo", "market_head"), b.user("hadi", "leader")]
    b.taken(50_000, by=SLAMET, at=b.ago(days=9))
    (first,) = raise_alarms(by=BY, at=b.AT)
    assert raise_alarms(by=BY, at=b.AT + timedelta(minutes=15)) == ()
    assert first.startswith("juru-pungut:slamet:")
    assert {n.user_id for n in Notice.objects.all()} == {person.pk for person in people}
    event = Event.objects.get(kind="levy.custody_late")
    assert (event.severity, event.data["amount_rupiah"], "Slamet" in event.subject) == (3, 50_000, False)


def test_a_treasurer_who_keeps_the_cash_is_told_of_too() -> None:
    """Lubuklinggau: Rp128 m not deposited. The age counts from the oldest receipt, not from the hand-over."""
    b.hours()
    b.taken(50_000, by=SLAMET, at=b.ago(hours=20))
    b.handed_over(50_000, by=SLAMET, to=TUTI, at=b.AT)
    assert raise_alarms(by=BY, at=b.AT) == ()
    (told,) = raise_alarms(by=BY, at=b.AT + timedelta(hours=5))
    assert told.startswith(f"bendahara:{b.AGENCY}:")
    assert custody.purse(b.AGENCY, at=b.AT + timedelta(hours=5))[1].severity == 2


def test_an_alarm_ends_with_the_deposit_and_begins_anew_with_the_next_receipt() -> None:
    b.hours()
    b.taken(50_000, by=SLAMET, at=b.ago(days=2))
    assert len(raise_alarms(by=BY, at=b.AT)) == 1
    b.deposited(b.handed_over(50_000, by=SLAMET, to=TUTI), by=TUTI)
    assert raise_alarms(by=BY, at=b.AT) == ()
    b.taken(7_000, by=SLAMET, at=b.AT)
    assert len(raise_alarms(by=BY, at=b.AT + timedelta(hours=30))) == 1


def test_no_alarm_without_a_rule_of_the_region() -> None:
    b.taken(50_000, by=SLAMET, at=b.ago(days=9))
    assert raise_alarms(by=BY, at=b.AT) == ()
    assert (
        "Batas waktu setor belum ditetapkan"
        in client_of(b.user("rina", "treasurer")).get("/retribusi/kas/").content.decode()
    )


def test_receipts_hand_overs_and_deposits_are_reconciled_every_day() -> None:
    """Pringsewu: no reconciliation. Money that moves beside the papers shows as a difference on three pages."""
    from tidar.ledger import api as ledger

    b.taken(50_000, by=SLAMET)
    b.handed_over(50_000, by=SLAMET, to=TUTI)
    assert books.three_way(b.AGENCY, TODAY, TODAY).agrees
    ids = ledger.account_ids([names.treasurer_cash_key(b.AGENCY), names.collector_cash_key("slamet")])
    with transaction.atomic():
        line = ledger.Line(
            ids[names.collector_cash_key("slamet")], ids[names.treasurer_cash_key(b.AGENCY)], 10_000, "x"
        )
        ledger.post(group_key="gelap", kind="uji", lines=[line], happened_at=b.AT, at=b.AT, by=BY)
    found = books.three_way(b.AGENCY, TODAY, TODAY)
    assert not found.agrees
    assert found.treasurer.difference_rupiah == -10_000
    assert books.bku(b.AGENCY, TODAY, TODAY).difference_rupiah == -10_000
    assert custody.check_custody() != ()
    keeper = client_of(b.user("rina", "treasurer"))
    for url in ("/retribusi/kas/", "/retribusi/kas/bku/", "/retribusi/kas/cocok/"):
        assert "10.000" in keeper.get(url).content.decode()


def test_a_surplus_that_late_receipts_explain_goes_back_to_the_bag_and_nothing_else_does() -> None:
    """A phone without signal: the cash is handed over before its receipts arrive. Neither side keeps a rupiah."""
    b.taken(50_000, by=SLAMET)
    done = b.handed_over(55_000, by=SLAMET, to=TUTI)
    later = b.AT + timedelta(hours=1)
    with pytest.raises(Exception, match="belum menjelaskan"):
        explain_surplus(handover_id=done.id, by=TUTI, at=later)
    late = b.late(5_000, by=SLAMET, happened_at=b.ago(hours=1), at=later)
    assert (late.is_new, b.bag(SLAMET)) == (True, 5_000)
    assert explain_surplus(handover_id=done.id, by=TUTI, at=later) == 5_000
    suspense = b.balance(names.suspense_key(b.AGENCY)) - sum(
        Case.objects.filter(settled_at=None).values_list("held_rupiah", flat=True)
    )
    assert (b.bag(SLAMET), suspense, b.purse()) == (0, 0, 55_000)
    with pytest.raises(Exception, match="Tidak ada kelebihan"):
        explain_surplus(handover_id=done.id, by=TUTI, at=later)


def test_a_late_receipt_is_explained_on_the_page_by_the_treasurer(monkeypatch) -> None:
    b.taken(50_000, by=SLAMET)
    done = b.handed_over(55_000, by=SLAMET, to=TUTI)
    later = b.AT + timedelta(hours=1)
    b.late(5_000, by=SLAMET, happened_at=b.ago(hours=1), at=later)
    monkeypatch.setattr(clock, "now", lambda: later)
    keeper = client_of(b.user("rina", "treasurer"))
    url = f"/retribusi/kas/serah/{done.id}/"
    assert "Pindahkan dari titipan" in keeper.get(url).content.decode()
    assert keeper.post(url, {"aksi": "jelaskan"}).status_code == 302
    assert b.bag(SLAMET) == 0
    assert client_of(b.user("arif", "auditor")).post(url, {"aksi": "jelaskan"}).status_code == 403
