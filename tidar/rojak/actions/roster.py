"""The roster: who patrols on which days from when, and swaps of one turn that both agree on."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.rojak.actions.dating import locked, must_be_day
from tidar.rojak.models import Member, Post, RosterRule, RosterSwap
from tidar.rojak.queries.roster import planned
from tidar.rojak.rules.roster import in_force

MOST_MEMBERS = 30
State = RosterSwap.State


class UnableToPlan(UnableTo):
    """The roster cannot be like this."""


class UnableToSwap(UnableTo):
    """The turn cannot be swapped like this."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Hours of a day, and who walks then."""

    starts: time
    ends: time
    members: tuple[int, ...]


def add_rules(
    *, post_id: int, days: Collection[str], turn: Turn, from_date: date, by: Actor, at: datetime
) -> tuple[RosterRule, ...]:
    """One rule for each of these days ("1" Monday … "7", "libur"), from a day on. Raises `UnableToPlan`."""
    if not days or not set(days) <= set(RosterRule.Day.values):
        raise UnableToPlan(_("Pilih harinya."))
    with transaction.atomic():
        post, _post = locked("post", post_id, by=by)
        must_be_day(from_date, post)
        members = _walkers(post, turn, from_date)
        made = tuple(_made(post, day, turn, members, from_date) for day in sorted(days))
        after = {"post": post.code, "days": ",".join(sorted(days)), **_said(turn), "from_date": from_date.isoformat()}
        record("patrol.roster_add", by=by, at=at, subject=("patrol_post", str(post.pk)), after=after)
    return made


def change_rule(*, rule_id: int, turn: Turn, from_date: date, by: Actor, at: datetime) -> RosterRule:
    """From a day on the turn is like this: the old rule ends the day before and stays readable.

    A rule that had not begun by then is changed in place. Raises `UnableToPlan`.
    """
    with transaction.atomic():
        rule, post = locked("roster", rule_id, by=by)
        must_be_day(from_date, post)
        if rule.until_date is not None:
            raise UnableToPlan(_("Jadwal itu sudah berakhir; buat yang baru."))
        members = _walkers(post, turn, from_date)
        if from_date <= rule.from_date:
            rule.starts, rule.ends = turn.starts, turn.ends
            rule.save(update_fields=["starts", "ends"])
            rule.members.set(members)
            made: RosterRule = rule
        else:
            rule.until_date = from_date - timedelta(days=1)
            rule.save(update_fields=["until_date"])
            made = _made(post, rule.day, turn, members, from_date)
        after = {"post": post.code, "rule": made.pk, **_said(turn), "from_date": from_date.isoformat()}
        record("patrol.roster_change", by=by, at=at, subject=("patrol_roster", str(rule_id)), after=after)
    return made


def ask_swap(*, rule_id: int, day: date, from_member: int, to_member: int, by: Actor, at: datetime) -> RosterSwap:
    """One member asks another to take their turn on a day; it counts when the other agrees.

    Asked by the member, or by the coordinator for a member without an account. Raises `UnableToSwap`.
    """
    with transaction.atomic():
        rule = _rule(rule_id)
        _one_at_a_time(rule.post_id)
        asking, asked = _member(rule.post, from_member), _member(rule.post, to_member)
        _must_speak_for(asking, rule.post, by)
        _must_fit(rule, day, asking, asked, at=at)
        try:
            with transaction.atomic():
                swap = RosterSwap.objects.create(
                    rule=rule, date=day, from_member=asking, to_member=asked, asked_at=at, asked_by=by.id
                )
        except IntegrityError as error:
            raise UnableToSwap(_("Giliran itu sudah diminta atau sudah ditukar.")) from error
        _kept("patrol.swap_ask", swap, by=by, at=at)
    return swap


def answer_swap(*, swap_id: uuid.UUID, agrees: bool, by: Actor, at: datetime) -> None:
    """The asked member agrees or cannot; the coordinator answers for one without an account. Raises `UnableToSwap`."""
    with transaction.atomic():
        swap = _waiting(swap_id)
        _one_at_a_time(swap.rule.post_id)
        _must_speak_for(swap.to_member, swap.rule.post, by)
        if agrees:
            _must_fit(swap.rule, swap.date, swap.from_member, swap.to_member, at=at)
        _decided(swap, State.AGREED if agrees else State.REFUSED, by=by, at=at)


def withdraw_swap(*, swap_id: uuid.UUID, by: Actor, at: datetime) -> None:
    """The turn is the asking member's again, also after the other had agreed, until it begins."""
    with transaction.atomic():
        swap = _locked_swap(swap_id)
        if swap.state not in (State.ASKED, State.AGREED):
            raise UnableToSwap(_("Tukar giliran itu sudah tidak berlaku."))
        _must_speak_for(swap.from_member, swap.rule.post, by)
        _must_be_ahead(swap.rule, swap.date, at=at)
        _decided(swap, State.WITHDRAWN, by=by, at=at)


