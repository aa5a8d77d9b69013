"""The one door: what is accepted means something at once, the same again means nothing more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rojak.builders import AT
from tests.rojak.items.builders import at_segment, hash_of, moment, post, send, states
from tidar.common.ids import uuid7
from tidar.hub.models import Event
from tidar.rojak.models import Activity, Attendance, Check, Evidence, Finding, Leg, PatrolItem, Round, Sos, TrackPart

pytestmark = pytest.mark.django_db


def test_a_whole_round_becomes_what_it_says() -> None:
    made = post()
    round_id, members = uuid7(), [member.pk for member in made.city.members]
    phone, inside = made.phone, {"round": round_id}
    items = [
        phone.item(
            "round_start",
            {"leader": members[0], "present": members[:2]},
            id=round_id,
            at=moment(AT - timedelta(hours=1)),
        ),
        phone.item("check", {"position": at_segment(made), "checkpoint": made.checkpoint.code, "how": "qr"}, **inside),
        phone.item("track", **inside),
        phone.item("finding", {"position": at_segment(made), "note": "Tumpukan sampah"}, **inside),
        phone.item("activity", **inside),
        phone.item("sos", {"position": at_segment(made)}, **inside),
        phone.item("leg", {"leader": members[2]}, **inside),
        phone.item("round_end", **inside),
    ]
    answers = send(phone, *items)
    assert states(answers) == ["diterima"] * 8
    assert [answer.receipt for answer in answers] == [f"RJ-{row.pk:06d}" for row in PatrolItem.objects.order_by("pk")]
    patrol = Round.objects.get(pk=round_id)
    assert (patrol.ended_at, patrol.distance_metres, patrol.manner) == (AT, 11, "hp")
    assert Check.objects.get(round=patrol).is_certain
    assert Finding.objects.get(round=patrol).note == "Tumpukan sampah"
    assert Attendance.objects.filter(round=patrol).count() == 3
    assert [model.objects.count() for model in (Leg, TrackPart, Activity, Sos)] == [2, 1, 1, 1]
    assert Evidence.objects.get().content_hash == hash_of(items[3])
    kinds = sorted(Event.objects.filter(kind__startswith="patrol.").values_list("kind", flat=True))
    assert kinds == [
        "patrol.activity", "patrol.checked", "patrol.found", "patrol.round_ended", "patrol.round_started", "patrol.sos",
    ]  # fmt: skip


def test_a_call_for_help_tells_of_the_post_never_of_where_exactly() -> None:
    made = post()
    send(made.phone, made.phone.item("sos", {"position": at_segment(made, 1)}))
    event, call, here = Event.objects.get(kind="patrol.sos"), Sos.objects.get(), made.city.post
    assert (event.lon, event.lat) == (here.lon, here.lat) != (call.lon, call.lat)
    assert set(event.data) == {"round", "post", "program", "manner", "sos"}


def test_the_same_again_is_answered_the_same_and_means_nothing_more() -> None:
    made = post()
    items = [made.phone.item("finding"), made.phone.item("check")]
    first = send(made.phone, *items)
    assert send(made.phone, *items, items[0]) == (*first, first[0])
    assert (PatrolItem.objects.count(), Finding.objects.count(), Check.objects.count()) == (2, 1, 1)
    assert Event.objects.filter(kind="patrol.found").count() == 1
