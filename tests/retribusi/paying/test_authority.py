"""Who may take money out of a bag, and who may put any in: no one person, nobody from elsewhere, nobody late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.retribusi.paying.builders import AGENCY, AT, BY, actor, counts, new, occupancy, pay, skrd
from tidar.common.actor import Actor, Grant
from tidar.common.errors import UnableToAllow
from tidar.ledger import api as ledger
from tidar.retribusi.actions.paying import record_payment, reverse_payment
from tidar.retribusi.models import Payment
from tidar.retribusi.rules import accounts as names

pytestmark = pytest.mark.django_db
SOON, HOURS_LATER = AT + timedelta(minutes=9), AT + timedelta(hours=9)
BUDI = actor("levies.collect", id="budi")
CASH = names.collector_cash_key("budi")
HERE, BESIDE = "33.71.02", "33.71.01"  # the market stands in 33.71.02.1007


def inside(area: str, permission: str = "levies.treasury") -> Actor:
    """Somebody who is bound to an area."""
    return Actor("user", "wati", "Wati", frozenset({Grant(permission, agency=AGENCY, area=area)}))


def refused(by: Actor, *, at=HOURS_LATER) -> str:
    """Taking a payment of Budi's back is refused and changes nothing; the sentence."""
    receipt, before = pay(occupancy(), 3000), counts()
    with pytest.raises(UnableToAllow) as found:
        reverse_payment(payment_id=receipt.payment_id, reason="salah", by=by, at=at)
    assert (counts().payments, ledger.balance(CASH)) == (before.payments, 3000)
    return found.value.sentence


def test_a_supervisor_never_lightens_a_collectors_bag() -> None:
    assert "bendahara" in refused(actor("levies.supervise", id="kepala"), at=SOON)


def test_a_collector_corrects_within_minutes_and_never_hours_later() -> None:
    assert "sudah lewat" in refused(BUDI)
    receipt = pay(occupancy(), 2000)
    reverse_payment(payment_id=receipt.payment_id, reason="salah", by=BUDI, at=SOON)
    assert ledger.balance(CASH) == 3000


def test_what_a_phone_signed_in_time_but_sent_late_is_no_reason_to_take_it_back_by_hand() -> None:
    """Recorded just now, yet given hours ago: the minutes count from the receipt."""
    late = record_payment(payment=new(occupancy(), 3000), by=BY, at=HOURS_LATER)
    with pytest.raises(UnableToAllow):
        reverse_payment(payment_id=late.payment_id, reason="salah", by=BUDI, at=HOURS_LATER)


def test_a_treasurer_who_collected_it_needs_another_one() -> None:
    assert "bendahara lain" in refused(actor("levies.treasury", "levies.collect", id="budi"))


@pytest.mark.parametrize("area", [BESIDE, "33.71.02.1008"])
def test_the_treasury_of_another_area_does_not_decide(area) -> None:
    assert "wilayah" in refused(inside(area))


def test_the_treasury_of_the_area_decides_hours_later() -> None:
    holder = occupancy()
    skrd(holder, [3000])
    receipt = pay(holder, 3000)
    reverse_payment(payment_id=receipt.payment_id, reason="salah", by=inside(HERE), at=HOURS_LATER)
    assert Payment.objects.filter(reverses_id=receipt.payment_id).exists()


def test_money_without_a_market_is_the_whole_agencys() -> None:
    receipt = pay(None, 3000, market=None)
    with pytest.raises(UnableToAllow):
        reverse_payment(payment_id=receipt.payment_id, reason="salah", by=inside(HERE), at=SOON)


@pytest.mark.parametrize(
    "other",
    [
        {"collector_id": "siti", "cash_account_key": names.collector_cash_key("siti")},
        {"cash_account_key": names.collector_cash_key("siti")},
        {"cash_account_key": names.RKUD},
        {"cash_account_key": names.channel_cash_key("palsu"), "channel": "qris"},
        {"collector_id": ""},
    ],
)
def test_a_collector_books_into_no_account_but_their_own_bag(other) -> None:
    holder = occupancy()
    before = counts()
    with pytest.raises(UnableToAllow, match="kasnya sendiri"):
        record_payment(payment=new(holder, 3000, **other), by=BUDI, at=AT)
    assert counts() == before
    assert record_payment(payment=new(holder, 3000, **other), by=actor("levies.treasury"), at=AT).is_new


def test_a_collector_books_into_their_own_bag() -> None:
    assert record_payment(payment=new(occupancy(), 3000), by=BUDI, at=AT).is_new
