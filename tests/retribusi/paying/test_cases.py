"""Cases: opened once, settled once, with a reason; what they hold goes somewhere whole."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from tests.retribusi.paying.builders import AGENCY, AT, BY, actor, counts, market, occupancy, pay, skrd
from tidar.common.errors import UnableToAllow, UnableToFind
from tidar.common.ids import uuid7
from tidar.common.models import AuditEntry
from tidar.hub.models import Event
from tidar.ledger import api as ledger
from tidar.retribusi.actions.cases import UnableToSettle, open_case, settle_case
from tidar.retribusi.models import Case, Payment
from tidar.retribusi.queries.checking import check
from tidar.retribusi.rules import accounts as names
from tidar.retribusi.rules import cases as rules

pytestmark = pytest.mark.django_db
TREASURER = actor("levies.treasury", id="tri")


@pytest.fixture(autouse=True)
def _all_agrees():
    yield
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert check() == ()


def opened(**more):
    market()
    values = {"kind": "alat", "key": "alat:x:1", "agency": AGENCY, "subject": "alat:x:1", "sentence": "Periksa."}
    return open_case(**{**values, **more}, by=BY, at=AT)


def test_opened_once_for_each_occasion_with_one_event() -> None:
    first = opened()
    assert opened(sentence="Lain.") == first
    assert Event.objects.filter(kind="levy.case_opened").count() == 1
    assert Event.objects.get().data["agency"] == AGENCY


def test_a_surplus_pays_the_bills_that_come_later() -> None:
    holder = occupancy()
    pay(holder, 5000)
    skrd(holder, [3000])
    done = settle_case(case_id=Case.objects.get().pk, decision="terapkan", note="untuk hari ini", by=TREASURER, at=AT)
    payment = Payment.objects.get(pk=done.payment_id)
    assert (payment.channel, payment.allocated_rupiah, payment.advance_rupiah) == ("titipan", 3000, 2000)
    case = Case.objects.get()
    assert (case.decision, case.settled_by, case.settlement) == ("terapkan", "tri", "untuk hari ini")
    assert case.group_key == f"pembayaran:{payment.pk}"
    assert ledger.balance(names.suspense_key(AGENCY)) == 0
    assert Event.objects.filter(kind="levy.case_settled", source_id=str(case.pk)).count() == 1
    assert AuditEntry.objects.filter(action="case.settle").count() == 1


def test_money_to_be_returned_is_owed_by_the_city_until_it_leaves() -> None:
    pay(None, 7000)
    settle_case(case_id=Case.objects.get().pk, decision="kembalikan", note="salah transfer", by=TREASURER, at=AT)
    assert ledger.balance(names.refund_key(AGENCY)) == 7000
    assert ledger.balance(names.suspense_key(AGENCY)) == 0
    assert Case.objects.get().group_key == f"perkara:{Case.objects.get().pk}"


def test_a_case_without_money_is_accepted_with_a_reason() -> None:
    case = opened()
    settle_case(case_id=case, decision="terima", note="sudah jelas", by=actor("levies.supervise"), at=AT)
    assert Case.objects.get().settlement == "sudah jelas"


@pytest.mark.parametrize(
    ("decision", "note", "words"),
    [
        ("kembalikan", " ", "alasan"),
        ("terima", "x", "titipan"),
        ("terapkan", "x", "lapak"),
        ("lupakan", "x", "dikenal"),
    ],
)
def test_a_decision_that_does_not_fit_gets_a_sentence_and_moves_nothing(decision, note, words) -> None:
    pay(None, 7000)
    before = counts()
    with pytest.raises(UnableToSettle, match=words):
        settle_case(case_id=Case.objects.get().pk, decision=decision, note=note, by=TREASURER, at=AT)
    assert counts() == before
    assert Case.objects.get().settled_at is None


def test_settled_once() -> None:
    pay(None, 7000)
    case = Case.objects.get().pk
    settle_case(case_id=case, decision="kembalikan", note="x", by=TREASURER, at=AT)
    before = counts()
    with pytest.raises(UnableToSettle, match="sudah diputuskan"):
        settle_case(case_id=case, decision="kembalikan", note="x", by=TREASURER, at=AT)
    assert counts() == before


def test_only_the_treasury_and_the_signer_decide_about_money() -> None:
    pay(None, 7000)
    case = Case.objects.get().pk
    for who in (actor("levies.supervise"), actor("levies.treasury", agency="dlh"), actor("levies.collect")):
        with pytest.raises(UnableToAllow):
            settle_case(case_id=case, decision="kembalikan", note="x", by=who, at=AT)
    settle_case(case_id=case, decision="kembalikan", note="x", by=actor("levies.sign"), at=AT)
    with pytest.raises(UnableToFind):
        settle_case(case_id=uuid7(), decision="terima", note="x", by=TREASURER, at=AT)


@pytest.mark.parametrize(
    "sql", ["UPDATE retribusi_case SET held_rupiah = 1", "DELETE FROM retribusi_case", "TRUNCATE retribusi_case"]
)
def test_what_a_case_is_about_never_changes(sql: str) -> None:
    opened()
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(sql)


def test_a_settled_case_stays_settled_whoever_writes() -> None:
    case = opened()
    settle_case(case_id=case, decision="terima", note="jelas", by=TREASURER, at=AT)
    with pytest.raises(IntegrityError, match="settled once"), transaction.atomic():
        Case.objects.filter(pk=case).update(settled_at=None)


def test_what_is_allowed_depends_on_the_money() -> None:
    assert rules.allowed(1) == ("terapkan", "kembalikan")
    assert rules.allowed(0) == ("terima",)
    assert "tidak memegang uang" in rules.fault(0, "kembalikan", settled=False, payer=True)
