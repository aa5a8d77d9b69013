"""Weeks of one post's rounds inside a test's database, and one of everything of patrols and forms that has a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.formulir import builders as forms
from tidar.cli import patrol
from tidar.common import clock
from tidar.common.actor import Actor, system
from tidar.common.ids import uuid7
from tidar.formulir import api as formulir
from tidar.formulir.actions.keys import make_key
from tidar.formulir.actions.submitting import Given
from tidar.formulir.models import ClientKey
from tidar.people import api as people
from tidar.rojak import api as rojak
from tidar.rojak.actions.empty_houses import NewNotice, ask
from tidar.rojak.actions.follow_up import show_mended
from tidar.rojak.actions.gaps import ask_for_check
from tidar.rojak.models import Device, EmptyHouse, Finding, PatrolItem, Post, Round, Segment, Sos

BY = system("uji")
POST = "kemirirejo-04"
RW = "33.71.03.1001.04"
PHOTO = "7" * 64


@dataclass(frozen=True, slots=True)
class SamplePatrol:
    """Arguments of every address of patrols, by their names in the URLconf; `forms`: of forms and ODK."""

    patrol: dict[str, Any]
    forms: dict[str, Any]


def load() -> SamplePatrol:
    """Needs the sample city with its posts: rounds, a photographed finding, a task, a held item, an answer, a key."""
    now = clock.now()
    head = people.actor_named("contoh-ketua-rw", at=now)
    if patrol.load_patrol_days(posts=(POST,)) == 0:
        raise AssertionError("no round was made: has the region adopted a patrol program?")
    post = Post.objects.get(code=POST)
    segment = Segment.objects.filter(post=post).order_by("-order")[0]
    finding = Finding.objects.filter(post=post).order_by("-happened_at")[0]
    shown = show_mended(finding_id=finding.pk, data=forms.jpeg(), by=head, at=now)
    task = ask_for_check(segment_id=segment.pk, member_id=None, by=head, at=now)
    notice = _empty_house(segment, head)
    arguments = {
        "code": POST, "segment": segment.code, "segment_id": segment.pk, "task_id": task.pk, "notice_id": notice.pk,
        "member_id": post.members.order_by("pk")[0].pk, "rule_id": post.roster.order_by("pk")[0].pk,
        "device_id": Device.objects.order_by("code")[0].pk, "finding_id": finding.pk, "sha256": shown.reference,
        "round_id": Round.objects.filter(post=post).order_by("-started_at")[0].pk, "area": RW, "month": f"{now:%Y-%m}",
        "public_code": segment.public_code, "sos_id": _call(post).pk, "number": _held(now).pk,
    }  # fmt: skip
    return SamplePatrol(arguments, _forms())


def _call(post: Post) -> Sos:
    """A call for help that nobody has in hand."""
    now = clock.now()
    return Sos.objects.create(id=uuid7(), post=post, happened_at=now, received_at=now, note="ban bocor")


def _empty_house(segment: Segment, head: Actor) -> EmptyHouse:
    now = clock.now()
    notice = NewNotice(
        segment_id=segment.pk, label="No. 7", contact="0899-700-0001",
        from_at=now + timedelta(minutes=1), until_at=now + timedelta(days=2), consents=True,
    )  # fmt: skip
    return ask(notice=notice, by=head, at=now)


def _held(now: Any) -> PatrolItem:
    """A check of something that nobody knows, from paper: held, with a page on which somebody decides."""
    body = rojak.body_of(
        id=uuid7(), kind="check", at=now.isoformat(timespec="seconds"), post=POST,
        data={"segment": "L-tidak-ada", "checkpoint": "", "how": "kertas", "position": None},
    )  # fmt: skip
    [answer] = rojak.receive(device_id=None, items=[rojak.SignedItem(body)], by=BY, at=now, manner="kertas")
    return PatrolItem.objects.get(item_id=answer.id, state="ditahan")


def _forms() -> dict[str, Any]:
    now = clock.now()
    form = formulir.published("sampah")
    assert form is not None
    answers = {"jenis": ["kebun"], "ukuran": "kantong", "menghalangi": "tidak"}
    given = Given(client="layar", happened_at=now, photos={"foto": PHOTO})
    answer = formulir.submit(id=uuid7(), form=("sampah", form.version), answers=answers, given=given, by=BY, at=now)
    key = make_key(name="HP uji", area_code=RW, by=people.actor_named("contoh-ronda", at=now), at=now)
    return {
        "key": "sampah", "form_key": "sampah", "number": form.number, "answer_id": answer.id,
        "key_id": ClientKey.objects.get().pk, "odk_key": key,
    }  # fmt: skip
