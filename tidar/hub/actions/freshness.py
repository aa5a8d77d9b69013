"""Telling owners: a feed that misses its rhythm turns amber, then red, and its owner hears of it once per occasion."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.formats import age_text
from tidar.hub.actions.spine import record_event
from tidar.hub.models import Feed
from tidar.hub.queries.freshness import feeds_with_moments, state_of
from tidar.hub.rules.freshness import FeedState, transition
from tidar.hub.rules.spine import EventFields, SourceRef
from tidar.people import api as people

SEVERITIES = {"fresh": 0, "late": 1, "stale": 2}


def tell_owners(*, by: Actor, at: datetime) -> tuple[str, ...]:
    """Compare every feed with what its owner was last told; returns the events recorded, as "code:state".

    Each transition is one transaction: the mark moves by a conditional update, so of two workers one tells. A feed that
    has never delivered is told of once, when its first delivery is overdue.
    """
    told = []
    for feed in feeds_with_moments().order_by("code"):
        state = state_of(feed, at=at)
        news = transition(feed.told_state, state.state)
        if state.state != feed.told_state and _told(feed, state, news, by=by, at=at) and news:
            told.append(f"{feed.code}:{news}")
        if state.state == "waiting" and state.due_at is not None and at > state.due_at:
            _notify(state, "waiting", at=at)
    return tuple(told)


@transaction.atomic
def _told(feed: Feed, state: FeedState, news: str, *, by: Actor, at: datetime) -> bool:
    moved = Feed.objects.filter(pk=feed.pk, told_state=feed.told_state).update(told_state=state.state)
    if not moved or not news:
        return bool(moved)
    sentence = sentence_of(state, news)
    entry = record(
        f"feed.{news}",
        by=by,
        at=at,
        subject=("feed", feed.code),
        before={"state": feed.told_state},
        after={"state": state.state, "last_at": state.last_at, "sentence": sentence},
    )
    data = {
        "feed": feed.code,
        "agency": feed.agency_code,
        "lake_table": feed.lake_table,
        "state": state.state,
        "age_seconds": state.age_seconds,
    }
    record_event(
        kind=f"feed.{news}",
        happened_at=at,
        at=at,
        source=SourceRef("action", str(entry.pk)),
        fields=EventFields(subject=sentence, severity=SEVERITIES[news], data=data, permission="hub.see"),
    )
    if news != "fresh":
        _notify(state, news, at=at)
    return True


def _notify(state: FeedState, news: str, *, at: datetime) -> None:
    occasion = state.last_at.isoformat() if state.last_at else "first"
    people.notify(
        agency=state.agency_code,
        permission="hub.deliver",
        sentence=sentence_of(state, news),
        url=f"/hub/umpan/{state.code}/",
        about=f"feed.{news}:{state.code}:{occasion}",
        at=at,
    )


def sentence_of(state: FeedState, news: str) -> str:
    """What the owner reads."""
    words = {"title": state.title, "age": age_text(state.age_seconds or 0)}
    if news == "late":
        return _("%(title)s terlambat: data terakhir berumur %(age)s. Mohon kirim data terbaru.") % words
    if news == "stale":
        return _("%(title)s basi: data terakhir berumur %(age)s, angka yang memakainya ditandai basi.") % words
    if news == "waiting":
        return _("%(title)s belum pernah menerima data, padahal kiriman pertama sudah lewat waktunya.") % words
    return _("%(title)s kembali segar.") % words
