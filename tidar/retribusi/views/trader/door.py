"""In and out: a one-time code to the registered phone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tidar.common import clock
from tidar.common.access import hold, holder_of, let_go, public
from tidar.common.pace import slow_down
from tidar.common.pages import page
from tidar.retribusi.actions.door import UnableToOpen, ask_for_code, open_door, proof_of
from tidar.retribusi.forms.trader import CodeForm, DoorForm
from tidar.retribusi.rules import door as rules

HOLDER = "trader"
WAITING = "door:payer"  # in the session: whose code is awaited; 0 when the number meant nobody
NEXT = "door:next"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest) -> HttpResponse:
    """Ask for a code. The answer is the same for a number that nobody has."""
    if holder_of(request, HOLDER, proof=proof_of):
        return redirect("retribusi:trader")
    _remember_next(request)
    form = DoorForm(request.POST or None)
    if request.method == "POST":
        slow_down(request, what="door", most=20, seconds=600)
        if form.is_valid():
            request.session[WAITING] = ask_for_code(typed=form.cleaned_data["who"], at=clock.now()) or 0
            return redirect("retribusi:trader_code")
    return page(request, "retribusi/trader/door.html", {"form": form}, status=422 if form.errors else 200)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Type the code that came."""
    if WAITING not in request.session:
        return redirect("retribusi:trader_door")
    form = CodeForm(request.POST or None)
    if request.method == "POST":
        slow_down(request, what="door-code", most=30, seconds=600)
        if form.is_valid():
            try:
                return _let_in(request, form.cleaned_data["code"])
            except UnableToOpen as error:
                form.add_error("code", error.sentence)
    return page(request, "retribusi/trader/code.html", {"form": form}, status=422 if form.errors else 200)


def _let_in(request: HttpRequest, typed: str) -> HttpResponse:
    at = clock.now()
    payer = open_door(payer_id=int(request.session[WAITING]), code=typed, at=at)
    then = request.session.pop(NEXT, "") or reverse("retribusi:trader")
    request.session.pop(WAITING, None)
    hold(request, HOLDER, str(payer.pk), until=at + rules.STAY, proof=proof_of(str(payer.pk)))
    return redirect(then)


def _remember_next(request: HttpRequest) -> None:
    wanted = request.GET.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        request.session[NEXT] = wanted


@public
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget who this browser proved to be."""
    let_go(request, HOLDER)
    request.session.cycle_key()
    return page(request, "retribusi/trader/left.html", {"sentence": _("Anda sudah keluar.")})
