"""A day at the market in any order: the real actions beside a naive model in plain Python.

After every step the two agree on every rupiah, documents agree with the ledger, the ledger with itself, and no money
appeared, vanished or counted twice.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.retribusi import builders as city
from tidar.common.errors import UnableTo
from tidar.common.ids import uuid7
from tidar.ledger import api as ledger
from tidar.retribusi.actions.assessing import cancel_assessment
from tidar.retribusi.actions.cases import settle_case
from tidar.retribusi.actions.custody import confirm_handover, declare_handover, deposit
from tidar.retribusi.actions.paying import NewPayment, record_payment, reverse_payment, use_advances
from tidar.retribusi.actions.register import occupy
from tidar.retribusi.models import Case
from tidar.retribusi.queries.checking import check
from tidar.retribusi.queries.dues import open_dues
from tidar.retribusi.rules import accounts as names

COLLECTOR = replace(city.person("levies.collect", name="Budi"), id="budi")
TREASURER = replace(city.person("levies.treasury", name="Tri"), id="tri")
AMOUNTS = st.sampled_from([1, 500, 2_000, 5_000, 12_000, 60_000])
PHASES = [Phase.explicit, Phase.generate]  # a failing walk is printed as it was found: making it smaller takes minutes
SLOW_CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@dataclass
class Bill:
    """What the model knows of an SKRD."""

    stall: int
    day: date
    amount: int
    paid: int = 0
    cancelled: bool = False

    @property
    def owed(self) -> int:
        return 0 if self.cancelled else self.amount - self.paid


@dataclass
class Paid:
    """What the model knows of a payment."""

    stall: int | None
    amount: int
    cash: str
    gave: dict[uuid.UUID, int]
    advance: int
    held: int
    handed: bool = False
    reversed: bool = False


@dataclass
class Books:
    """The whole naive model: who owes what and where the money is."""

    bills: dict[uuid.UUID, Bill] = field(default_factory=dict)
    payments: dict[uuid.UUID, Paid] = field(default_factory=dict)
    advance: dict[int, int] = field(default_factory=dict)  # payer → rupiah
    held: dict[str, int] = field(default_factory=dict)  # key of an open case → rupiah
    cash: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("bag", "bank", "drawer", "rkud"), 0))
    refund: int = 0
    taken: int = 0  # all money that ever came in, less what was given back from the bag

    def give(self, stall: int, amount: int, only: uuid.UUID | None = None) -> dict[uuid.UUID, int]:
        """Oldest bill first; returns what went where."""
        gave = {}
        for key, bill in sorted(self.bills.items(), key=lambda one: one[1].day):
            if bill.stall == stall and (only is None or key == only) and (part := min(bill.owed, amount)):
                bill.paid, amount, gave[key] = bill.paid + part, amount - part, part
        return gave


class Market(RuleBasedStateMachine):
    """Three stalls, two of them of one trader; one collector, one treasurer, one bank."""

    payments = Bundle("payments")
    bills = Bundle("bills")

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.model = Books()
        self.minutes = 0
        first, other = city.stall("A-001"), city.stall("A-002")
        self.payer = {first.occupancy_id: first.payer_id, other.occupancy_id: other.payer_id}
        second = self._second_stall(first.payer_id)
        self.payer[second] = first.payer_id
        self.npwrd = {first.payer_id: first.npwrd, other.payer_id: other.npwrd}
        self.stalls = list(self.payer)
        self.days = dict.fromkeys(self.stalls, 0)
        self.waiting: list[uuid.UUID] = []  # counted hand-overs that were not deposited

    def _second_stall(self, payer_id: int) -> int:
        place = city.NewObject(levy_kind=city.KIND, market=city.MARKET, number="B-001", place_type="kios", area_m2=None)
        object_id = city.register_object(obj=place, by=city.SYSTEM, at=city.AT)
        return occupy(object_id=object_id, payer_id=payer_id, from_date=city.SINCE, by=city.SYSTEM, at=city.AT)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def now(self) -> datetime:
        """A minute passes with every act."""
        self.minutes += 1
        return city.AT + timedelta(minutes=self.minutes)

    # --- bills

    @rule(target=bills, place=st.integers(0, 2))
    def assess(self, place: int) -> Any:
        stall = self.stalls[place]
        self.days[stall] += 1
        day = city.SINCE + timedelta(days=self.days[stall])
        made = city.assess(city.of_occupancy(stall), day, at=self.now())
        self.model.bills[made.pk] = Bill(stall, day, made.amount_rupiah)
        self._use(stall)
        return made.pk

    def _use(self, stall: int) -> None:
        payer = self.payer[stall]
        have = self.model.advance.get(payer, 0)
        gave = self.model.give(stall, have)
        self.model.advance[payer] = have - sum(gave.values())
        if gave:
            self.model.payments[uuid7()] = Paid(stall, sum(gave.values()), "advance", gave, 0, 0)

    @rule(place=st.integers(0, 2))
    def use_what_was_paid_ahead(self, place: int) -> None:
        use_advances(occupancy_ids=[self.stalls[place]], by=city.SYSTEM, at=self.now())
        self._use(self.stalls[place])

    @rule(bill=bills)
    def cancel(self, bill: uuid.UUID) -> None:
        found = self.model.bills[bill]
        act = self._attempt(
            lambda at: cancel_assessment(assessment_id=bill, reason="pasar tutup", by=city.SYSTEM, at=at)
        )
        assert act == (not found.cancelled)
        if act:
            found.cancelled = True
            if found.paid:
                self.model.held[f"skrd-batal:{bill}"] = found.paid

    # --- money

    def _record(self, payment: NewPayment, only: uuid.UUID | None = None) -> uuid.UUID:
        receipt = record_payment(payment=payment, by=city.SYSTEM, at=self.now())
        cash = "bag" if payment.channel == "tunai" else "bank"
        stall, amount = payment.occupancy_id, payment.amount_rupiah
        gave = self.model.give(stall, amount, only) if stall else {}
        rest = amount - sum(gave.values())
        ahead = rest if payment.surplus == "advance" and stall and (only is None or gave) else 0
        if ahead and stall:
            self.model.advance[self.payer[stall]] = self.model.advance.get(self.payer[stall], 0) + ahead
        if rest - ahead:
            self.model.held[f"titipan:{payment.id}"] = rest - ahead
        self.model.cash[cash] += amount
        self.model.taken += amount
        self.model.payments[payment.id] = Paid(stall, amount, cash, gave, ahead, rest - ahead)
        assert (receipt.advance_rupiah, receipt.suspense_rupiah) == (ahead, rest - ahead)
        assert {a.assessment_id: a.amount_rupiah for a in receipt.allocated} == gave
        return payment.id

    def _new(self, stall: int | None, amount: int, **more: Any) -> NewPayment:
        id = uuid7()
        values: dict[str, Any] = {
            "id": id, "key": f"uji:{id}", "channel": "tunai", "amount_rupiah": amount, "occupancy_id": stall,
            "happened_at": city.AT + timedelta(minutes=self.minutes + 1), "receipt_number": f"K-{id}",
            "cash_account_key": names.collector_cash_key("budi"), "agency": city.AGENCY, "collector_id": "budi",
            "market": city.MARKET,
        }  # fmt: skip
        return NewPayment(**{**values, **more})

    BANK = {"channel": "qris", "cash_account_key": names.channel_cash_key("palsu"), "collector_id": ""}

    @rule(target=payments, place=st.integers(0, 2), amount=AMOUNTS, ahead=st.booleans())
    def pay_cash(self, place: int, amount: int, ahead: bool) -> Any:
        return self._record(self._new(self.stalls[place], amount, surplus="advance" if ahead else "suspense"))

    @rule(target=payments, place=st.integers(0, 2), amount=AMOUNTS)
    def pay_by_bank(self, place: int, amount: int) -> Any:
        return self._record(self._new(self.stalls[place], amount, **self.BANK))

    @rule(target=payments, bill=bills)
    def pay_one_bill_by_bank(self, bill: uuid.UUID) -> Any:
        """In full, whatever was paid of it meanwhile: a second payment, a surplus, or just right."""
        found = self.model.bills[bill]
        return self._record(self._new(found.stall, found.amount, only=(bill,), **self.BANK), only=bill)

    @rule(target=payments, amount=AMOUNTS)
    def somebody_unknown_pays(self, amount: int) -> Any:
        return self._record(self._new(None, amount, **self.BANK))

    @rule(target=payments, place=st.integers(0, 2), amount=AMOUNTS)
    def pay_and_send_it_again(self, place: int, amount: int) -> Any:
        payment = self._new(self.stalls[place], amount)
        made = self._record(payment)
        assert not record_payment(payment=payment, by=city.SYSTEM, at=self.now()).is_new
        return made

    @rule(payment=payments)
    def take_back(self, payment: uuid.UUID) -> None:
        known = self.model.payments[payment]
        in_hand = known.cash == "bag" and not known.handed and self.model.cash["bag"] >= known.amount
        done = self._attempt(lambda at: reverse_payment(payment_id=payment, reason="salah", by=TREASURER, at=at))
        assert done == self._can_be_taken_back(payment, known, in_hand)
        if not done:
            return
        known.reversed = True
        for key, part in known.gave.items():
            self.model.bills[key].paid -= part
        if known.stall:
            self.model.advance[self.payer[known.stall]] = (
                self.model.advance.get(self.payer[known.stall], 0) - known.advance
            )
        self.model.held.pop(f"titipan:{payment}", None)
        if in_hand:
            self.model.cash["bag"] -= known.amount
            self.model.taken -= known.amount
        else:
            self.model.held[self._newest_case()] = known.amount

    def _can_be_taken_back(self, payment: uuid.UUID, known: Paid, in_hand: bool) -> bool:
        if known.reversed or any(self.model.bills[key].cancelled for key in known.gave):
            return False
        if known.advance and self.model.advance[self.payer[known.stall or 0]] < known.advance:
            return False
        if known.held and f"titipan:{payment}" not in self.model.held:
            return False
        return in_hand or known.held < known.amount

    @staticmethod
    def _newest_case() -> str:
        return str(Case.objects.order_by("-opened_at", "-pk").values_list("key", flat=True)[0])

    # --- cases

    @precondition(lambda self: self.model.held)
    @rule(data=st.data(), place=st.integers(0, 2))
    def apply_what_is_held(self, data: st.DataObject, place: int) -> None:
        case, amount = self._chosen(data)
        stall = case.occupancy_id or self.stalls[place]
        settle_case(case_id=case.pk, decision="terapkan", note="jelas", by=TREASURER, at=self.now(), occupancy_id=stall)
        rest = amount - sum(self.model.give(stall, amount).values())
        self.model.advance[self.payer[stall]] = self.model.advance.get(self.payer[stall], 0) + rest

    @precondition(lambda self: self.model.held)
    @rule(data=st.data())
    def give_back_what_is_held(self, data: st.DataObject) -> None:
        case, amount = self._chosen(data)
        settle_case(case_id=case.pk, decision="kembalikan", note="diminta", by=TREASURER, at=self.now())
        self.model.refund += amount

    def _chosen(self, data: st.DataObject) -> tuple[Case, int]:
        key = data.draw(st.sampled_from(sorted(self.model.held)))
        return Case.objects.get(key=key), self.model.held.pop(key)

    # --- custody

    @precondition(lambda self: self.model.cash["bag"] > 0)
    @rule(target=payments, share=st.sampled_from([1, 2]), more=st.sampled_from([0, 0, 700]))
    def hand_over(self, share: int, more: int) -> Any:
        id, counted = uuid7(), max(self.model.cash["bag"] // share, 1) + more
        at = self.now()
        declare_handover(id=id, collector_id="budi", declared_rupiah=counted, happened_at=at, by=COLLECTOR, at=at)
        confirm_handover(handover_id=id, counted_rupiah=counted, by=TREASURER, at=self.now())
        surplus = max(counted - self.model.cash["bag"], 0)
        self.model.cash["bag"] -= counted - surplus
        self.model.cash["drawer"] += counted
        self.model.taken += surplus
        if surplus:
            self.model.held[f"serah:{id}:titipan"] = surplus
        for payment in self.model.payments.values():
            payment.handed = True
        self.waiting.append(id)
        return multiple()

    @precondition(lambda self: self.waiting)
    @rule()
    def deposit(self) -> None:
        at = self.now()
        done = deposit(
            id=uuid7(), handover_ids=self.waiting, bank_account="1-001-00001", deposited_at=at, by=TREASURER, at=at
        )
        self.model.cash["drawer"] -= done.amount_rupiah
        self.model.cash["rkud"] += done.amount_rupiah
        self.waiting = []

    def _attempt(self, act: Any) -> bool:
        try:
            with transaction.atomic():
                act(self.now())
        except UnableTo:
            return False
        return True

    # --- what always holds

    @invariant()
    def every_rupiah_agrees(self) -> None:
        npwrd = {payer: names.advance_key(city.KIND, text) for payer, text in self.npwrd.items()}
        keys = {
            "bag": names.collector_cash_key("budi"), "bank": names.channel_cash_key("palsu"),
            "drawer": names.treasurer_cash_key(city.AGENCY), "rkud": names.RKUD,
            "held": names.suspense_key(city.AGENCY), "refund": names.refund_key(city.AGENCY), **npwrd,
        }  # fmt: skip
        found = ledger.balances([str(key) for key in keys.values()])
        wanted: dict[Any, int] = {
            **self.model.cash, "held": sum(self.model.held.values()), "refund": self.model.refund,
            **{payer: self.model.advance.get(payer, 0) for payer in npwrd},
        }  # fmt: skip
        assert {name: found.get(key, 0) for name, key in keys.items()} == wanted
        assert sum(self.model.cash.values()) == self.model.taken

    @invariant()
    def every_bill_agrees(self) -> None:
        for stall, dues in open_dues(self.stalls).items():
            wanted = {key: bill.owed for key, bill in self.model.bills.items() if bill.stall == stall and bill.owed}
            assert {due.assessment_id: due.owed for due in dues} == wanted

    @invariant()
    def documents_and_ledger_agree(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        assert check() == ()
        assert ledger.check() == ()


def _run(examples: int, steps: int) -> None:
    city.city()
    limits = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=SLOW_CHECKS,
        phases=PHASES,
    )  # fmt: skip
    run_state_machine_as_test(Market, settings=limits)


@pytest.mark.django_db
def test_a_few_days_at_the_market() -> None:
    _run(6, 20)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.django_db
def test_many_days_at_the_market() -> None:
    _run(60, 40)
