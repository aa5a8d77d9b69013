"""Forms come in, are published, and go out of use. A version is never edited; the next one replaces it."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.formulir.models import Form, FormVersion
from tidar.formulir.queries.forms import view_of
from tidar.formulir.rules.definition import UnableToUseForm
from tidar.formulir.rules.views import FormView
from tidar.formulir.rules.xlsform import KINDS, Reading, read_xlsform

State = FormVersion.State
EDIT = "forms.edit"


class UnableToAdopt(UnableTo):
    """The file is no form that can be taken in, or its version was used before."""


class UnableToPublish(UnableTo):
    """The version is not a draft."""


@transaction.atomic
def adopt_form(*, source: Path | bytes, by: Actor, at: datetime, file_name: str = "", program: str = "") -> FormView:
    """A form that a program brings, in use at once: its XLSForm by path or as bytes (then `file_name` says the kind).

    Idempotent by the file's SHA-256; new content becomes the next version. Raises `UnableToAdopt`.
    """
    by.must(EDIT)
    file = source.read_bytes() if isinstance(source, Path) else source
    name = file_name or (source.name if isinstance(source, Path) else "")
    if known := FormVersion.objects.filter(file_sha256=hashlib.sha256(file).hexdigest()).first():
        return view_of(known)
    made = _added(file, file_name=name, program=program, by=by, at=at)
    return view_of(_put_in_use(made, at=at))


@transaction.atomic
def adopt_folder(*, folder: Path, program: str, by: Actor, at: datetime) -> int:
    """Every form in a program's folder, by name; returns how many versions are new. Idempotent; no folder, no forms."""
    before = FormVersion.objects.count()
    for path in sorted(path for path in folder.glob("*") if path.suffix in KINDS):
        adopt_form(source=path, program=program, by=by, at=at)
    return FormVersion.objects.count() - before


@transaction.atomic
def add_draft(*, file: bytes, file_name: str, by: Actor, at: datetime) -> tuple[FormVersion, tuple[str, ...]]:
    """An uploaded XLSForm as a draft, with pyxform's advice. The same file again is the version that it made then."""
    by.must(EDIT)
    if known := FormVersion.objects.filter(file_sha256=hashlib.sha256(file).hexdigest()).first():
        return known, ()
    made = _added(file, file_name=file_name, program="", by=by, at=at)
    return made, _read(file, file_name).warnings


@transaction.atomic
def publish(*, version_id: uuid.UUID, by: Actor, at: datetime) -> FormVersion:
    """The draft is in use from now on; the version before it stays readable. Raises `UnableToPublish`."""
    by.must(EDIT)
    draft = FormVersion.objects.select_for_update().get(pk=version_id)
    if draft.state != State.DRAFT:
        raise UnableToPublish(_("Hanya draf yang dapat diterbitkan. Untuk mengubah formulir, unggah versi baru."))
    _put_in_use(draft, at=at)
    audit.record("form.published", by=by, at=at, subject=("form", draft.form_id), after={"version": draft.version})
    return draft


@transaction.atomic
def retire(*, version_id: uuid.UUID, by: Actor, at: datetime) -> FormVersion:
    """The version asks no more; its answers stay. Phones that still hold it may send what was answered with it."""
    by.must(EDIT)
    found = FormVersion.objects.select_for_update().get(pk=version_id)
    if found.state == State.RETIRED:
        return found
    found.state, found.retired_at = State.RETIRED, at
    found.save(update_fields=["state", "retired_at"])
    audit.record("form.retired", by=by, at=at, subject=("form", found.form_id), after={"version": found.version})
    return found


def _read(file: bytes, file_name: str) -> Reading:
    try:
        return read_xlsform(file, file_name=file_name)
    except UnableToUseForm as error:
        raise UnableToAdopt(error.sentence) from error


def _added(file: bytes, *, file_name: str, program: str, by: Actor, at: datetime) -> FormVersion:
    reading = _read(file, file_name)
    definition = reading.definition
    key, text, title = definition["key"], definition["version"], definition["title"]
    Form.objects.get_or_create(pk=key, defaults={"title": title, "program": program, "made_at": at})
    form = Form.objects.select_for_update().get(pk=key)  # its versions are numbered one after the other
    versions = FormVersion.objects.filter(form=form)
    if versions.filter(version=text).exists():
        raise UnableToAdopt(
            _("Versi %(version)s dari formulir “%(title)s” sudah ada dengan isi lain. Naikkan version-nya.")
            % {"version": text, "title": title}
        )
    newest = versions.order_by("-number").values_list("number", flat=True).first() or 0
    made = FormVersion.objects.create(
        form=form,
        number=newest + 1,
        version=text,
        file_name=file_name[:200],
        file=file,
        file_sha256=hashlib.sha256(file).hexdigest(),
        definition=definition,
        xform=reading.xform,
        made_at=at,
        made_by=by.id,
    )
    audit.record("form.added", by=by, at=at, subject=("form", key), after={"version": text, "file": file_name})
    return made


def _put_in_use(draft: FormVersion, *, at: datetime) -> FormVersion:
    Form.objects.select_for_update().get(pk=draft.form_id)
    FormVersion.objects.filter(form_id=draft.form_id, state=State.PUBLISHED).update(state=State.RETIRED, retired_at=at)
    draft.state, draft.published_at = State.PUBLISHED, at
    draft.save(update_fields=["state", "published_at"])
    Form.objects.filter(pk=draft.form_id).update(title=draft.definition["title"])
    return draft
