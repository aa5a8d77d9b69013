"""ODK Collect sends again while the first sending is still being answered: what was sent is handed over once."""

from __future__ import annotations

import threading
import time
import uuid

import pytest
from django.db import connection

from tests.formulir.builders import AT, adopted, instance, key_of, walker
from tidar.common.errors import UnableTo
from tidar.formulir.actions import receiving
from tidar.formulir.actions.receiving import Parcel, receive_parcel
from tidar.formulir.models import Submission
from tidar.formulir.queries.keys import holder_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]
ID = uuid.UUID("0199ab00-0000-7000-8000-0000000000dd")
XML = instance("<jenis>lain</jenis>", id=ID)
SENDERS = 4


def _send(gate: threading.Barrier, secret: str) -> None:
    try:
        key, actor = holder_of(secret, at=AT)
        gate.wait()
        receive_parcel(parcel=Parcel(XML), key=key, by=actor, at=AT)
    finally:
        connection.close()


def _handed_over(monkeypatch: pytest.MonkeyPatch) -> int:
    """How often a submission that was held is handed over when four sendings of it arrive at once."""
    adopted()
    secret = key_of(walker(), at=AT)

    def refuse(received: object, *, by: object, at: object) -> None:
        raise UnableTo("Belum dapat.")

    def take(received: object, *, by: object, at: object) -> None:
        calls.append(received)
        time.sleep(0.3)

    calls: list[object] = []
    monkeypatch.setattr(receiving, "_receivers", {"uji": refuse})
    key, actor = holder_of(secret, at=AT)
    assert receive_parcel(parcel=Parcel(XML), key=key, by=actor, at=AT).state == "ditahan"
    monkeypatch.setattr(receiving, "_receivers", {"uji": take})
    gate = threading.Barrier(SENDERS)
    threads = [threading.Thread(target=_send, args=(gate, secret)) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(calls)


def test_without_the_lock_it_would_be_handed_over_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked = Submission.objects.select_related("version")
    monkeypatch.setattr(receiving, "_locked", lambda submission_id: unlocked.get(pk=submission_id))
    assert _handed_over(monkeypatch) > 1


def test_with_the_lock_it_is_handed_over_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _handed_over(monkeypatch) == 1
    assert Submission.objects.get(pk=ID).state == "diterima"
