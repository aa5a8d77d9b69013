"""Five phones without signal for three days: 200 captures, one finding changed on two, a line that loses answers.

None lost, none doubled, the conflict listed with both versions, and the city's count of each phone is the phone's own.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.rojak.builders import AT
from tests.rojak.items import builders
from tests.rojak.items.builders import Made, Phone, hash_of, moment, person, revised, send
from tidar.common.ids import uuid7
from tidar.rojak.actions.items import SignedItem
from tidar.rojak.models import Check, Finding, PatrolItem
from tidar.rojak.queries.evidence import check_evidence

pytestmark = pytest.mark.django_db
PHONES, CAPTURES, DAYS = 5, 200, 3


def _offline(phone: Phone, luck: random.Random, count: int) -> list[SignedItem]:
    """Rounds of three days on one phone: each begins, sees places, ends; nothing of it is sent yet."""
    made: list[SignedItem] = []
    for day in range(DAYS):
        round_id, start = uuid7(), AT - timedelta(days=DAYS - day, minutes=luck.randrange(60))
        made.append(phone.item("round_start", id=round_id, at=moment(start)))
        for n in range(count // DAYS + (day < count % DAYS) - 2):
            at = moment(start + timedelta(minutes=2 * n + 1))
            kind, data = luck.choice(("check", "check", "finding")), {"segment": f"L{luck.randrange(1, 6)}"}
            made.append(phone.item(kind, data, at=at, round=round_id))
        made.append(phone.item("round_end", at=moment(start + timedelta(hours=2)), round=round_id))
    return made


def _reconnect(phone: Phone, waiting: list[SignedItem], luck: random.Random) -> None:
    """In any order, some twice; a third of the answers is lost, and what has no answer is sent again."""
    left = luck.sample(waiting, len(waiting))
    while left:
        batch = left[: luck.randrange(1, 30)]
        send(phone, *batch, *luck.sample(batch, len(batch) // 4), at=AT)
        if luck.random() > 1 / 3:
            left = left[len(batch) :]


def _captured(made: Made, luck: random.Random) -> tuple[list[Phone], dict[Any, list[SignedItem]], list[SignedItem]]:
    phones = [made.phone, made.other, *(Phone(person(), made.code).register() for _n in range(PHONES - 2))]
    shared = made.phone.item("finding", {"note": "lubang di tikungan"}, at=moment(AT - timedelta(days=4)))
    send(made.phone, shared, at=AT - timedelta(days=4))
    captured = {phone.id: _offline(phone, luck, CAPTURES // PHONES) for phone in phones}
    edits = [revised(phone, shared, {"note": f"sudah ditutup, kata {n}"}) for n, phone in enumerate(phones[1:3])]
    for phone, edit in zip(phones[1:3], edits, strict=True):
        captured[phone.id].append(edit)
    return phones, captured, [shared, *edits]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_lost_nothing_doubled_and_the_conflict_is_listed(seed: int) -> None:
    luck, made = random.Random(seed), builders.post()
    phones, captured, (shared, *edits) = _captured(made, luck)
    for phone in luck.sample(phones, len(phones)):
        _reconnect(phone, captured[phone.id], luck)
    sent = [item for items in captured.values() for item in items]
    assert len(sent) == CAPTURES + len(edits)
    kept = Counter(PatrolItem.objects.values_list("content_hash", flat=True))
    assert kept == Counter([hash_of(shared), *map(hash_of, sent)])
    assert Counter(PatrolItem.objects.values_list("state", flat=True)) == {
        "diterima": CAPTURES + 1, "diganti": 1, "bentrok": 1,
    }  # fmt: skip
    kinds = Counter(PatrolItem.objects.filter(state="diterima").values_list("kind", flat=True))
    assert (Check.objects.count(), Finding.objects.count()) == (kinds["check"], kinds["finding"])
    assert {hash_of(edit) for edit in edits} == set(
        PatrolItem.objects.filter(revision=2, state__in=("diterima", "bentrok")).values_list("content_hash", flat=True)
    )
    assert check_evidence(at=AT) == ()


@pytest.mark.parametrize("seed", [1, 2])
def test_each_phone_and_the_city_count_the_same(seed: int) -> None:
    luck, made = random.Random(seed), builders.post()
    phones, captured, [shared, *_edits] = _captured(made, luck)
    for phone in phones:
        _reconnect(phone, captured[phone.id], luck)
    for phone in phones:
        own = {hash_of(item) for item in captured[phone.id]} | ({hash_of(shared)} if phone is made.phone else set())
        held = set(PatrolItem.objects.filter(device=phone.id).values_list("content_hash", flat=True))
        assert held == own
