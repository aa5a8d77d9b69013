"""Typing in a round that was written on paper."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tidar.common.access import requires
from tidar.common.ids import uuid7
from tidar.common.pages import page
from tidar.rojak.actions.items import ItemAnswer
from tidar.rojak.actions.paper import type_round
from tidar.rojak.forms.paper import Known, PaperForm
from tidar.rojak.models import PatrolItem, Post
from tidar.rojak.queries import posts as queries
from tidar.rojak.views.register.desk import done, post_named, shown_with, today
from tidar.rojak.views.register.sheets import running_members, running_segments

State = PatrolItem.State


@requires("patrol.coordinate", load=post_named)
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, post: Post) -> HttpResponse:
    """`/rojak/pos/<code>/kertas/`: one sheet; the QR on the paper leads here."""
    known = Known(post, running_members(post, today()), running_segments(post, today()), queries.kinds_of(post))
    form = PaperForm(request.POST or None, known=known, initial={"naskah": uuid7(), "tanggal": today()})
    answers: list[ItemAnswer] = []
    if request.method == "POST" and form.is_valid():
        sheet = form.paper_round()
        if done(
            request, lambda by, at: answers.extend(type_round(post_id=post.pk, paper=sheet, by=by, at=at)), form=form
        ):  # fmt: skip
            _say(request, answers)
            return redirect("rojak:paper", post.code)
    context = {
        **shown_with(request, post, "paper"), "form": form,
        "typed": queries.paper_rounds_of(post),
    }  # fmt: skip
    return page(request, "rojak/register/paper.html", context, status=422 if form.errors else 200)


def _say(request: HttpRequest, answers: Sequence[ItemAnswer]) -> None:
    """How much of the sheet was taken, and a sentence for each line that waits."""
    taken = sum(answer.state == State.ACCEPTED for answer in answers)
    if taken:
        messages.success(
            request,
            ngettext("%(n)s baris kertas diterima.", "%(n)s baris kertas diterima.", taken) % {"n": taken}
            + " " + _("Tanda terima pertama: %s.") % next(a.receipt for a in answers if a.state == State.ACCEPTED),
        )  # fmt: skip
    for answer in answers:
        if answer.state != State.ACCEPTED:
            messages.warning(request, f"{answer.receipt} {answer.sentence}".strip())
