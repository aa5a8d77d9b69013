"""What was answered, and what is held for a decision.

Answers to a program's form may concern persons and houses: their content is shown only to whoever may read that there,
and each reading is in the audit trail; everybody else with `forms.see` sees when they came and what became of them.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.common.files import xlsx_file
from tidar.common.pages import page
from tidar.formulir.actions.reading import note_reading
from tidar.formulir.actions.receiving import settle
from tidar.formulir.forms import SettleForm, errors_of
from tidar.formulir.models import Form, Submission
from tidar.formulir.queries.forms import form_named
from tidar.formulir.queries.photos import photo_bytes
from tidar.formulir.queries.submissions import SETTLED_HERE, may_read, submission_row, submissions, submissions_page
from tidar.formulir.rules.answers import said
from tidar.formulir.rules.rendering import read_aloud
from tidar.people import api as people

SEE, EDIT = "forms.see", "forms.edit"
MOST_ROWS = 10_000


def _answer(_request: HttpRequest, answer_id: uuid.UUID) -> Submission:
    return submission_row(answer_id)


@requires(SEE)
@require_safe
def list_of_answers(request: HttpRequest) -> HttpResponse:
    """Answers, newest first; `?formulir=` and `?keadaan=` narrow, `?sebelum=` goes on."""
    key, state = request.GET.get("formulir", ""), request.GET.get("keadaan", "")
    state = state if state in Submission.State.values else ""
    rows, after = submissions_page(submissions(key=key, state=state), before=request.GET.get("sebelum", ""))
    context = {
        "rows": rows,
        "after": after,
        "key": key,
        "state": state,
        "states": Submission.State.choices,
        "forms": Form.objects.order_by("title"),
        "is_first": "sebelum" not in request.GET,
        "names": people.names_of({row.actor_id for row in rows}),
    }
    return page(request, "formulir/answers.html", context, block="list")


@requires(SEE, load=_answer)
@require_safe
@never_cache
def answer_page(request: HttpRequest, answer: Submission) -> HttpResponse:
    """One set of answers in words, and the decision where one is needed."""
    return _answer_page(request, answer)


def _answer_page(request: HttpRequest, answer: Submission, *, status: int = 200, **extra: Any) -> HttpResponse:
    actor = actor_of(request)
    is_open = may_read(actor, answer)
    if is_open and answer.version.form.program:
        note_reading(answer=answer, by=actor, at=clock.now())
    definition = answer.version.definition
    labels = {one["name"]: one["label"] or one["name"] for one in definition["questions"]}
    context = {
        "answer": answer,
        "is_open": is_open,
        "pairs": read_aloud(definition, answer.answers) if is_open else (),
        "problems": [(labels.get(name, name), sentence) for name, sentence in answer.problems],
        "photos": list(answer.attachments.all()) if is_open else [],
        "names": people.names_of({answer.actor_id, answer.settled_by}),
        "may_settle": actor.may(EDIT) and answer.state == Submission.State.HELD and answer.client in SETTLED_HERE,
    }
    return page(request, "formulir/answer.html", context | extra, status=status)


@requires(EDIT, load=_answer)
@require_POST
def settle_answer(request: HttpRequest, answer: Submission) -> HttpResponse:
    """Held answers are handed over as they are, or refused."""
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _answer_page(request, answer, status=422, error=errors_of(form, "alasan") or errors_of(form, "putusan"))
    try:
        settle(
            submission_id=answer.pk,
            accept=form.cleaned_data["putusan"] == "terima",
            reason=form.cleaned_data["alasan"],
            by=actor_of(request),
            at=clock.now(),
        )
    except UnableTo as error:
        return _answer_page(request, answer, status=422, error=error.sentence, reason=form.cleaned_data["alasan"])
    messages.success(request, _("Putusan disimpan."))
    return redirect("formulir:answer", answer.pk)


@requires(SEE)
@require_safe
@never_cache
def photo_of_answer(request: HttpRequest, answer_id: uuid.UUID, number: int) -> HttpResponse:
    """One photograph of an answer, for whoever may read the answer; it is noted as the answer's own reading is."""
    answer, actor = submission_row(answer_id), actor_of(request)
    if not may_read(actor, answer):
        raise UnableToAllow(_("Isi jawaban ini hanya untuk yang berurusan."))
    found = answer.attachments.filter(pk=number).select_related("photo").first()
    if found is None or not found.photo.kept_sha256 or found.photo.erased_at:
        raise UnableToFind(_("Foto itu tidak ada."))
    if answer.version.form.program:
        note_reading(answer=answer, by=actor, at=clock.now())
    return HttpResponse(photo_bytes(found.photo.kept_sha256), content_type="image/jpeg")


def _open_form(request: HttpRequest, key: str) -> Form:
    form = form_named(key)
    if form.program:
        raise UnableToAllow(_("Jawaban formulir program dibaca di programnya."))
    return form


@requires(SEE, load=_open_form)
@require_safe
def answers_file(request: HttpRequest, form: Form) -> HttpResponse:
    """All answers to a form of the city's own as a workbook, one row each, in the questions of the newest version."""
    newest = form.versions.order_by("-number")[:1].get()  # a form comes with its first version
    names = [one["name"] for one in newest.definition["questions"] if one["type"] not in ("note", "group")]
    headings = [_("Nomor"), _("Waktu"), _("Keadaan"), _("Versi"), *names]
    rows = [
        [str(row.pk), row.happened_at.isoformat(), row.state, row.version.version, *_cells(row, names)]
        for row in submissions(key=form.key)[:MOST_ROWS]
    ]
    return xlsx_file(f"{form.key}.xlsx", headings, rows)


def _cells(row: Submission, names: list[str]) -> list[object]:
    answers = row.answers
    return [v if isinstance(v := answers.get(n), int) else said(row.version.definition, n, v) for n in names]
