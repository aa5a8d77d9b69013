"""Versions of one item: the next one counts, another one is a listed conflict, nothing is overwritten silently."""

from __future__ import annotations

import pytest

from tests.rojak.builders import AT, OTHER_RW
from tests.rojak.items.builders import actor, hash_of, person, post, revised, send, states
from tidar.common.errors import UnableToAllow
from tidar.common.models import AuditEntry
from tidar.hub.models import Event
from tidar.rojak.actions.settling import UnableToSettle, keep_accepted, take_other
from tidar.rojak.models import Activity, Evidence, Finding, PatrolItem

pytestmark = pytest.mark.django_db


def kept() -> list[tuple[int, str]]:
    """(revision, state) of every version, in the order of arrival."""
    return list(PatrolItem.objects.order_by("id").values_list("revision", "state"))


def test_the_next_version_names_the_one_before_and_counts() -> None:
    made = post()
    first = made.phone.item("finding", {"note": "dua karung"})
    second = revised(made.phone, first, {"note": "tiga karung", "severity": 3})
    assert states(send(made.phone, first)) == ["diterima"]
    assert states(send(made.phone, second)) == ["diterima"]
    assert states(send(made.phone, first)) == ["diganti"]
    assert (Finding.objects.get().note, Finding.objects.get().severity) == ("tiga karung", 3)
    assert list(Evidence.objects.values_list("kind", "content_hash")) == [
        ("temuan", hash_of(first)), ("perbaikan", hash_of(second)),
    ]  # fmt: skip
    kinds = ["patrol.found", "patrol.finding_changed"]
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == kinds


def test_several_versions_in_one_batch_are_one_chain() -> None:
    made = post()
    first = made.phone.item("finding", {"note": "satu"})
    second = revised(made.phone, first, {"note": "dua"})
    third = revised(made.phone, second, {"note": "tiga"})
    answers = send(made.phone, first, second, third)
    assert states(answers) == ["diganti", "diganti", "diterima"]
    assert Finding.objects.get().note == "tiga"
    assert Evidence.objects.count() == 3


def test_versions_out_of_order_do_not_overwrite() -> None:
    made = post()
    first = made.phone.item("finding", {"note": "satu"})
    second = revised(made.phone, first, {"note": "dua"})
    assert states(send(made.phone, second)) == ["diterima"]  # nothing here yet that it could overwrite
    assert states(send(made.phone, first)) == ["bentrok"]
    assert Finding.objects.get().note == "dua"


def test_the_same_item_edited_on_two_phones_is_a_conflict_that_the_head_decides() -> None:
    made = post()
    first = made.phone.item("finding", {"note": "asli"})
    mine, theirs = revised(made.phone, first, {"note": "saya"}), revised(made.other, first, {"note": "dia"})
    send(made.phone, first, mine)
    assert states(send(made.other, theirs)) == ["bentrok"]
    assert (Finding.objects.get().note, kept()) == ("saya", [(1, "diganti"), (2, "diterima"), (2, "bentrok")])
    number = PatrolItem.objects.get(state="bentrok").pk
    with pytest.raises(UnableToAllow):
        take_other(number=number, reason="lebih baru", by=actor(person("rw_head", area=OTHER_RW)), at=AT)
    take_other(number=number, reason="lebih baru", by=actor(made.head), at=AT)
    assert (Finding.objects.get().note, kept()) == ("dia", [(1, "diganti"), (2, "diganti"), (2, "diterima")])
    assert send(made.other, theirs)[0].sentence == "lebih baru"
    assert AuditEntry.objects.get(action="patrol.item.settle").after == {"state": "diterima"}
    with pytest.raises(UnableToSettle, match="sudah diputuskan"):
        keep_accepted(number=number, reason="x", by=actor(made.head), at=AT)


def test_keeping_the_accepted_version_refuses_the_other() -> None:
    made = post()
    first = made.phone.item("activity", {"participants": 5})
    send(made.phone, first)
    send(made.other, revised(made.other, first, {"participants": 8}, base=made.phone.item("activity")))
    conflict = PatrolItem.objects.get(state="bentrok")
    with pytest.raises(UnableToSettle, match="alasan"):
        keep_accepted(number=conflict.pk, reason="  ", by=actor(made.head), at=AT)
    keep_accepted(number=conflict.pk, reason="dihitung dua kali", by=actor(made.head), at=AT)
    assert kept() == [(1, "diterima"), (2, "ditolak")]
    assert Activity.objects.get().participants_count == 5


def test_what_cannot_be_revised_is_a_conflict_and_stays_as_it_is() -> None:
    made = post()
    first = made.phone.item("check")
    assert states(send(made.phone, first, revised(made.phone, first, {"how": "qr"}))) == ["diterima", "bentrok"]
    conflict = PatrolItem.objects.get(state="bentrok")
    with pytest.raises(UnableToSettle, match="tidak dapat diganti"):
        take_other(number=conflict.pk, reason="x", by=actor(made.head), at=AT)
    conflict.refresh_from_db()
    assert (conflict.state, conflict.settled_at) == ("bentrok", None)
