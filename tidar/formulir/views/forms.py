"""Forms and their versions: list, upload, what a version asks and what changed, publish and retire."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo
from tidar.common.files import attachment
from tidar.common.pages import page
from tidar.formulir.actions.forms import EDIT, add_draft, publish, retire
from tidar.formulir.forms import UploadForm, errors_of
from tidar.formulir.models import Form, FormVersion
from tidar.formulir.queries.forms import form_list, form_named, last_published_before, version_numbered, versions_of
from tidar.formulir.queries.submissions import held_count
from tidar.formulir.rules.definition import Question
from tidar.formulir.rules.differences import RULES, TYPE_WORDS, differences, rule_text
from tidar.formulir.rules.xlsform import LARGEST_FILE

SEE = "forms.see"


def _form(_request: HttpRequest, key: str) -> Form:
    return form_named(key)


def _version(_request: HttpRequest, key: str, number: int) -> FormVersion:
    return version_numbered(key, number)


@requires(SEE)
@require_safe
def list_of_forms(request: HttpRequest) -> HttpResponse:
    """All forms with the version in use and what waits for a decision."""
    words = request.GET.get("q", "").strip()[:60]
    rows = list(form_list(words=words))
    in_use = {one.form_id: one for one in FormVersion.objects.filter(state="terbit").defer("file", "xform")}
    context = {
        "rows": [(row, in_use.get(row.key)) for row in rows],
        "words": words,
        "held_count": held_count(),
        "may_edit": actor_of(request).may(EDIT),
    }
    return page(request, "formulir/list.html", context, block="list")


@requires(SEE, load=_form)
@require_safe
def form_page(request: HttpRequest, form: Form) -> HttpResponse:
    """One form: its versions, newest first."""
    context = {"form": form, "versions": versions_of(form), "may_edit": actor_of(request).may(EDIT)}
    return page(request, "formulir/form.html", context)


@requires(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """An XLSForm comes in as a draft."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    error = ""
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["berkas"]
        try:
            draft, advice = add_draft(
                file=file.read(LARGEST_FILE + 1), file_name=file.name, by=actor_of(request), at=clock.now()
            )
        except UnableTo as unable:
            error = unable.sentence
        else:
            return _uploaded(request, draft, advice)
    error = error or errors_of(form, "berkas")
    return page(request, "formulir/upload.html", {"error": error}, block="form", status=422 if form.is_bound else 200)


def _uploaded(request: HttpRequest, draft: FormVersion, advice: tuple[str, ...]) -> HttpResponse:
    messages.success(request, _("Formulir terbaca. Periksa pertanyaannya, coba isi, lalu terbitkan."))
    for sentence in advice[:5]:
        messages.info(request, _("Saran pembaca XLSForm: %s") % sentence)
    return redirect("formulir:version", draft.form_id, draft.number)


@requires(SEE, load=_version)
@require_safe
def version_page(request: HttpRequest, version: FormVersion) -> HttpResponse:
    """What one version asks, and what changed since the version before it."""
    return _version_page(request, version)


def _version_page(request: HttpRequest, version: FormVersion, *, status: int = 200, **extra: Any) -> HttpResponse:
    before = last_published_before(version)
    context = {
        "version": version,
        "questions": [_described(one) for one in version.definition["questions"]],
        "before": before,
        "changes": differences(before.definition, version.definition) if before else (),
        "may_edit": actor_of(request).may(EDIT),
    }
    return page(request, "formulir/version.html", context | extra, status=status)


def _described(question: Question) -> dict[str, Any]:
    rules = [
        (word, rule_text(question[key])) for key, word in RULES.items() if question.get(key) not in (None, False, True)
    ]
    return {
        "name": question["name"],
        "label": question["label"],
        "kind": TYPE_WORDS[question["type"]],
        "is_group": question["type"] == "group",
        "is_required": question["required"] is True,
        "choices": question.get("choices", ()),
        "rules": rules,
        "hint": question.get("hint", ""),
    }


@requires(EDIT, load=_version)
@require_POST
def publish_version(request: HttpRequest, version: FormVersion) -> HttpResponse:
    """The draft is in use from now on."""
    try:
        publish(version_id=version.pk, by=actor_of(request), at=clock.now())
    except UnableTo as error:
        return _version_page(request, version, status=error.status, sentence=error.sentence)
    messages.success(request, _("Versi ini dipakai mulai sekarang. HP mengambilnya saat menyiapkan ronda berikutnya."))
    return redirect("formulir:version", version.form_id, version.number)


@requires(EDIT, load=_version)
@require_POST
def retire_version(request: HttpRequest, version: FormVersion) -> HttpResponse:
    """The version asks no more."""
    retire(version_id=version.pk, by=actor_of(request), at=clock.now())
    messages.success(request, _("Versi ini tidak dipakai lagi. Jawabannya tetap ada."))
    return redirect("formulir:version", version.form_id, version.number)


@requires(SEE, load=_version)
@require_safe
def file_of_version(request: HttpRequest, version: FormVersion) -> HttpResponse:
    """The XLSForm as it came."""
    return attachment(HttpResponse(bytes(version.file), content_type="application/octet-stream"), version.file_name)
