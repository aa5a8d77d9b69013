"""Durable consumers: a named cursor over the spine and a handler.

Guarantees: handler and cursor are one transaction, so in the database an event is handled exactly once, in order, even
when the process dies in between. An event whose handler fails five times becomes a dead letter and the rest goes on.
Two processes that run the same consumer exclude each other by the cursor's row lock.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor, system
from tidar.common.errors import UnableTo, UnableToAgree
from tidar.hub.actions.spine import number_events
from tidar.hub.models import Consumer, DeadLetter
from tidar.hub.queries.spine import event_by_id, events_between, head
from tidar.hub.rules.consuming import delay_after, error_text
from tidar.hub.rules.spine import EventView

log = logging.getLogger(__name__)

Handler = Callable[[EventView], None]
BATCH = 100
IDLE_MOVE = timedelta(seconds=1)  # how often a cursor is written when nothing was for it


class UnableToHandle(UnableTo):
    """A dead letter's handler failed again."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A consumer of this process: which kinds of events, and what to do with each."""

    name: str
    kinds: tuple[str, ...]
    handler: Handler


@dataclass(frozen=True, slots=True)
class Step:
    """What one step of a consumer did: events handled, and seconds to wait before it makes sense to step again."""

    handled: int
    wait_seconds: float = 0.0


_registry: dict[str, Registration] = {}


def consumer(name: str, *, kinds: Sequence[str]) -> Callable[[Handler], Handler]:
    """Register `handler(event)` under a lasting name; it sees every event of `kinds` from the first one on.

    The handler runs inside a transaction that also moves the cursor: what it writes to the database happens exactly
    once. What it does elsewhere (a file, a message) belongs in `transaction.on_commit` and must be idempotent.
    """

    def register(handler: Handler) -> Handler:
        known = _registry.get(name)
        if known is not None and known.handler.__qualname__ != handler.__qualname__:
            raise ValueError(f"two consumers are called {name}")
        _registry[name] = Registration(name, tuple(kinds), handler)
        return handler

    return register


def registered() -> tuple[Registration, ...]:
    """Every consumer of this process, by name."""
    return tuple(_registry[name] for name in sorted(_registry))


def step_consumer(registration: Registration, *, at: datetime) -> Step:
    """Hand the next events to the handler; at most 100 in one transaction, one by one when one of them fails."""
    try:
        return _step(registration, at=at, limit=BATCH)
    except (OperationalError, InterfaceError):
        raise  # the database is away: nobody's poison
    except Exception:  # the batch rolled back whole; find the event that fails
        return _step_singly(registration, at=at)


def follow_spine(*, at: datetime) -> int:
    """Number what has committed and run every consumer until none has anything to do now; returns events handled."""
    total = 0
    while number_events():
        pass
    for registration in registered():
        while (step := step_consumer(registration, at=at)).handled:
            total += step.handled
            while number_events():
                pass
    return total


def retry_dead_letter(*, letter_id: uuid.UUID, by: Actor, at: datetime) -> None:
    """Hand the event to its consumer once more, now; on success the letter is settled, with an audit entry.

    Raises `UnableToHandle` when it fails again (the letter then shows the new error), `UnableToAgree` when settled.
    """
    letter = DeadLetter.objects.get(pk=letter_id)
    registration = _registry.get(letter.consumer_id)
    if registration is None:
        raise UnableToHandle(_("Konsumen %s tidak terpasang di sini.") % letter.consumer_id)
    try:
        with transaction.atomic():
            letter = _open_letter(letter_id)
            registration.handler(event_by_id(letter.event_id))
            _settle(letter, "dead_letter.retried", by=by, at=at)
    except UnableToAgree:
        raise
    except Exception as error:
        DeadLetter.objects.filter(pk=letter_id).update(
            attempts=letter.attempts + 1, error=error_text(error), failed_at=at
        )
        raise UnableToHandle(_("Masih gagal: %s") % error_text(error, length=200)) from error


@transaction.atomic
def settle_dead_letter(*, letter_id: uuid.UUID, by: Actor, at: datetime) -> None:
    """Close a dead letter without handling its event: somebody has dealt with it otherwise. Audited."""
    _settle(_open_letter(letter_id), "dead_letter.settled", by=by, at=at)


