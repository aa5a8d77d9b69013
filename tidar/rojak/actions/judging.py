"""Whether an item may be applied as it is: everything that it names is in the registers, and it can be true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tidar.common.actor import Actor
from tidar.formulir import api as formulir
from tidar.places import api as places
from tidar.rojak.models import Device, PatrolItem, Post
from tidar.rojak.queries.items import Known, activity_titles, people_of
from tidar.rojak.rules import doubts as rules
from tidar.rojak.rules.doubts import Doubt
from tidar.rojak.rules.items import NEEDS_ROUND, Item

PERMISSION: Mapping[str, str] = {
    PatrolItem.Manner.PHONE: "patrol.walk",
    PatrolItem.Manner.ODK: "patrol.walk",
    PatrolItem.Manner.PAPER: "patrol.coordinate",
}


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose act the items are: the phone's own person, whoever brought them here."""

    person: Actor
    device: Device | None
    manner: str
    by: Actor  # who is signed in
    at: datetime

    @property
    def device_id(self) -> str:
        """The phone's id as text, "" without one."""
        return str(self.device.pk) if self.device else ""


def doubts_about(item: Item, known: Known, sender: Sender, *, received_at: datetime) -> list[Doubt]:
    """Every reason to hold an item; none: it is applied."""
    if not item.is_known:
        return [rules.unknown("Jenis catatan", item.kind)]
    post = known.posts.get(item.post)
    if post is None:
        return [rules.unknown("Pos", item.post)]
    found = [
        *_about_sender(post, sender),
        *rules.time_doubts(item, at=received_at),
        *rules.place_doubts(item, bounds=places.region().bounds),
        *_about_round(item, post, known),
        *_about_people(item, post, known),
    ]
    judge = JUDGES.get(item.kind)
    return [*found, *judge(item, post, known)] if judge else found


def _about_sender(post: Post, sender: Sender) -> list[Doubt]:
    found = []
    if not sender.person.is_known:
        found.append(rules.GONE)
    elif not sender.person.may(PERMISSION[sender.manner], area=post.area_code):
        found.append(rules.FOREIGN_POST)
    if sender.device is not None and sender.device.revoked_at is not None:
        found.append(rules.REVOKED)
    return found


def _about_round(item: Item, post: Post, known: Known) -> list[Doubt]:
    if item.kind == "round_start":
        return []
    if item.round is None:
        return [rules.NO_ROUND] if item.kind in NEEDS_ROUND else []
    patrol = known.rounds.get(item.round)
    if patrol is None:
        return [rules.UNKNOWN_ROUND]
    return [] if patrol.post_id == post.pk else [rules.FOREIGN_ROUND]


def _about_people(item: Item, post: Post, known: Known) -> list[Doubt]:
    named = people_of(item)
    if not named or all(known.members.get(one) == post.pk for one in named):
        return []
    leads = item.kind == "leg" or item.data.get("leader") is not None
    return [rules.STRANGE_LEADER if leads and known.members.get(named[0]) != post.pk else rules.STRANGE_MEMBER]


def _start(item: Item, post: Post, known: Known) -> list[Doubt]:
    turn = item.data["planned"]
    if turn is None or (turn in known.turns and known.turns[turn].post_id == post.pk):
        return []
    return [rules.STRANGE_TURN]


def _end(item: Item, post: Post, known: Known) -> list[Doubt]:
    patrol = known.rounds.get(item.round) if item.round else None
    return [rules.ENDS_EARLY] if patrol is not None and item.at < patrol.started_at else []


def _check(item: Item, post: Post, known: Known) -> list[Doubt]:
    if known.segment(item) is None:
        return [rules.unknown(_word(post, "segment"), item.data["segment"])]
    if item.data["checkpoint"] and known.checkpoint(item) is None:
        return [rules.unknown(_word(post, "checkpoint"), item.data["checkpoint"], is_final=False)]
    return []


def _finding(item: Item, post: Post, known: Known) -> list[Doubt]:
    found = _segment(item, post, known)
    if known.kind(item) is None:
        found.append(rules.unknown("Jenis temuan", item.data["kind"]))
    if item.data["form"]:
        found += _form(item)
    return found


def _form(item: Item) -> list[Doubt]:
    key, version = item.data["form"], item.data["version"]
    if formulir.version(key, version) is None:
        return [rules.unknown("Versi formulir", f"{key} {version}")]
    answers, day = item.data["answers"], item.at.date()
    problems = formulir.check_answers(key=key, version=version, answers=answers, today=day, photos=item.photos).problems
    return [rules.form_problems(problems)] if problems else []


def _activity(item: Item, post: Post, known: Known) -> list[Doubt]:
    found = _segment(item, post, known)
    if item.data["kind"] not in activity_titles(post.program.settings):
        found.append(rules.unknown("Jenis kegiatan", item.data["kind"]))
    return found


def _segment(item: Item, post: Post, known: Known) -> list[Doubt]:
    code = item.data["segment"]
    if not code or known.segment(item) is not None:
        return []
    return [rules.unknown(_word(post, "segment"), code, is_final=False)]


def _word(post: Post, key: str) -> str:
    """What the program's people call it."""
    return str(post.program.words.get(key, key)).capitalize()


JUDGES: Mapping[str, Callable[[Item, Post, Known], list[Doubt]]] = {
    "round_start": _start,
    "round_end": _end,
    "check": _check,
    "finding": _finding,
    "activity": _activity,
}
