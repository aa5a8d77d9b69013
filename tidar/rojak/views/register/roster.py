"""The roster of a post: the week, the rules, swaps; and a member's own turns."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.common.pages import page
from tidar.rojak.actions.dating import end_entry, reopen_entry
from tidar.rojak.actions.roster import Turn, add_rules, answer_swap, ask_swap, change_rule, withdraw_swap
from tidar.rojak.forms.register import LastDayForm, NewTurnForm, SwapForm, TurnForm
from tidar.rojak.models import Member, Post, RosterSwap
from tidar.rojak.queries import posts as queries
from tidar.rojak.queries.roster import Planned, planned
from tidar.rojak.views.register.desk import (
    RuleOfPost,
    act_of,
    done,
    named_apart,
    post_named,
    refused,
    rule_named,
    shown_with,
    today,
)
from tidar.rojak.views.register.posts import monday_of

Act = Callable[[Actor, datetime], Any]
AHEAD_DAYS = 28


@requires("patrol.coordinate", load=post_named)
@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: HttpRequest, post: Post) -> HttpResponse:
    """`/rojak/pos/<code>/jadwal/`: the week with its swaps, every rule, a new one."""
    members = [m for m in queries.members_of(post) if m.until_date is None or m.until_date >= today()]
    answer = _act_on_swap(request, back=("rojak:roster", post.code))
    if answer is not None:
        return answer
    name = act_of(request)
    turn_form = NewTurnForm(request.POST if name == "jadwal" else None, members=members, initial={"sejak": today()})
    swap_form = SwapForm(
        request.POST if name == "tukar" else None,
        turns=_turn_choices(post, [m for m in members if m.user_id is None]), members=members,
    )  # fmt: skip
    if name == "jadwal" and turn_form.is_valid() and _added(request, post, turn_form):
        return redirect("rojak:roster", post.code)
    if name == "tukar" and swap_form.is_valid() and _asked(request, swap_form):
        return redirect("rojak:roster", post.code)
    first = monday_of(request.GET.get("minggu", ""))
    context = {
        **shown_with(request, post, "roster"),
        "week": queries.week_of(post, first), "week_before": first - timedelta(days=7),
        "week_after": first + timedelta(days=7),
        "rules": queries.rules_of(post), "members": members,
        "swaps": queries.swaps_of(post, since=today()),
        "forms": named_apart({"jadwal": turn_form, "tukar": swap_form}),
        "failed": "jadwal" if turn_form.errors else "tukar" if swap_form.errors else "",
    }  # fmt: skip
    return page(request, "rojak/register/roster.html", context, status=422 if context["failed"] else 200)


def _added(request: HttpRequest, post: Post, form: NewTurnForm) -> bool:
    data = form.cleaned_data
    return done(
        request,
        lambda by, at: add_rules(
            post_id=post.pk, days=data["hari"], turn=turn_of(data), from_date=data["sejak"], by=by, at=at
        ),
        said=_("Jadwal ditambahkan."), form=form,
    )  # fmt: skip


def turn_of(data: dict[str, Any]) -> Turn:
    """A turn as a form describes it."""
    return Turn(data["mulai"], data["selesai"], tuple(data["anggota"]))


@requires("patrol.coordinate", load=rule_named)
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, found: RuleOfPost) -> HttpResponse:
    """`/rojak/pos/<code>/jadwal/<id>/`: one rule; changed from a day on, ended, taken up again."""
    own, post = found.rule, found.post
    present = {m.pk for m in own.members.all()}
    members = [m for m in queries.members_of(post) if m.until_date is None or m.pk in present]
    name = act_of(request)
    initial = {"mulai": own.starts, "selesai": own.ends, "anggota": sorted(present), "sejak": today()}
    shown: dict[str, forms.Form] = {
        "ubah": TurnForm(request.POST if name == "ubah" else None, members=members, initial=initial),
        "akhiri": LastDayForm(request.POST if name == "akhiri" else None, initial={"terakhir": today()}),
        "lanjutkan": forms.Form(request.POST if name == "lanjutkan" else None),
    }
    form = shown.get(name)
    if request.method == "POST" and form is not None and form.is_valid() and _rule_acted(request, name, form, own.pk):
        return redirect("rojak:roster", post.code)
    failed = name if form is not None and form.errors else ""
    context = {
        **shown_with(request, post, "roster"),
        "rule": own,
        "forms": named_apart(shown),
        "failed": failed,
        "failure": refused({failed: form} if failed and form is not None else {}),
    }
    return page(request, "rojak/register/rule.html", context, status=422 if failed else 200)


def _rule_acted(request: HttpRequest, name: str, form: forms.Form, pk: int) -> bool:
    data = form.cleaned_data
    acts: dict[str, tuple[Act, str]] = {
        "ubah": (
            lambda by, at: change_rule(rule_id=pk, turn=turn_of(data), from_date=data["sejak"], by=by, at=at),
            _("Jadwal diperbarui. Yang lama tetap terbaca sampai hari sebelumnya."),
        ),
        "akhiri": (
            lambda by, at: end_entry(kind="roster", pk=pk, last_date=data["terakhir"], by=by, at=at),
            _("Jadwal dicatat berakhir."),
        ),
        "lanjutkan": (lambda by, at: reopen_entry(kind="roster", pk=pk, by=by, at=at), _("Jadwal dilanjutkan.")),
    }
    act, said = acts[name]
    return done(request, act, said=said, form=form)


@requires("patrol.walk")
@require_http_methods(["GET", "HEAD", "POST"])
def own_turns(request: HttpRequest) -> HttpResponse:
    """`/rojak/giliran/`: my turns of four weeks, asking somebody to take one, answering who asks me."""
    answer = _act_on_swap(request, back=("rojak:own_turns",))
    if answer is not None:
        return answer
    memberships = list(queries.memberships_of(actor_of(request), today=today()))
    form = SwapForm(
        request.POST if act_of(request) == "tukar" else None,
        turns=[choice for own in memberships for choice in _turn_choices(own.post, [own])],
        members=_colleagues(memberships),
    )  # fmt: skip
    if form.is_bound and form.is_valid() and _asked(request, form):
        return redirect("rojak:own_turns")
    form.auto_id = "tukar-%s"
    context = {
        "memberships": [(own, _weeks(own)) for own in memberships],
        "mine": {own.pk for own in memberships},
        "swaps": queries.swaps_about(memberships, since=today()),
        "form": form, "today": today(),
    }  # fmt: skip
    return page(request, "rojak/register/own_turns.html", context, status=422 if form.errors else 200)


def _colleagues(memberships: Sequence[Member]) -> list[Member]:
    posts = {own.post_id: own.post for own in memberships}
    mine = {own.pk for own in memberships}
    return [m for post in posts.values() for m in queries.members_of(post) if m.until_date is None and m.pk not in mine]


def _weeks(own: Member) -> list[tuple[Planned, str]]:
    """A member's turns ahead, with the names of whom they walk with."""
    names = dict(own.post.members.values_list("pk", "name"))
    turns = planned(own.post_id, today(), today() + timedelta(days=AHEAD_DAYS))
    return [
        (turn, ", ".join(names[pk] for pk in turn.member_ids if pk != own.pk and pk in names))
        for turn in turns
        if own.pk in turn.member_ids
    ]


