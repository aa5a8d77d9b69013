"""Machines that send: who a token is, how often it may send, and what becomes of what it sends."""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tidar.common.actor import Actor, Grant
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.hub.actions.processing import INLINE_BYTES
from tidar.hub.actions.receiving import receive_delivery
from tidar.hub.actions.repeating import settle, went_back
from tidar.hub.models import Delivery, Feed, FeedToken

PER_MINUTE = 60
KEY_LENGTH = 120
STRANDED_AFTER = timedelta(minutes=5)


class UnableToIdentify(UnableTo):
    """No valid token came with the request (HTTP 401)."""

    status = 401


class UnableToHurry(UnableTo):
    """The token sends more often than it may (HTTP 429); `retry_after` in seconds."""

    status = 429

    def __init__(self, sentence: str, *, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class UnableToPush(UnableTo):
    """The request is not one that can be taken."""

    status = 400


@dataclass(frozen=True, slots=True)
class Push:
    """What a machine sends: a stream, what it calls it, and its own key for it."""

    file: BinaryIO
    file_name: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of it; `new` False: it had come before."""

    delivery: Delivery
    new: bool


def token_named(secret: str, *, at: datetime) -> FeedToken:
    """The token that `secret` is, if valid at `at`; raises `UnableToIdentify`, not saying what is wrong with it."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    valid = Q(revoked_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=at))
    token = FeedToken.objects.select_related("feed").filter(valid, token_sha256=digest).first() if secret else None
    if token is None:
        raise UnableToIdentify(_("Token tidak dikenal, sudah dicabut, atau sudah berakhir."))
    return token


def actor_of_token(token: FeedToken) -> Actor:
    """The machine as an actor: it may deliver for the agency of its feed and do nothing else."""
    grants = frozenset({Grant("hub.deliver", agency=token.feed.agency_code)})
    return Actor(kind="feed", id=f"feed:{token.pk}", name=f"{token.feed.title} ({token.label})", grants=grants)


def take_turn(token: FeedToken, *, at: datetime) -> None:
    """Count one request of this minute; raises `UnableToHurry` beyond `PER_MINUTE`. Exact over processes."""
    minute = at.replace(second=0, microsecond=0)
    same = FeedToken.objects.filter(pk=token.pk, used_minute=minute)
    if same.filter(used_count__lt=PER_MINUTE).update(used_count=F("used_count") + 1):
        return
    fresh = FeedToken.objects.filter(pk=token.pk).filter(Q(used_minute__isnull=True) | ~Q(used_minute=minute))
    if fresh.update(used_minute=minute, used_count=1):
        return
    if same.filter(used_count__lt=PER_MINUTE).update(used_count=F("used_count") + 1):
        return  # another request opened the minute between our two statements
    sentence = _("Token ini mengirim lebih dari %d kali dalam semenit; tunggu sebentar.") % PER_MINUTE
    raise UnableToHurry(sentence, retry_after=60 - at.second)


def feed_of_push(token: FeedToken, code: str) -> Feed:
    """The feed at this address, when the token is for it: unknown 404, another feed 403."""
    if token.feed.code == code:
        return token.feed
    if not Feed.objects.filter(code=code).exists():
        raise UnableToFind(_("Umpan '%s' tidak ada.") % code[:60])
    raise UnableToAllow(_("Token ini untuk umpan '%s', bukan umpan ini.") % token.feed.code)


def push_delivery(*, feed_code: str, push: Push, by: Actor, at: datetime) -> Pushed:
    """Keep what was sent and process it; when this returns, it survives a power cut and is answered for.

    Small deliveries are processed at once, large ones by the worker (their status is then "received"). The same key or
    the same bytes again give the same delivery; the same key with other bytes raises `UnableToAgree`.
    """
    if push.key is not None and not (0 < len(push.key) <= KEY_LENGTH and push.key.isprintable()):
        raise UnableToPush(_("Idempotency-Key harus 1 sampai %d karakter yang tercetak.") % KEY_LENGTH)
    delivery_id = receive_delivery(
        feed_code=feed_code, file=push.file, file_name=push.file_name, by=by, at=at, idempotency_key=push.key
    )
    delivery = Delivery.objects.select_related("feed").get(pk=delivery_id)
    new = delivery.received_at == at
    if delivery.size_bytes > INLINE_BYTES:
        if delivery.status == Delivery.Status.RECEIVED or went_back(delivery):
            defer_settling(delivery_id, key=push.key)
        return Pushed(delivery, new)
    settled = settle(delivery_id=delivery_id, by=by, at=at, key=push.key)
    return Pushed(settled, new or settled.pk != delivery_id)


def defer_settling(delivery_id: uuid.UUID, *, key: str | None = None) -> None:
    """Let the worker process a delivery; asked twice, it is done once."""
    task = app.configure_task("hub.settle_delivery", queue="hub", queueing_lock=f"settle:{delivery_id}")
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(delivery_id=str(delivery_id), key=key)


def stranded_deliveries(*, at: datetime) -> list[uuid.UUID]:
    """What machines delivered and nobody processed, because a process was killed in between."""
    found = Delivery.objects.filter(status=Delivery.Status.RECEIVED, received_at__lt=at - STRANDED_AFTER)
    found = found.filter(Q(received_by__startswith="feed:") | Q(received_by__startswith="system:"))
    return list(found.order_by("received_at").values_list("pk", flat=True)[:100])


def note_refusal(*, feed_code: str, error: UnableTo, by: Actor, at: datetime) -> None:
    """Keep that a machine's request was refused, and why; its bytes were not accepted."""
    after = {"code": error.code, "sentence": error.sentence, "status": error.status}
    record("delivery.push_refused", by=by, at=at, subject=("feed", feed_code[:60]), after=after)