def _made(post: Post, day: str, turn: Turn, members: Sequence[Member], from_date: date) -> RosterRule:
    rule = RosterRule.objects.create(post=post, day=day, starts=turn.starts, ends=turn.ends, from_date=from_date)
    rule.members.set(members)
    return rule


def _walkers(post: Post, turn: Turn, from_date: date) -> list[Member]:
    if turn.ends <= turn.starts:
        raise UnableToPlan(_("Jam selesai harus sesudah jam mulai."))
    found = list(Member.objects.filter(post=post, pk__in=set(turn.members)))
    if not found or len(found) != len(set(turn.members)) or len(found) > MOST_MEMBERS:
        raise UnableToPlan(_("Pilih anggota pos ini, paling sedikit satu."))
    gone = [member.name for member in found if member.until_date is not None and member.until_date < from_date]
    if gone:
        raise UnableToPlan(_("Sudah tidak menjadi anggota: %s.") % ", ".join(gone))
    return found


def _said(turn: Turn) -> dict[str, object]:
    return {"starts": f"{turn.starts:%H:%M}", "ends": f"{turn.ends:%H:%M}", "members": list(turn.members)}


def _one_at_a_time(post_id: int) -> None:
    """Swaps of one post wait for each other, so that nobody agrees to two turns of the same hour."""
    Post.objects.select_for_update().get(pk=post_id)


def _rule(rule_id: int) -> RosterRule:
    found = RosterRule.objects.select_related("post__program").select_for_update(of=("self",)).filter(pk=rule_id)
    rule = found.first()
    if rule is None:
        raise UnableToFind(_("Jadwal itu tidak ada."))
    return rule


def _member(post: Post, member_id: int) -> Member:
    found = Member.objects.filter(pk=member_id, post=post).first()
    if found is None:
        raise UnableToSwap(_("Itu bukan anggota pos ini."))
    return found


def _must_speak_for(member: Member, post: Post, by: Actor) -> None:
    """The member themselves; the coordinator only for somebody who cannot sign in, so that both really agree."""
    if member.user_id is not None:
        if by.kind == "user" and str(member.user_id) == by.id:
            return
        raise UnableToAllow(_("Hanya %s sendiri yang dapat meminta atau menjawab ini.") % member.name)
    by.must("patrol.coordinate", area=post.area_code)


def _must_be_ahead(rule: RosterRule, day: date, *, at: datetime) -> None:
    turn = next((one for one in planned(rule.post_id, day, day) if one.rule_id == rule.pk), None)
    if turn is None:
        raise UnableToSwap(_("Pada hari itu tidak ada giliran jadwal ini."))
    if turn.starts_at <= at:
        raise UnableToSwap(_("Giliran itu sudah mulai."))


def _must_fit(rule: RosterRule, day: date, asking: Member, asked: Member, *, at: datetime) -> None:
    """The turn lies ahead, is the asking member's, and the other is free to take it."""
    if asking.pk == asked.pk:
        raise UnableToSwap(_("Pilih anggota lain."))
    _must_be_ahead(rule, day, at=at)
    turns = planned(rule.post_id, day, day)
    turn = next(one for one in turns if one.rule_id == rule.pk)
    if asking.pk not in turn.member_ids:
        raise UnableToSwap(_("%s tidak bertugas pada giliran itu.") % asking.name)
    if not in_force(asked.from_date, asked.until_date, day):
        raise UnableToSwap(_("%s bukan anggota pada hari itu.") % asked.name)
    clashing = [one for one in turns if asked.pk in one.member_ids and one.starts_at < turn.ends_at]
    if any(one.ends_at > turn.starts_at for one in clashing):
        raise UnableToSwap(_("%s sudah bertugas pada jam itu.") % asked.name)


def _locked_swap(swap_id: uuid.UUID) -> RosterSwap:
    query = RosterSwap.objects.select_related("rule__post__program", "from_member", "to_member")
    found = query.select_for_update(of=("self",)).filter(pk=swap_id).first()
    if found is None:
        raise UnableToFind(_("Permintaan itu tidak ada."))
    return found


def _waiting(swap_id: uuid.UUID) -> RosterSwap:
    swap = _locked_swap(swap_id)
    if swap.state != State.ASKED:
        raise UnableToSwap(_("Permintaan itu sudah dijawab atau ditarik."))
    return swap


def _decided(swap: RosterSwap, state: RosterSwap.State, *, by: Actor, at: datetime) -> None:
    swap.state, swap.decided_at, swap.decided_by = state, at, by.id
    swap.save(update_fields=["state", "decided_at", "decided_by"])
    _kept("patrol.swap_decide", swap, by=by, at=at)


def _kept(action: str, swap: RosterSwap, *, by: Actor, at: datetime) -> None:
    after = {
        "post": swap.rule.post.code, "rule": swap.rule_id, "date": swap.date.isoformat(), "state": swap.state,
        "from": swap.from_member_id, "to": swap.to_member_id,
    }  # fmt: skip
    record(action, by=by, at=at, subject=("patrol_swap", str(swap.pk)), after=after)