def _turn_choices(post: Post, members: Sequence[Member]) -> list[tuple[str, str]]:
    """Turns of these members ahead, as choices `rule|day|member`."""
    return list(_choices(post, members))


def _choices(post: Post, members: Sequence[Member]) -> Iterator[tuple[str, str]]:
    names = {member.pk: member.name for member in members}
    ahead = planned(post.pk, today(), today() + timedelta(days=AHEAD_DAYS)) if members else ()
    now = clock.now()
    for turn in (one for one in ahead if one.starts_at > now):
        for pk in turn.member_ids:
            if pk in names:
                day = date_format(turn.date, "D j M")
                said = f"{day}, {turn.starts_at:%H.%M}-{turn.ends_at:%H.%M} · {names[pk]}"
                yield f"{turn.rule_id}|{turn.date.isoformat()}|{pk}", said


def _asked(request: HttpRequest, form: SwapForm) -> bool:
    rule_id, day, member_id = form.cleaned_data["giliran"].split("|")
    return done(
        request,
        lambda by, at: ask_swap(
            rule_id=int(rule_id), day=date.fromisoformat(day), from_member=int(member_id),
            to_member=form.cleaned_data["pengganti"], by=by, at=at,
        ),
        said=_("Permintaan dicatat. Berlaku bila ia setuju."), form=form,
    )  # fmt: skip


def _act_on_swap(request: HttpRequest, *, back: tuple[str, ...]) -> HttpResponse | None:
    """Answer or withdraw a swap where the form asks for that; None where it asks for something else."""
    name = act_of(request)
    if request.method != "POST" or name not in ("setuju", "tolak", "tarik"):
        return None
    try:
        swap_id = uuid.UUID(request.POST.get("permintaan", ""))
    except ValueError:
        raise UnableToFind(_("Permintaan itu tidak ada.")) from None
    if not RosterSwap.objects.filter(pk=swap_id).exists():
        raise UnableToFind(_("Permintaan itu tidak ada."))
    if name == "tarik":
        done(request, lambda by, at: withdraw_swap(swap_id=swap_id, by=by, at=at), said=_("Tukar giliran ditarik."))
    else:
        said = _("Tukar giliran disetujui.") if name == "setuju" else _("Dijawab tidak bisa.")
        done(request, lambda by, at: answer_swap(swap_id=swap_id, agrees=name == "setuju", by=by, at=at), said=said)
    return redirect(*back)
