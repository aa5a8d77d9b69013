"""A hand-over: the collector declares, the treasurer counts. Two people, two acts, and nothing is netted between them.

What is booked is what was counted. What is missing stays on the collector's account, for everyone to see; what is too
much stands in titipan. Every difference opens a case that a person must settle.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAgree, UnableToFind
from tidar.common.money import rupiah_text
from tidar.hub import api as hub
from tidar.ledger import api as ledger
from tidar.places import api as places
from tidar.retribusi.actions.accounts import open_by_key
from tidar.retribusi.actions.cases import open_case
from tidar.retribusi.actions.custody import papers
from tidar.retribusi.models import Case, Device, Handover, Payment
from tidar.retribusi.queries.custody import name_of, what_is_taken
from tidar.retribusi.rules.accounts import collector_cash_key, suspense_key, treasurer_cash_key
from tidar.retribusi.rules.custody import counted_words, declared_words, surplus_words

State = Handover.State
GREATEST = 10**12  # a bag never holds more; a slip of the finger does


class UnableToHandOver(UnableTo):
    """The hand-over cannot be declared, counted or withdrawn like this."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A hand-over after an act: its facts, what was said about differences, and whether this act was new."""

    id: uuid.UUID
    agency: str
    collector_id: str
    state: str
    declared_rupiah: int
    counted_rupiah: int | None
    tbp_number: str
    sentences: tuple[str, ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Difference:
    """What a person must settle: about what, in words, how much, and how much of it stands in titipan."""

    about: str
    sentence: str
    rupiah: int
    held_rupiah: int = 0


def declare_handover(
    *, id: uuid.UUID, collector_id: str, declared_rupiah: int, happened_at: datetime, by: Actor, at: datetime
) -> HandedOver:
    """The collector says how much they hand over; moves no money. The same id again is the same answer.

    Less than the bag holds is allowed; more is accepted, said, and opens a case. Raises `UnableToHandOver` for an
    amount that is none, for somebody else's bag, and while an earlier declaration waits to be counted.
    """
    _must_be_rupiah(declared_rupiah)
    if by.kind != "system" and by.id != collector_id:  # the system only brings what the collector's phone signed
        raise UnableToHandOver(_("Hanya juru pungut sendiri yang dapat mengajukan serah terima kasnya."))
    if happened_at > at:
        raise UnableToHandOver(_("Waktu serah terima belum terjadi."))
    if (known := _known(id, collector_id, declared_rupiah)) is not None:
        return known
    agency = _agency_of(collector_id, by)
    by.must("levies.collect", agency=agency)
    held = ledger.balances([collector_cash_key(collector_id)]).get(collector_cash_key(collector_id), 0)
    made = Handover(
        id=id, agency_id=agency, collector_id=collector_id, collector_name=_name_of(collector_id, by),
        declared_rupiah=declared_rupiah, declared_at=happened_at, recorded_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            sentence = declared_words(declared_rupiah=declared_rupiah, held_rupiah=held)
            if sentence:
                _open(made, _Difference("diajukan", sentence, declared_rupiah - held), by=by, at=at)
            after = {"declared_rupiah": declared_rupiah, "held_rupiah": held, "happened_at": happened_at}
            record("handover.declare", by=by, at=at, subject=("handover", str(id)), after=after)
    except IntegrityError as error:
        if (known := _known(id, collector_id, declared_rupiah)) is not None:
            return known
        raise UnableToHandOver(
            _("Serah terima sebelumnya belum dihitung bendahara. Tunggu, atau tarik kembali dulu.")
        ) from error
    return _view(made, (sentence,) if sentence else (), is_new=True)


def _known(id: uuid.UUID, collector_id: str, declared_rupiah: int) -> HandedOver | None:
    known = Handover.objects.filter(pk=id).first()
    if known is None:
        return None
    if (known.collector_id, known.declared_rupiah) != (collector_id, declared_rupiah):
        raise UnableToAgree(_("Serah terima dengan nomor ini sudah tercatat dengan isi lain."))
    return _view(known, (), is_new=False)


def _agency_of(collector_id: str, by: Actor) -> str:
    """The agency that a collector collects for: the one they hold the permission for; else by phone or last receipt."""
    held = {grant.agency for grant in by.grants if grant.permission == "levies.collect"}
    if len(held) == 1 and (only := next(iter(held))) is not None:
        return only
    device = Device.objects.filter(collector_id=collector_id, revoked_at=None).order_by("-registered_at").first()
    if device is not None:
        return device.agency_id
    last = Payment.objects.filter(collector_id=collector_id).order_by("-happened_at").first()
    if last is not None:
        return last.agency_id
    raise UnableToHandOver(_("Belum jelas untuk perangkat daerah mana juru pungut ini memungut."))


def _name_of(collector_id: str, by: Actor) -> str:
    return (by.name if by.kind == "user" else name_of(collector_id))[:200]


def confirm_handover(*, handover_id: uuid.UUID, counted_rupiah: int, by: Actor, at: datetime) -> HandedOver:
    """The treasurer counts and receives: posts what was counted, opens a case for every difference, issues the TBP.

    One transaction. The same count again is the same answer; another count is `UnableToAgree`. Raises
    `UnableToHandOver` for the collector themselves, for nothing counted, and for a hand-over that was withdrawn.
    """
    _must_be_rupiah(counted_rupiah)
    with transaction.atomic():
        found = _locked(handover_id)
        by.must("levies.treasury", agency=found.agency_id)
        if found.state == State.CONFIRMED:
            return _again(found, counted_rupiah)
        _must_wait(found)
        if by.kind != "user" or by.id == found.collector_id:
            raise UnableToHandOver(_("Serah terima harus dihitung orang lain, bukan juru pungutnya sendiri."))
        held = ledger.balances([collector_cash_key(found.collector_id)]).get(collector_cash_key(found.collector_id), 0)
        found.surplus_rupiah = counted_rupiah - min(counted_rupiah, max(held, 0))
        found.counted_rupiah, found.confirmed_at, found.state = counted_rupiah, at, State.CONFIRMED
        found.treasurer_id, found.treasurer_name = by.id[:80], by.name[:200]
        sentences = _booked(found, held, by=by, at=at)
        _tell(found, by=by, at=at)
        number = papers.next_number(papers.TBP, timezone.localtime(at, places.region().zone).year)
        found.tbp_number = number.text
        found.save()
        papers.issue_tbp(found, number, by=by, at=at)
    return _view(found, sentences, is_new=True)


def _booked(found: Handover, held: int, *, by: Actor, at: datetime) -> tuple[str, ...]:
    """Move what was counted, remember what it consisted of, open the cases; the sentences that were said."""
    counted, surplus = int(found.counted_rupiah or 0), found.surplus_rupiah
    taken = what_is_taken(found.collector_id, held_rupiah=max(held, 0), taken_rupiah=counted - surplus)
    found.by_account = {**taken.by_account}
    if surplus:
        found.by_account[""] = found.by_account.get("", 0) + surplus
    found.receipts_from_at, found.receipts_to_at = taken.from_at, taken.to_at
    treasury = open_by_key(treasurer_cash_key(found.agency_id), at=at)
    sides = ((collector_cash_key(found.collector_id), counted - surplus), (suspense_key(found.agency_id), surplus))
    lines = [
        ledger.Line(treasury, open_by_key(key, at=at), rupiah, f"serah:{found.pk}:{n}", f"serah:{found.pk}")
        for n, (key, rupiah) in enumerate(sides, 1)
        if rupiah
    ]
    ledger.post(group_key=f"serah:{found.pk}", kind="handover", lines=lines, happened_at=at, at=at, by=by)
    return _cases(found, held, by=by, at=at)


def _cases(found: Handover, held: int, *, by: Actor, at: datetime) -> tuple[str, ...]:
    counted, declared = int(found.counted_rupiah or 0), found.declared_rupiah
    said = []
    if found.surplus_rupiah:
        said.append(surplus_words(counted_rupiah=counted, held_rupiah=max(held, 0)))
        _open(found, _Difference("titipan", said[-1], found.surplus_rupiah, found.surplus_rupiah), by=by, at=at)
    if counted < declared or (counted > declared and not found.surplus_rupiah):
        said.append(counted_words(declared_rupiah=declared, counted_rupiah=counted))
        _open(found, _Difference("selisih", said[-1], abs(declared - counted)), by=by, at=at)
    _answered(found, f"Dihitung bendahara: {rupiah_text(counted)}.", by=by, at=at)
    return tuple(said)


def withdraw_handover(*, handover_id: uuid.UUID, by: Actor, at: datetime, reason: str = "") -> HandedOver:
    """Before it is counted, the collector takes a declaration back, or the treasurer sends it back with a reason.

    Moves no money; the bag still shows it. Twice is once. Raises `UnableToHandOver` once it was counted.
    """
    with transaction.atomic():
        found = _locked(handover_id)
        if by.id != found.collector_id:
            by.must("levies.treasury", agency=found.agency_id)
            if not reason.strip():
                raise UnableToHandOver(_("Tuliskan alasan mengapa serah terima ini dikembalikan."))
        if found.state == State.WITHDRAWN:
            return _view(found, (), is_new=False)
        _must_wait(found)
        found.state, found.withdrawn_at, found.reason = State.WITHDRAWN, at, reason.strip()[:300]
        found.save()
        _answered(found, "Serah terima ditarik kembali; tidak ada uang yang berpindah.", by=by, at=at)
        after = {"state": found.state, "reason": found.reason}
        record("handover.withdraw", by=by, at=at, subject=("handover", str(found.pk)), after=after)
    return _view(found, (), is_new=True)


def _locked(handover_id: uuid.UUID) -> Handover:
    """The hand-over, held against everybody else until the transaction ends."""
    found = Handover.objects.select_for_update().filter(pk=handover_id).first()
    if found is None:
        raise UnableToFind(_("Serah terima itu tidak ada."))
    return found


def _must_wait(found: Handover) -> None:
    if found.state == State.WITHDRAWN:
        raise UnableToHandOver(_("Serah terima ini sudah ditarik kembali."))
    if found.state == State.CONFIRMED:
        raise UnableToHandOver(_("Serah terima ini sudah dihitung bendahara dan tidak dapat ditarik lagi."))


def _must_be_rupiah(amount: object) -> None:
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise UnableToHandOver(_("Jumlah harus rupiah utuh, tanpa pecahan."))
    if not 0 < amount <= GREATEST:
        raise UnableToHandOver(_("Jumlah harus lebih dari nol dan masuk akal."))


def _again(found: Handover, counted_rupiah: int) -> HandedOver:
    if found.counted_rupiah != counted_rupiah:
        raise UnableToAgree(
            _("Serah terima ini sudah dihitung %(counted)s oleh %(who)s (%(tbp)s).")
            % {
                "counted": rupiah_text(int(found.counted_rupiah or 0)),
                "who": found.treasurer_name,
                "tbp": found.tbp_number,
            }
        )
    return _view(found, (), is_new=False)


def _open(found: Handover, what: _Difference, *, by: Actor, at: datetime) -> None:
    open_case(
        kind=Case.Kind.HANDOVER, key=f"serah:{found.pk}:{what.about}", agency=found.agency_id,
        subject=f"serah:{found.pk}", sentence=what.sentence, amount_rupiah=what.rupiah, held_rupiah=what.held_rupiah,
        by=by, at=at,
    )  # fmt: skip


def _answered(found: Handover, settlement: str, *, by: Actor, at: datetime) -> None:
    """The question that a too large declaration opened is answered by the count, or by taking it back."""
    for case in Case.objects.filter(key=f"serah:{found.pk}:diajukan", settled_at=None):
        case.settled_at, case.settled_by, case.settlement = at, by.id[:80], settlement
        case.save(update_fields=["settled_at", "settled_by", "settlement"])
        hub.record_event(
            kind="levy.case_settled",
            happened_at=at,
            at=at,
            source=hub.SourceRef("action", str(case.pk)),
            fields=hub.EventFields(
                subject=settlement,
                data={"agency": found.agency_id, "case": str(case.pk), "amount_rupiah": case.amount_rupiah},
                permission="levies.see",
            ),
        )


def _tell(found: Handover, *, by: Actor, at: datetime) -> None:
    counted = int(found.counted_rupiah or 0)
    data = {
        "agency": found.agency_id,
        "handover": str(found.pk),
        "amount_rupiah": counted,
        "declared_rupiah": found.declared_rupiah,
        "surplus_rupiah": found.surplus_rupiah,
    }
    hub.record_event(
        kind="levy.handed_over",
        happened_at=at,
        at=at,
        source=hub.SourceRef("action", str(found.pk)),
        fields=hub.EventFields(
            subject=f"Serah terima kas {rupiah_text(counted)} kepada bendahara",  # kept: Indonesian
            severity=1 if counted != found.declared_rupiah or found.surplus_rupiah else 0,
            data=data,
            permission="levies.see",
        ),
    )
    record("handover.confirm", by=by, at=at, subject=("handover", str(found.pk)), after=data)


def _view(found: Handover, sentences: tuple[str, ...], *, is_new: bool) -> HandedOver:
    return HandedOver(
        found.pk, found.agency_id, found.collector_id, found.state, found.declared_rupiah, found.counted_rupiah,
        found.tbp_number, sentences, is_new,
    )  # fmt: skip
