"""Forms and their versions. A version never changes, so what was read of one is remembered in this process."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from tidar.common.errors import UnableToFind
from tidar.formulir.models import Form, FormVersion, Submission
from tidar.formulir.queries.submissions import SETTLED_HERE
from tidar.formulir.rules.views import FormView

PUBLISHED = FormVersion.State.PUBLISHED
REMEMBERED_SECONDS = 3600
WITHOUT_FILE = ("file", "xform")


def published(key: str) -> FormView | None:
    """The version of the form that is in use, or None."""
    return _view_of(Q(form_id=key, state=PUBLISHED))


def version(key: str, version_text: str) -> FormView | None:
    """One version of a form by XLSForm's own version text, whatever its state."""
    return _view_of(Q(form_id=key, version=version_text))


def all_published() -> tuple[FormView, ...]:
    """The versions in use, by key."""
    found = FormVersion.objects.filter(state=PUBLISHED).select_related("form").defer(*WITHOUT_FILE)
    return tuple(view_of(one) for one in found.order_by("form_id"))


def view_of(one: FormVersion) -> FormView:
    """A version as a plain value."""
    title = one.definition["title"]
    return FormView(one.form_id, one.version, one.number, title, one.definition, one.state, one.pk)


def _view_of(which: Q) -> FormView | None:
    found = FormVersion.objects.filter(which).order_by().values_list("pk", "state")[:1]
    return next((_remembered(pk, state) for pk, state in found), None)


def _remembered(pk: uuid.UUID, state: str) -> FormView:
    name = f"formulir:{pk}:{state}"
    held: FormView | None = cache.get(name)
    if held is None:
        held = view_of(FormVersion.objects.defer(*WITHOUT_FILE).get(pk=pk))
        cache.set(name, held, REMEMBERED_SECONDS)
    return held


def form_list(*, words: str = "") -> QuerySet[Form]:
    """Forms by key with `versions_count`, `answers_count` and `held_count`; narrowed by words of key or title."""
    found = Form.objects.annotate(
        versions_count=Count("versions", distinct=True),
        answers_count=Count("versions__submissions", distinct=True),
        held_count=Count(
            "versions__submissions",
            filter=Q(
                versions__submissions__state=Submission.State.HELD, versions__submissions__client__in=SETTLED_HERE
            ),
            distinct=True,
        ),
    )
    return found.filter(Q(key__icontains=words) | Q(title__icontains=words)) if words else found


def form_named(key: str) -> Form:
    """One form; raises `UnableToFind`."""
    if found := Form.objects.filter(pk=key).first():
        return found
    raise UnableToFind(_("Formulir itu tidak ada."))


def versions_of(form: Form) -> QuerySet[FormVersion]:
    """Its versions, newest first, each with `answers_count`."""
    return form.versions.defer(*WITHOUT_FILE).annotate(answers_count=Count("submissions")).order_by("-number")


def version_numbered(key: str, number: int) -> FormVersion:
    """One version with its form; raises `UnableToFind`."""
    if found := FormVersion.objects.select_related("form").filter(form_id=key, number=number).first():
        return found
    raise UnableToFind(_("Versi formulir itu tidak ada."))


def last_published_before(one: FormVersion) -> FormVersion | None:
    """The newest version before this one that was ever in use: what a reader compares it with."""
    found = FormVersion.objects.filter(form_id=one.form_id, number__lt=one.number, published_at__isnull=False)
    return found.defer(*WITHOUT_FILE).order_by("-number").first()


def newest_change() -> datetime | None:
    """When a form was last published or retired."""
    found = FormVersion.objects.filter(published_at__isnull=False).order_by("-published_at").first()
    return found.published_at if found else None


def openrosa_forms() -> QuerySet[FormVersion]:
    """The versions in use with their XForms, by key."""
    return FormVersion.objects.filter(state=PUBLISHED).defer("file").order_by("form_id")


def openrosa_version(key: str, number: int) -> FormVersion:
    """A version that is or was in use, with its XForm; raises `UnableToFind`."""
    was_used = FormVersion.objects.filter(form_id=key, number=number, published_at__isnull=False)
    if found := was_used.defer("file").first():
        return found
    raise UnableToFind(_("Versi formulir itu tidak ada."))
