"""What ODK clients send is kept, and handed to the app whose form it is when all of it has come.

A client sends one filled-in form in one POST or in several, each with the same XML and some of its files (OpenRosa Form
Submission API). The first keeps the answers; the last (or the one that brings the last photograph named in them) hands
them over, in one transaction with what that app writes.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToAgree, UnableToFind
from tidar.formulir.actions.photos import receive_photo_part
from tidar.formulir.actions.submitting import Given, attach, submit
from tidar.formulir.models import ClientKey, FormVersion, Submission
from tidar.formulir.queries.forms import version as version_named
from tidar.formulir.queries.submissions import SETTLED_HERE, view_of
from tidar.formulir.rules.answers import typed
from tidar.formulir.rules.instances import Instance, claimed_device, claimed_moment, read_instance, texts_of
from tidar.formulir.rules.views import FormView, Received, Receiver, SubmissionView
from tidar.people import api as people

State = Submission.State
_receivers: dict[str, Receiver] = {}


class UnableToSettle(UnableTo):
    """The answers are not held, or no reason was given."""


def receiver(form_key_prefix: str) -> Callable[[Receiver], Receiver]:
    """Register `function(submission: Received, *, by, at)` for forms whose key begins so; `UnableTo…` holds them.

    It runs in the transaction that keeps the answers, when they fit the form and every photograph has come (or the
    client says that nothing more will). It runs again only after it held them.
    """

    def register(function: Receiver) -> Receiver:
        _receivers[form_key_prefix] = function
        return function

    return register


def receiver_of(form_key: str) -> Receiver | None:
    """The function for a form: of the longest prefix that fits; None when no app asked for it."""
    fitting = [prefix for prefix in _receivers if form_key.startswith(prefix)]
    return _receivers[max(fitting, key=len)] if fitting else None


@dataclass(frozen=True, slots=True)
class Parcel:
    """One POST of a client: the XML, files by name, and whether it announced that more will follow."""

    xml: bytes
    files: Mapping[str, bytes] = field(default_factory=dict)
    more_follows: bool = False


@transaction.atomic
def receive_parcel(*, parcel: Parcel, key: ClientKey, by: Actor, at: datetime) -> SubmissionView:
    """Keep one POST of an ODK client. The same again is the same answer and is written once.

    Raises `UnableToReadInstance` (400), `UnableToFind` (no such form or version: 404, the client keeps it), and
    `UnableToAgree` (other content under the same instanceID or file name: 409). Files that are no photograph are kept
    as held photographs with a sentence.
    """
    instance = read_instance(parcel.xml)
    form = _form_of(instance)
    found = submit(
        id=instance.id,
        form=(form.key, form.version),
        answers=typed(form.definition, texts_of(form.definition, instance.texts)),
        given=_given(parcel, instance, form, key, at),
        by=by,
        at=at,
    )
    row = _locked(found.id)
    if not found.was_here:
        audit.record("submission.received", by=by, at=at, subject=("submission", str(row.pk)), after={"form": form.key})
    _take_files(row, parcel.files, by=by, at=at)
    if row.state == State.HELD and row.settled_at is None and not row.problems:
        _hand_over_or_wait(row, form, more_follows=parcel.more_follows, by=by, at=at)
    return view_of(row, was_here=found.was_here)


@transaction.atomic
def settle(*, submission_id: uuid.UUID, accept: bool, reason: str, by: Actor, at: datetime) -> Submission:
    """Decide about held answers: hand them over as they are, or refuse them; either with a reason.

    Raises `UnableToSettle`, or the receiving app's own `UnableTo…` when it still cannot take them (nothing changes).
    """
    by.must("forms.edit")
    row = _locked(submission_id)
    if row.state != State.HELD:
        raise UnableToSettle(_("Jawaban ini tidak ditahan lagi."))
    if row.client not in SETTLED_HERE:
        raise UnableToSettle(_("Jawaban dari aplikasi program diputuskan di program itu."))
    if not reason.strip():
        raise UnableToSettle(_("Tuliskan alasannya, satu kalimat saja."))
    if accept and row.client == Submission.Client.ODK:
        _hand_over(row, by=by, at=at)
    row.state = State.RECEIVED if accept else State.REFUSED
    row.settled_at, row.settled_by, row.settlement = at, by.id, reason.strip()[:300]
    row.save(update_fields=["state", "settled_at", "settled_by", "settlement"])
    audit.record(
        "submission.settled",
        by=by,
        at=at,
        subject=("submission", str(row.pk)),
        after={"state": row.state, "reason": row.settlement},
    )
    return row


def _locked(submission_id: uuid.UUID) -> Submission:
    """The row, held until the transaction ends: POSTs of one instance follow one another, each sees the one before."""
    return Submission.objects.select_for_update(of=("self",)).select_related("version").get(pk=submission_id)


def _form_of(instance: Instance) -> FormView:
    found = version_named(instance.form_key, instance.version)
    if found is None or found.state == FormVersion.State.DRAFT:
        raise UnableToFind(_("Formulir atau versi itu tidak ada di sini. Perbarui daftar formulir di HP."))
    return found


def _given(parcel: Parcel, instance: Instance, form: FormView, key: ClientKey, at: datetime) -> Given:
    return Given(
        client=Submission.Client.ODK,
        happened_at=claimed_moment(form.definition, instance.texts) or at,
        device=claimed_device(form.definition, instance.texts),
        state=State.HELD,
        raw=parcel.xml,
        area_code=key.area_code,
    )


def _take_files(row: Submission, files: Mapping[str, bytes], *, by: Actor, at: datetime) -> None:
    """Each file is a photograph under its name; a name that had other bytes is refused before anything is written."""
    named = {name[:200]: hashlib.sha256(data).hexdigest() for name, data in files.items() if data}
    for name, sha256 in row.attachments.filter(name__in=named).values_list("name", "photo_id"):
        if named[name] != sha256:
            raise UnableToAgree(_("Berkas “%s” sudah ada dengan isi lain.") % name)
    attach(row, named, by=by, at=at)
    for data in filter(None, files.values()):
        digest = hashlib.sha256(data).hexdigest()
        receive_photo_part(sha256=digest, start=0, total=len(data), data=data, by=by, at=at)


def missing_files(row: Submission, form: FormView) -> list[str]:
    """Names of photographs that the answers mention and that have not come."""
    photos = [one["name"] for one in form.definition["questions"] if one["type"] == "photo"]
    named = {row.answers[name] for name in photos if row.answers.get(name)}
    return sorted(named - set(row.attachments.values_list("name", flat=True)))


def _hand_over_or_wait(row: Submission, form: FormView, *, more_follows: bool, by: Actor, at: datetime) -> None:
    missing = missing_files(row, form)
    if missing and more_follows:
        row.sentence = (_("Menunggu foto: %s.") % ", ".join(missing))[:300]
        row.save(update_fields=["sentence"])
        return
    try:
        with transaction.atomic():
            _hand_over(row, by=by, at=at)
    except UnableTo as error:
        row.sentence = error.sentence[:300]
        row.save(update_fields=["sentence"])
        return
    row.state, row.settled_at, row.settled_by = State.RECEIVED, at, "system:odk"
    row.sentence = (_("Tanpa foto: %s.") % ", ".join(missing))[:300] if missing else ""
    row.save(update_fields=["state", "sentence", "settled_at", "settled_by"])


def _hand_over(row: Submission, *, by: Actor, at: datetime) -> None:
    """In the name of whoever sent it, also when somebody else decides about it."""
    take = receiver_of(row.version.form_id)
    if take is None:
        return
    photos = dict(row.attachments.values_list("name", "photo_id"))
    received = Received(
        id=row.pk,
        key=row.version.form_id,
        version=row.version.version,
        answers=row.answers,
        photos=photos,
        device=row.device,
        area_code=row.area_code,
        happened_at=row.happened_at,
    )
    sender = by if by.id == row.actor_id else people.actor_for_user(row.actor_id, at=at)
    take(received, by=sender, at=at)
