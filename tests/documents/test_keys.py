"""The signing key: made once however many begin at once, encrypted, replaced without losing old documents."""

from __future__ import annotations

import threading

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from tests.documents.builders import AT, BY, issued
from tidar.common.models import AuditEntry
from tidar.documents import api as documents
from tidar.documents.actions import keys
from tidar.documents.models import Document, SigningKey
from tidar.documents.queries.verifying import is_genuine, verdict_on


def begin_together() -> None:
    start = threading.Barrier(6)

    def work() -> None:
        start.wait()
        try:
            with transaction.atomic():
                keys.signer(by=BY, at=AT)
        except IntegrityError:
            clashes.append(1)
        finally:
            connection.close()

    clashes.clear()
    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


clashes: list[int] = []


@pytest.mark.django_db(transaction=True)
def test_the_first_key_is_made_once() -> None:
    begin_together()
    assert SigningKey.objects.count() == 1 and not clashes
    assert AuditEntry.objects.filter(action="documents.make_key").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_they_clash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_lock", lambda: None)
    begin_together()
    assert clashes  # the database's own guard, one key in use, stopped the others


@pytest.mark.django_db
def test_the_private_half_is_not_stored_readable() -> None:
    with transaction.atomic():
        signer = keys.signer(by=BY, at=AT)
    row = SigningKey.objects.get()
    assert signer.private.private_bytes_raw() not in bytes(row.private_key)
    assert len(bytes(row.private_key)) == 12 + 32 + 16


@pytest.mark.django_db
def test_a_replaced_key_leaves_old_documents_valid() -> None:
    old = issued("skrd")
    fingerprint = documents.rotate_key(by=BY, at=AT)
    new = issued("skrd")
    before, after = verdict_on(old.token), verdict_on(new.token)
    assert before is not None and after is not None
    assert (before.state, before.key_retired_at) == ("valid", AT)
    assert (after.state, after.fingerprint, after.key_retired_at) == ("valid", fingerprint, None)
    assert before.fingerprint != fingerprint
    assert AuditEntry.objects.get(action="documents.rotate_key").after == {"fingerprint": fingerprint}


@pytest.mark.django_db
def test_a_lost_secret_stops_signing_until_the_key_is_replaced(settings) -> None:
    old = issued("skrd")
    settings.SECRET_KEY = "another-secret-entirely"
    with pytest.raises(documents.UnableToSign, match="rotate_document_key"):
        issued("skrd")
    call_command("rotate_document_key")
    new = issued("skrd")
    assert {is_genuine(d) for d in Document.objects.filter(pk__in=[old.id, new.id])} == {True}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents_signingkey SET retired_at = NULL WHERE retired_at IS NOT NULL",
        "UPDATE documents_signingkey SET retired_at = now()",
        "UPDATE documents_signingkey SET private_key = '\\x00' WHERE retired_at IS NULL",
        "DELETE FROM documents_signingkey",
        "TRUNCATE documents_signingkey CASCADE",
    ],
)
def test_a_key_is_retired_once_and_never_removed(statement: str) -> None:
    issued("skrd")
    documents.rotate_key(by=BY, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match=r"only retired|append-only"), transaction.atomic():
            cursor.execute(statement)
