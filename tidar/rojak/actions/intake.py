"""A batch of items taken in one transaction: each version decided, kept, and, where accepted, applied.

Versions of one item are taken one after the other, starts of rounds before what names them; everything else at once.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.common.rows import add_rows
from tidar.common.signed_records import UnableToRead
from tidar.formulir import api as formulir
from tidar.rojak.actions.applying import Applying, Taken, apply_all
from tidar.rojak.actions.authors import author
from tidar.rojak.actions.judging import Sender, doubts_about
from tidar.rojak.models import Activity, Finding, PatrolItem
from tidar.rojak.queries.items import Known, known_for, versions_of
from tidar.rojak.rules import doubts as rules
from tidar.rojak.rules.items import NO_BASE, REVISABLE, Claim, Item, read_item

State = PatrolItem.State
log = logging.getLogger(__name__)
CONFLICT = "Ada versi lain dari catatan ini; ketua RW memilih."
FAILED = "Belum dapat dicatat karena gangguan di server; diperiksa dulu."


@dataclass(frozen=True, slots=True)
class Sent:
    """One version as it came: its bytes, what it says where that can be read, and why it is refused (else "")."""

    body: bytes
    signature: bytes | None
    hash: str
    item_id: uuid.UUID
    claim: Claim | None = None
    item: Item | None = None
    refusal: str = ""
    is_foreign: bool = False  # the phone's key did not sign it
    shown_id: str = ""

    @property
    def lock_keys(self) -> tuple[uuid.UUID, ...]:
        """The item and the round that it names."""
        patrol = self.item.round if self.item else None
        return (self.item_id,) if patrol is None else (self.item_id, patrol)


@dataclass(slots=True)
class Intake:
    """Who sends, and every version of the items at hand that is here: `versions` follows what this batch adds."""

    sender: Sender
    versions: dict[uuid.UUID, list[PatrolItem]]
    is_careful: bool = True  # what fails is held; otherwise it is the caller's, who rolls back
    _before: dict[uuid.UUID, PatrolItem] = field(default_factory=dict)  # what the accepted version of an item replaced

    def row_of(self, sent: Sent) -> PatrolItem:
        """What is kept of a version."""
        return next(row for row in self.versions[sent.item_id] if row.content_hash == sent.hash)

    def take(self, sent: Sequence[Sent]) -> None:
        """Decide, keep and apply every version that is not here yet."""
        for wave in self._waves(sent):
            self._take_wave(wave)

    def _waves(self, sent: Sequence[Sent]) -> Iterator[list[Sent]]:
        """Starts of rounds, then the first new version of every item, the second, …"""
        seen = {(one.item_id, row.content_hash) for one in sent for row in self.versions.get(one.item_id, ())}
        waves: dict[int, list[Sent]] = {}
        counts: dict[uuid.UUID, int] = {}
        for one in sent:
            if (one.item_id, one.hash) in seen:
                continue
            seen.add((one.item_id, one.hash))
            counts[one.item_id] = counts.get(one.item_id, 0) + 1
            starts = one.item is not None and one.item.kind == "round_start"
            waves.setdefault(0 if starts and counts[one.item_id] == 1 else counts[one.item_id], []).append(one)
        for number in sorted(waves):
            yield waves[number]

    def _take_wave(self, wave: Sequence[Sent]) -> None:
        known = known_for([one.item for one in wave if one.item])
        rows = [self._row(one, known) for one in wave]
        for row in rows:
            self._retire_for(row)
        add_rows(rows)
        for row in rows:
            self.versions.setdefault(row.item_id, []).append(row)
        self._announce(wave, rows)
        pairs = [(row, one.item) for row, one in zip(rows, wave, strict=True) if one.item is not None]
        self.apply(pairs, known)

    # --- deciding -------------------------------------------------------------------------------------------------

    def _row(self, one: Sent, known: Known) -> PatrolItem:
        item, sender = one.item, self.sender
        row = PatrolItem(
            item_id=one.item_id,
            device=None if one.is_foreign else sender.device,
            manner=sender.manner,
            kind=item.kind if item else one.claim.kind[:12] if one.claim else "",
            revision=item.revision if item else one.claim.revision if one.claim else 0,
            body=one.body,
            content_hash=one.hash,
            base_hash=item.base if item else one.claim.base if one.claim else NO_BASE,
            signature=one.signature,
            post=known.posts.get(item.post) if item else None,
            actor_id=(sender.by if one.is_foreign else sender.person).id[:80],
            happened_at=item.at if item else None,
            received_at=sender.at,
            state=State.REFUSED,
            sentence=one.refusal[:300],
        )
        if item is not None and not one.refusal:
            self.decide(row, item, known)
        return row

    def decide(self, row: PatrolItem, item: Item, known: Known, *, overlook: bool = False) -> None:
        """Set what becomes of a version that may be true: accepted, a conflict, or held. `overlook`: a person did."""
        accepted = self.accepted_of(item.id)
        doubts = [
            *doubts_about(item, known, self.sender, received_at=row.received_at),
            *_other(item, known, accepted),
        ]
        if overlook:
            doubts = [doubt for doubt in doubts if doubt.is_final]
        row.waits_for = item.round if any(doubt.waits for doubt in doubts) else None
        if doubts:
            row.state, row.sentence = State.HELD, rules.sentence_of(doubts)
        elif accepted is not None and not follows(row, item, accepted):
            row.state, row.sentence = State.CONFLICT, CONFLICT
        else:
            row.state, row.sentence = State.ACCEPTED, ""

    def accepted_of(self, item_id: uuid.UUID) -> PatrolItem | None:
        """The version that counts, None where none does yet."""
        return next((row for row in self.versions.get(item_id, ()) if row.state == State.ACCEPTED), None)

    def _retire_for(self, row: PatrolItem) -> None:
        """Before `row` is kept as accepted: what counted does no longer; a held version that it follows is settled."""
        if row.state != State.ACCEPTED:
            return
        others = [other for other in self.versions.get(row.item_id, ()) if other is not row]
        accepted = [other for other in others if other.state == State.ACCEPTED]
        held = [other for other in others if other.state == State.HELD and other.content_hash == row.base_hash]
        self._before.update((row.item_id, other) for other in accepted)
        for other in (*accepted, *held):
            other.state, other.waits_for = State.REPLACED, None
            other.save(update_fields=["state", "waits_for"])

    def _announce(self, wave: Sequence[Sent], rows: Sequence[PatrolItem]) -> None:
        """Photographs of what is held or in conflict are taken, too; those of what is accepted are its own business."""
        waiting = {
            sha256
            for row, one in zip(rows, wave, strict=True)
            if one.item and row.state in (State.HELD, State.CONFLICT)
            for sha256 in one.item.photos
        }
        if waiting:
            formulir.announce_photos(sha256s=waiting, by=self.sender.person, at=self.sender.at)

    # --- applying -------------------------------------------------------------------------------------------------

    def apply(self, pairs: Sequence[tuple[PatrolItem, Item]], known: Known) -> None:
        """Make of the accepted ones what they mean; one that fails does not take the others with it."""
        accepted = [(row, item) for row, item in pairs if row.state == State.ACCEPTED]
        if not accepted:
            return
        applied = self._applied_before([row for row, _item in accepted])
        taken = [Taken(row, item, is_revision=row.item_id in applied) for row, item in accepted]
        applying = Applying(known, self.sender)
        if self.is_careful:
            taken = [one for one in taken if self._applied_alone(one, applying)]
        else:
            apply_all(taken, applying)
        self._free([one.item.id for one in taken if one.item.kind == "round_start"])

    def _applied_before(self, rows: Sequence[PatrolItem]) -> set[uuid.UUID]:
        """Items of which an earlier version counted once; nothing is asked of items that are new."""
        ids = [row.item_id for row in rows if row.kind in REVISABLE and len(self.versions[row.item_id]) > 1]
        if not ids:
            return set()
        findings = Finding.objects.filter(pk__in=ids).values_list("pk", flat=True)
        return {*findings, *Activity.objects.filter(pk__in=ids).values_list("pk", flat=True)}

    def _applied_alone(self, one: Taken, applying: Applying) -> bool:
        try:
            with transaction.atomic():
                apply_all([one], applying)
        except UnableTo as error:
            self._hold(one.row, error.sentence)
        except Exception:
            log.exception("item %s cannot be applied; it is held", one.row.pk)
            self._hold(one.row, FAILED)
        else:
            return True
        if one.item.photos:  # what was undone had announced them
            formulir.announce_photos(sha256s=one.item.photos, by=self.sender.person, at=self.sender.at)
        applying.known.rounds.pop(one.item.id, None)
        return False

    def _hold(self, row: PatrolItem, sentence: str) -> None:
        """It did not come into force after all, so what it replaced counts again."""
        row.state, row.sentence = State.HELD, sentence[:300]
        row.save(update_fields=["state", "sentence"])
        if before := self._before.pop(row.item_id, None):
            before.state = State.ACCEPTED
            before.save(update_fields=["state"])

    # --- deciding again -------------------------------------------------------------------------------------------

    def _free(self, rounds: Sequence[uuid.UUID]) -> None:
        """What waited for these rounds is looked at again, in the order in which it happened."""
        if not rounds:
            return
        held = PatrolItem.objects.select_for_update(of=("self",)).filter(waits_for__in=rounds, state=State.HELD)
        waiting = held.exclude(body=b"")
        by_sender: dict[tuple[object, ...], list[PatrolItem]] = {}
        for row in waiting.select_related("device").order_by("happened_at", "id"):
            by_sender.setdefault((row.device_id, row.manner, row.actor_id), []).append(row)
        for rows in by_sender.values():
            self._reconsider_waiting(rows)

    def _reconsider_waiting(self, rows: Sequence[PatrolItem]) -> None:
        """Of one sender; carefully, each by itself: one that fails stays held with a sentence and stops nobody."""
        batches: list[Sequence[PatrolItem]] = [[row] for row in rows] if self.is_careful else [rows]
        for some in batches:
            try:
                with transaction.atomic(savepoint=self.is_careful):
                    sender = sender_of(some[0], by=self.sender.by, at=self.sender.at)
                    Intake(sender, self.versions, is_careful=self.is_careful).reconsider(some)
            except Exception:
                if not self.is_careful:
                    raise
                log.exception("item %s cannot be looked at again; it stays held", some[0].pk)
                PatrolItem.objects.filter(pk=some[0].pk).update(sentence=FAILED, waits_for=None)
                for kept in self.versions.get(some[0].item_id, ()):
                    kept.refresh_from_db(fields=["state", "sentence", "waits_for", "post"])

    def reconsider(self, rows: Sequence[PatrolItem], *, overlook: bool = False) -> None:
        """Decide again about versions that were held, and apply those that count now. `overlook`: a person says so."""
        self.versions |= versions_of({row.item_id for row in rows} - set(self.versions))
        wanted = {row.pk for row in rows}
        own = [[row for row in self.versions[id] if row.pk in wanted] for id in dict.fromkeys(r.item_id for r in rows)]
        while wave := [queue.pop(0) for queue in own if queue]:
            pairs = [(row, item) for row in wave if (item := self._read_again(row)) is not None]
            known = known_for([item for _row, item in pairs])
            for row, item in pairs:
                self.decide(row, item, known, overlook=overlook)
                self._retire_for(row)
                row.post = known.posts.get(item.post)
                row.save(update_fields=["state", "sentence", "waits_for", "post"])
            self.apply(pairs, known)

    def _read_again(self, row: PatrolItem) -> Item | None:
        """What a kept version says; one that cannot be read (any more) is refused and takes nothing with it."""
        try:
            return read_item(bytes(row.body))
        except UnableToRead as error:
            row.state, row.sentence, row.waits_for = State.REFUSED, error.sentence[:300], None
            row.save(update_fields=["state", "sentence", "waits_for"])
            return None

    def prefer(self, row: PatrolItem) -> None:
        """A person chose this version over the accepted one."""
        item = read_item(bytes(row.body))
        known = known_for([item])
        found = doubts_about(item, known, self.sender, received_at=row.received_at)
        doubts = [doubt for doubt in (*found, *_other(item, known, self.accepted_of(item.id))) if doubt.is_final]
        row.state, row.sentence = (State.HELD, rules.sentence_of(doubts)) if doubts else (State.ACCEPTED, "")
        self._retire_for(row)
        row.save(update_fields=["state", "sentence"])
        self.apply([(row, item)], known)


def sender_of(row: PatrolItem, *, by: Actor, at: datetime) -> Sender:
    """Whose act a kept version is, for deciding about it again at `at`."""
    user = str(row.device.user_id) if row.device else row.actor_id
    person = author(user, by=by, at=at)
    return Sender(person=person, device=row.device, manner=row.manner, by=by, at=at)


def _other(item: Item, known: Known, accepted: PatrolItem | None) -> list[rules.Doubt]:
    """A version of another kind or of another post is no version of what counts: nobody can put it in its place."""
    post = known.posts.get(item.post)
    if accepted is None or post is None or (item.kind == accepted.kind and post.pk == accepted.post_id):
        return []
    return [rules.OTHER_KIND]


def follows(row: PatrolItem, item: Item, accepted: PatrolItem) -> bool:
    """Whether a version may take the place of the accepted one by itself: it says that it changes exactly that one."""
    same = row.kind == accepted.kind and row.post_id == accepted.post_id
    return same and row.kind in REVISABLE and item.base == accepted.content_hash
