"""Whatever becomes of a phone's stream on its way, the money booked is the money signed, once, and gaps are exact.

Hypothesis cuts a day of one phone into batches, drops, doubles and mixes its records, forks some and takes some back;
beside it stands a model that knows only sets and sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.retribusi.devices.builders import Collector, collector, posted, sale, send, suspense
from tests.retribusi.paying.builders import occupancy, skrd
from tidar.retribusi.models import Case, DeviceRecord, Payment
from tidar.retribusi.queries.checking import check as broken
from tidar.retribusi.rules.devices import missing

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # each try is a day in the database
STEPS = st.lists(
    st.tuples(st.sampled_from(["sale", "sale", "sale", "unknown", "void", "fork"]), st.integers(1, 9_999)),
    min_size=1, max_size=8,
)  # fmt: skip


@dataclass
class Day:
    """What a phone signed: each record with its number and its money; forks, and which receipts were taken back."""

    who: Collector
    records: list[dict[str, str]] = field(default_factory=list)
    counters: list[int] = field(default_factory=list)
    amounts: list[int] = field(default_factory=list)
    voids: dict[int, int] = field(default_factory=dict)  # counter of a correction → of the receipt it takes back
    forked: set[int] = field(default_factory=set)

    def keep(self, record: dict[str, str], amount: int) -> None:
        self.records.append(record)
        self.counters.append(self.who.phone.counter)
        self.amounts.append(amount)


def signed_day(who: Collector, holder, steps: Sequence[tuple[str, int]]) -> Day:
    day, phone = Day(who), who.phone
    for kind, amount in steps:
        if kind == "void" and phone.counter and phone.counter not in day.voids:
            target = phone.counter
            day.keep(phone.sign("void", voids=target, reason="salah"), 0)
            day.voids[phone.counter] = target
            continue
        more = {"stall": "TAKDIKENAL"} if kind == "unknown" else {}
        day.keep(sale(who, holder, amount, **more), amount)
        if kind == "fork":
            day.forked.add(phone.counter)
            other = phone.record() | {"counter": phone.counter - 1, "amount": amount + 1, "occupancy": holder.pk}
            phone.counter -= 1
            day.keep(phone.signed(other | {"receipt": f"{phone.code}-{phone.counter:06d}"}), amount + 1)
    return day


@st.composite
def journeys(draw, count: int) -> list[list[int]]:
    """Batches of record numbers: any order, some twice, some never."""
    sent = draw(st.lists(st.integers(0, count - 1), min_size=0, max_size=2 * count))
    batches: list[list[int]] = [[]]
    for index in sent:
        if draw(st.booleans()):
            batches.append([])
        batches[-1].append(index)
    return batches


def check(day: Day, arrived: set[int], answer) -> None:
    """The books against the model."""
    kept = DeviceRecord.objects.filter(device=day.who.device)
    signed = sum(day.amounts[index] for index in arrived)
    taken_back = sum(-p.amount_rupiah for p in Payment.objects.filter(reverses__isnull=False))
    assert day.who.bag == posted() == signed - taken_back
    assert kept.count() == len(arrived)
    money = {index for index in arrived if day.amounts[index]}
    assert Payment.objects.filter(reverses=None).count() == len(money)
    assert len({p.receipt_number for p in Payment.objects.all()}) == Payment.objects.count()
    here = {day.counters[index] for index in arrived}
    of = max([*here, day.who.phone.counter])
    assert (answer.held, answer.of, answer.missing) == (len(here), of, missing(sorted(here), of=of))
    assert suspense() == sum(case.held_rupiah for case in Case.objects.filter(settled_at=None))


def all_at_last(day: Day) -> None:
    """Once everything is here: only receipts that nothing is doubtful about were taken back, each once."""
    gone = set(Payment.objects.filter(reverses__isnull=False).values_list("reverses__receipt_number", flat=True))
    names = {f"{day.who.phone.code}-{target:06d}" for target in day.voids.values()}
    assert gone <= names
    assert DeviceRecord.objects.filter(state="dibukukan", kind="void").count() + DeviceRecord.objects.filter(
        state="selesai", kind="void"
    ).count() == len(gone)


@given(data=st.data(), steps=STEPS)
@settings(max_examples=25, deadline=None, phases=NO_SHRINKING, suppress_health_check=list(HealthCheck))
def test_money_booked_is_money_signed_whatever_happens_on_the_way(db, data, steps) -> None:
    with transaction.atomic():
        who, holder = collector(), occupancy()
        skrd(holder, [3_000, 3_000])
        day = signed_day(who, holder, steps)
        arrived: set[int] = set()
        for turn, batch in enumerate(data.draw(journeys(len(day.records)))):
            arrived |= set(batch)
            answer = send(who, *[day.records[index] for index in batch])
            assert [one.counter for one in answer.results] == [day.counters[index] for index in batch], turn
            check(day, arrived, answer)
        answer = send(who, *day.records)
        check(day, set(range(len(day.records))), answer)
        all_at_last(day)
        assert send(who, *day.records) == answer
        assert broken() == ()
        transaction.set_rollback(True)


@given(order=st.permutations(range(6)))
@settings(max_examples=10, deadline=None, phases=NO_SHRINKING, suppress_health_check=list(HealthCheck))
def test_an_honest_phone_is_booked_in_full_in_any_order(db, order) -> None:
    """No doubt is raised by order alone: all six are booked to the trader, and the one taken back is taken back."""
    with transaction.atomic():
        who, holder = collector(), occupancy()
        records = [sale(who, holder, 1_000 * n) for n in (1, 2, 3, 4)]
        records += [who.phone.sign("void", voids=4, reason="salah"), sale(who, holder, 5_000)]
        for index in order:
            send(who, records[index])
        answer = send(who, *records)
        assert {one.state for one in answer.results} == {"dibukukan"}
        assert (who.bag, suspense(), Case.objects.count(), answer.missing) == (11_000, 0, 0, ())
        transaction.set_rollback(True)
