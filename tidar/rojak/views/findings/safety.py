"""Empty houses, calls for help, and who read what concerns persons."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires, signed_in
from tidar.common.actor import Actor
from tidar.common.pages import page
from tidar.rojak.actions import empty_houses as actions
from tidar.rojak.actions.sos import answer_sos
from tidar.rojak.forms.findings import AnswerForm, EmptyHouseForm
from tidar.rojak.models import Segment
from tidar.rojak.queries import empty_houses as queries
from tidar.rojak.queries import sos as calls
from tidar.rojak.views.findings.desk import done, private, today


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def empty_houses(request: HttpRequest) -> HttpResponse:
    """`/rojak/rumah-kosong/`: ask, withdraw, and (team on duty, head of the RW) read; each reading is noted."""
    actor, opened, status = actor_of(request), None, 200
    form = _house_form(request, actor)
    if request.method == "POST" and request.POST.get("aksi") == "baca":
        opened = actions.read_notices(by=actor, at=clock.now())
    elif request.method == "POST":
        if form.is_valid() and _asked(request, form):
            return redirect("rojak:empty_houses")
        status = 422
    return private(page(request, "rojak/findings/empty_houses.html", _houses(actor, form, opened), status=status))


def _houses(actor: Actor, form: EmptyHouseForm, opened: Any) -> dict[str, Any]:
    now = clock.now()
    reach = queries.reach_of(actor, now)
    return {
        "form": form,
        "opened": opened,
        "may_read": bool(reach.posts),
        "waiting": queries.current(reach.posts, now).count() if reach.posts else 0,
        "standing": list(queries.standing(reach.led, now)) if reach.led else [],
        "own": [one for one in queries.own(actor, now) if one.post not in reach.led],
        "consent": actions.CONSENT,
        "tab": "houses",
    }


def _house_form(request: HttpRequest, actor: Actor) -> EmptyHouseForm:
    led = [post.pk for post in queries.reach_of(actor, clock.now()).led]
    segments = Segment.objects.filter(post__in=led, from_date__lte=today()).exclude(until_date__lt=today())
    choices = [(str(one.pk), f"{one.title}, {one.post.title}") for one in segments.select_related("post")]
    data = request.POST if request.method == "POST" and request.POST.get("aksi") != "baca" else None
    first = {"kode": request.GET.get("kode", "")[:16]}
    return EmptyHouseForm(data, choices=choices, consent=actions.CONSENT, initial=first)


def _asked(request: HttpRequest, form: EmptyHouseForm) -> bool:
    said = form.cleaned_data
    if "tempat" in said:
        segment_id = int(said["tempat"])
    else:
        segment = Segment.objects.filter(public_code=said["kode"].strip()).first()
        if segment is None:
            form.add_error("kode", _("Kode itu tidak dikenal."))
            return False
        segment_id = segment.pk
    notice = actions.NewNotice(
        segment_id, said["rumah"], said["kontak"], said["mulai"], said["selesai"], consents=said["setuju"]
    )
    act = lambda by, at: actions.ask(notice=notice, by=by, at=at)  # noqa: E731
    return done(request, act, said=_("Tercatat. Hanya tim yang bertugas dan ketua RW dapat membacanya."), form=form)


@signed_in
@require_POST
def withdraw_house(request: HttpRequest, notice_id: uuid.UUID) -> HttpResponse:
    """Take a notice back; its content goes at once."""
    done(
        request, lambda by, at: actions.withdraw(notice_id=notice_id, by=by, at=at), said=_("Ditarik, isinya dihapus.")
    )
    return redirect("rojak:empty_houses")


@requires("patrol.see")
@require_http_methods(["GET", "HEAD", "POST"])
def sos(request: HttpRequest) -> HttpResponse:
    """`/rojak/sos/`: calls for help, those without an answer first."""
    actor = actor_of(request)
    form = AnswerForm(request.POST or None)
    if request.method == "POST":
        call_id = _uuid(request.POST.get("panggilan", ""))
        if call_id is None:
            messages.error(request, _("Panggilan itu tidak ada."))
        elif not form.is_valid():
            messages.error(request, _("Tuliskan apa yang sudah dilakukan."))
        else:
            words = form.cleaned_data["jawaban"]
            done(
                request,
                lambda by, at: answer_sos(sos_id=call_id, answer=words, by=by, at=at),
                said=_("Jawaban tercatat."),
            )
        return redirect("rojak:sos")
    found = calls.calls_for(actor)
    context = {
        "open": calls.open_calls(actor),
        "answered": list(found.filter(answered_at__isnull=False)[: calls.PAGE_SIZE]),
        "tab": "sos",
    }
    return private(page(request, "rojak/findings/sos.html", context, block="live"))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@requires("patrol.persons")
@require_safe
def readings(request: HttpRequest) -> HttpResponse:
    """`/rojak/akses/`: who read what concerns persons, where the reader leads or is concerned."""
    rows, following = calls.readings(actor_of(request), before=request.GET.get("sebelum", ""))
    context = {"rows": rows, "following": following, "is_first": "sebelum" not in request.GET, "tab": "readings"}
    return private(page(request, "rojak/findings/readings.html", context))
