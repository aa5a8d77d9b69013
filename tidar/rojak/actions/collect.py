"""Findings that ODK Collect sends with a program's form "<program>-temuan": an item like any other, without a phone.

The form answers `jenis` (kind), `parah` (severity), `ruas` (code of the segment, may be empty), `posisi` ("lat lon
altitude accuracy") and `catatan`; its photographs are those of the submission.
"""

from __future__ import annotations

import math
from datetime import datetime

from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.formulir import api as formulir
from tidar.places import api as places
from tidar.rojak.actions.items import SignedItem, receive
from tidar.rojak.models import PatrolItem, Post
from tidar.rojak.queries.posts import running
from tidar.rojak.queries.reach import posts_for
from tidar.rojak.rules.items import MAX_ACCURACY_METRES, MAX_NOTE, MAX_PHOTOS, body_of

ENDING = "-temuan"


class UnableToTakeOver(UnableTo):
    """No post can take this finding over; the submission waits with the sentence."""


def take_over(submission: formulir.Received, *, by: Actor, at: datetime) -> None:
    """Make a finding of a submission, in the transaction that hands it over; what is doubted waits at the patrol.

    Raises `UnableToTakeOver` when its sender patrols nowhere, or when it was refused outright.
    """
    if not submission.key.endswith(ENDING):
        return
    moment = submission.happened_at.astimezone(places.region().zone)
    post = _post(submission, by, at=at)
    body = body_of(
        id=submission.id, kind="finding", at=moment.isoformat(timespec="seconds"), post=post.code,
        data=_data(submission),
    )  # fmt: skip
    (answer,) = receive(device_id=None, items=[SignedItem(body)], by=by, at=at, manner=PatrolItem.Manner.ODK)
    if answer.state == PatrolItem.State.REFUSED:
        raise UnableToTakeOver(answer.sentence)


def _post(submission: formulir.Received, by: Actor, *, at: datetime) -> Post:
    """Where its sender patrols; of several posts the one that has the segment."""
    today = at.astimezone(places.region().zone).date()
    program = submission.key.removesuffix(ENDING)
    posts = list(Post.objects.filter(posts_for(by, "patrol.walk"), running(today), program=program))
    if not posts:
        raise UnableToTakeOver(_("Pengirimnya tidak meronda di pos mana pun dari program ini."))
    code = _text(submission, "ruas")
    if code and len(posts) > 1:
        having = set(Post.objects.filter(segments__code=code).values_list("pk", flat=True))
        posts.sort(key=lambda post: (post.pk not in having, post.title, post.pk))
    return posts[0]


def _text(submission: formulir.Received, name: str) -> str:
    found = submission.answers.get(name)
    return found if isinstance(found, str) else str(found) if isinstance(found, int) else ""


def _data(submission: formulir.Received) -> dict[str, object]:
    severity = _text(submission, "parah")
    return {
        "kind": _text(submission, "jenis"),
        "segment": _text(submission, "ruas"),
        "position": _position(_text(submission, "posisi")),
        "severity": int(severity) if severity.isdecimal() and len(severity) < 3 else 2,
        "form": "",
        "version": "",
        "answers": {},
        "photos": list(submission.photos.values())[:MAX_PHOTOS],
        "note": _text(submission, "catatan")[:MAX_NOTE],
    }


def _position(text: str) -> dict[str, int] | None:
    """ODK's "lat lon altitude accuracy"; without an accuracy it is as bad as can be. None where it is no position."""
    try:
        numbers = [float(part) for part in text.split()]
        accuracy = min(MAX_ACCURACY_METRES, math.ceil(numbers[3])) if len(numbers) > 3 else MAX_ACCURACY_METRES
        lon, lat = round(numbers[1] * 1e6), round(numbers[0] * 1e6)
    except (ValueError, OverflowError, IndexError):
        return None
    return {"lon_e6": lon, "lat_e6": lat, "accuracy_m": max(0, accuracy)}
