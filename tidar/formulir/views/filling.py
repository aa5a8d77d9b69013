"""Filling a form in on a screen: to try it, or to keep the answers. Works without JavaScript.

Which questions are asked depends on the answers: with HTMX after each change, without it after each sending.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.ids import uuid7
from tidar.common.pages import page
from tidar.formulir.actions.filling import fill_in
from tidar.formulir.models import FormVersion
from tidar.formulir.queries.forms import published, version_numbered
from tidar.formulir.rules.answers import Answer, Checked, check, typed
from tidar.formulir.rules.definition import Definition
from tidar.formulir.rules.rendering import begun, fields, read_aloud

SEE, EDIT = "forms.see", "forms.edit"
LOOKING = "lihat"  # only show the questions anew, say nothing about what is still missing
LARGEST_PHOTO = 5_000_001


@dataclass(frozen=True, slots=True)
class Sent:
    """What a browser sent: typed answers, photographs by name, and whether it only asks which questions come."""

    answers: dict[str, Answer]
    photos: Mapping[str, bytes]
    is_looking: bool


def _version(_request: HttpRequest, key: str, number: int) -> FormVersion:
    return version_numbered(key, number)


@requires(SEE, load=_version)
@require_http_methods(["GET", "HEAD", "POST"])
def try_out(request: HttpRequest, version: FormVersion) -> HttpResponse:
    """Fill a version in without keeping anything: what is asked, what is wrong, what is computed."""
    definition = version.definition
    sent, today = _sent(request, definition), _today()
    context: dict[str, Any] = {"version": version}
    if sent is None:
        return _page(request, "formulir/try.html", definition, begun(definition), **context)
    checked = check(definition, sent.answers, today=today)
    if sent.is_looking:
        return _page(request, "formulir/try.html", definition, sent.answers, **context)
    if checked.is_fine:
        context["fine"] = read_aloud(definition, checked.answers)
    return _page(request, "formulir/try.html", definition, sent.answers, checked=checked, **context)


@requires(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: HttpRequest, key: str) -> HttpResponse:
    """Fill in the version in use and keep the answers. Sent twice, they are kept once."""
    form = published(key)
    if form is None:
        raise UnableToFind(_("Formulir itu tidak sedang dipakai."))
    sent = _sent(request, form.definition)
    number = _number(request)
    context: dict[str, Any] = {"form": form, "number": number}
    if sent is None or sent.is_looking:
        answers = begun(form.definition) if sent is None else sent.answers
        return _page(request, "formulir/fill.html", form.definition, answers, **context)
    checked = check(form.definition, sent.answers, today=_today())
    if checked.is_fine:
        try:
            kept = fill_in(
                id=number, form=form, answers=sent.answers, photos=sent.photos, by=actor_of(request), at=clock.now()
            )
        except UnableTo as error:
            context["sentence"] = error.sentence
        else:
            messages.success(request, _("Jawaban disimpan."))
            return redirect("formulir:answer", kept.id)
    return _page(request, "formulir/fill.html", form.definition, sent.answers, checked=checked, **context)


def _page(
    request: HttpRequest, template: str, definition: Definition, answers: dict[str, Answer], **context: Any
) -> HttpResponse:
    checked: Checked | None = context.pop("checked", None)
    problems = dict(checked.problems) if checked else {}
    context["fields"] = fields(definition, answers, today=_today(), problems=problems)
    context["problem_count"] = len(problems)
    status = 422 if problems or context.get("sentence") else 200
    return page(request, template, context, block="questions", status=status)


def _sent(request: HttpRequest, definition: Definition) -> Sent | None:
    if request.method != "POST":
        return None
    texts = {name: request.POST.getlist(f"q-{name}") for name in (q["name"] for q in definition["questions"])}
    photos = {}
    for question in definition["questions"]:
        file = request.FILES.get(f"q-{question['name']}")
        if question["type"] == "photo" and file is not None:
            photos[f"{question['name']}.jpg"] = file.read(LARGEST_PHOTO)
            texts[question["name"]] = [f"{question['name']}.jpg"]
    return Sent(typed(definition, texts), photos, is_looking=LOOKING in request.GET)


def _today() -> date:
    return timezone.localdate(clock.now())


def _number(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("nomor", ""))
    except ValueError:
        return uuid7()