def _open_letter(letter_id: uuid.UUID) -> DeadLetter:
    letter = DeadLetter.objects.select_for_update().get(pk=letter_id)
    if letter.settled_at is not None:
        raise UnableToAgree(_("Kejadian ini sudah diselesaikan."))
    return letter


def _settle(letter: DeadLetter, action: str, *, by: Actor, at: datetime) -> None:
    letter.settled_at = at
    letter.save(update_fields=["settled_at"])
    subject = {"consumer": letter.consumer_id, "event": str(letter.event_id), "error": letter.error}
    audit.record(action, by=by, at=at, subject=("dead_letter", str(letter.pk)), before=subject)


def _locked(name: str) -> Consumer | None:
    """The consumer's row, locked until the transaction ends; None while another process holds it."""
    Consumer.objects.bulk_create([Consumer(name=name)], ignore_conflicts=True)
    return Consumer.objects.select_for_update(skip_locked=True).filter(pk=name).first()


@transaction.atomic
def _step(registration: Registration, *, at: datetime, limit: int) -> Step:
    row = _locked(registration.name)
    if row is None:
        return Step(0, wait_seconds=0.5)
    if row.retry_at is not None and row.retry_at > at:
        return Step(0, wait_seconds=(row.retry_at - at).total_seconds())
    last = head()
    events = events_between(row.cursor, last, limit=1 if row.attempts else limit, kinds=registration.kinds)
    for event in events:
        registration.handler(event)
    if events:
        _move(row, events[-1].seq, at=at)
    elif last > row.cursor:
        return _pass_over(row, last, at=at)
    return Step(len(events))


def _pass_over(row: Consumer, last: int, *, at: datetime) -> Step:
    """Nothing up to `last` was for this consumer: move the cursor there, but write it once a second at most."""
    due_at = row.moved_at + IDLE_MOVE if row.moved_at else at
    if due_at > at:
        return Step(0, wait_seconds=(due_at - at).total_seconds())
    _move(row, last, at=at)
    return Step(0)


def _step_singly(registration: Registration, *, at: datetime) -> Step:
    """Handle up to a batch, one transaction each; at the first failure note it and stop, so that order is kept."""
    handled = 0
    while handled < BATCH:
        try:
            step = _step(registration, at=at, limit=1)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.exception("consumer %s failed", registration.name)
            return _failed(registration, error, at=at, handled=handled)
        if not step.handled:
            return Step(handled, step.wait_seconds)
        handled += 1
    return Step(handled)


@transaction.atomic
def _failed(registration: Registration, error: Exception, *, at: datetime, handled: int) -> Step:
    row = _locked(registration.name)
    events = events_between(row.cursor, head(), limit=1, kinds=registration.kinds) if row else ()
    if row is None or not events:
        return Step(handled, wait_seconds=0.5)
    attempts = row.attempts + 1
    delay = delay_after(attempts)
    if delay is None:
        _bury(row, events[0], error, attempts=attempts, at=at)
        return Step(handled + 1)
    row.attempts, row.error, row.retry_at = attempts, error_text(error), at + timedelta(seconds=delay)
    row.save(update_fields=["attempts", "error", "retry_at"])
    return Step(handled, wait_seconds=delay)


def _bury(row: Consumer, event: EventView, error: Exception, *, attempts: int, at: datetime) -> None:
    letter = DeadLetter.objects.create(
        consumer=row, event_id=event.id, attempts=attempts, error=error_text(error), failed_at=at
    )
    audit.record(
        "dead_letter.kept",
        by=system("konsumen"),
        at=at,
        subject=("dead_letter", str(letter.pk)),
        after={"consumer": row.name, "seq": event.seq, "kind": event.kind, "error": letter.error},
    )
    _move(row, event.seq, at=at)


def _move(row: Consumer, cursor: int, *, at: datetime) -> None:
    row.cursor, row.moved_at, row.attempts, row.retry_at, row.error = cursor, at, 0, None, ""
    row.save(update_fields=["cursor", "moved_at", "attempts", "retry_at", "error"])
