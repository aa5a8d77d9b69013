"""The traders' door: only the registered phone opens it, and nobody learns who is registered."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from tests.retribusi import builders
from tests.retribusi.builders import AT
from tidar.common import clock
from tidar.common.models import AuditEntry
from tidar.gateways.api import UnableToSend, message_outbox
from tidar.retribusi.actions.door import UnableToOpen, ask_for_code, open_door, send_code, tell_old_phone
from tidar.retribusi.actions.register import NewPayer
from tidar.retribusi.actions.rights import correct_payer
from tidar.retribusi.models import DoorCode, Payer

pytestmark = pytest.mark.django_db
PHONE, OTHER_PHONE = "+6281234567890", "+6281234567891"


@pytest.fixture
def stall(home) -> builders.Stall:
    cache.clear()
    builders.city()
    return builders.stall(phone=PHONE)


def _code() -> str:
    return re.findall(r"\b\d{6}\b", message_outbox()[0].text)[0]


def _ask(typed: str = "0812 3456 7890", at=AT) -> int | None:
    """Ask, and let the job hand the code over."""
    found = ask_for_code(typed=typed, at=at)
    if found:
        send_code(code_id=DoorCode.objects.latest("made_at", "id").pk, at=at)
    return found


def _deliver() -> None:
    """What the worker does with the codes that pages asked for."""
    for code in DoorCode.objects.order_by("made_at"):
        send_code(code_id=code.pk, at=code.made_at)


@pytest.mark.parametrize("typed", ["081234567890", "0812 3456 7890", "+62 812-3456-7890", "6281234567890"])
def test_the_registered_phone_gets_a_code_that_opens(stall, typed) -> None:
    assert _ask(typed) == stall.payer_id
    assert message_outbox()[0].to == PHONE
    assert open_door(payer_id=stall.payer_id, code=_code(), at=AT).pk == stall.payer_id


def test_the_npwrd_sends_the_code_to_the_registered_phone_only(stall) -> None:
    assert _ask(stall.npwrd) == stall.payer_id
    assert message_outbox()[0].to == PHONE


@pytest.mark.parametrize("typed", ["081299999999", "", "x" * 200, "' OR 1=1 --", "%", "+62"])
def test_who_is_not_registered_gets_nothing(stall, typed) -> None:
    assert _ask(typed) is None
    assert message_outbox() == ()


def test_a_phone_of_two_traders_opens_neither_but_the_npwrd_does(stall) -> None:
    builders.stall("A-002", phone=PHONE)
    assert _ask() is None
    assert _ask(stall.npwrd) == stall.payer_id


def test_a_code_is_used_once(stall) -> None:
    _ask()
    open_door(payer_id=stall.payer_id, code=_code(), at=AT)
    with pytest.raises(UnableToOpen):
        open_door(payer_id=stall.payer_id, code=_code(), at=AT)


def test_a_code_lives_ten_minutes(stall) -> None:
    _ask()
    with pytest.raises(UnableToOpen):
        open_door(payer_id=stall.payer_id, code=_code(), at=AT + timedelta(minutes=10))


def test_five_wrong_tries_spend_the_code(stall) -> None:
    _ask()
    right = _code()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(5):
        with pytest.raises(UnableToOpen):
            open_door(payer_id=stall.payer_id, code=wrong, at=AT)
    with pytest.raises(UnableToOpen):
        open_door(payer_id=stall.payer_id, code=right, at=AT)


def test_at_most_three_codes_in_fifteen_minutes_and_only_the_newest_opens(stall) -> None:
    for second in range(3):
        assert _ask(at=AT + timedelta(seconds=second)) == stall.payer_id
    assert _ask(at=AT + timedelta(seconds=3)) is None
    older = re.findall(r"\b\d{6}\b", message_outbox()[2].text)[0]
    if older != _code():
        with pytest.raises(UnableToOpen):
            open_door(payer_id=stall.payer_id, code=older, at=AT)
    assert _ask(at=AT + timedelta(minutes=16)) == stall.payer_id


def test_codes_are_kept_hashed_and_never_logged(stall, caplog) -> None:
    with caplog.at_level(logging.DEBUG):
        _ask()
    assert _code() not in caplog.text
    assert DoorCode.objects.get().code_hash != _code()


def test_the_page_says_the_same_for_known_and_unknown_numbers(stall) -> None:
    pages = []
    for typed in ("081234567890", "081299999999"):
        client = Client()
        answer = client.post("/pedagang/masuk/", {"who": typed}, follow=True)
        pages.append(re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode()))
    assert pages[0] == pages[1]


def test_a_trader_comes_in_sees_own_bills_and_leaves(stall) -> None:
    client = Client()
    assert client.get("/pedagang/")["Location"].startswith("/pedagang/masuk/")
    client.post("/pedagang/masuk/?next=/pedagang/riwayat/", {"who": stall.npwrd})
    _deliver()
    assert client.post("/pedagang/kode/", {"code": "000 00x"}).status_code == 422
    assert client.post("/pedagang/kode/", {"code": _code()})["Location"] == "/pedagang/riwayat/"
    assert Payer.objects.get(pk=stall.payer_id).name in client.get("/pedagang/").content.decode()
    client.post("/pedagang/keluar/")
    assert client.get("/pedagang/").status_code == 302


def _came_in(stall) -> Client:
    client = Client()
    client.post("/pedagang/masuk/", {"who": stall.npwrd})
    _deliver()
    assert client.post("/pedagang/kode/", {"code": _code()}).status_code == 302
    return client


def _new_phone(stall, phone: str = OTHER_PHONE, *, by=builders.SYSTEM) -> None:
    correct_payer(payer_id=stall.payer_id, payer=NewPayer("Siti", phone=phone), by=by, at=clock.now())


def test_another_phone_shuts_the_door_for_who_came_in_by_the_old_one(stall) -> None:
    client = _came_in(stall)
    assert client.get("/pedagang/").status_code == 200
    correct_payer(payer_id=stall.payer_id, payer=NewPayer("Siti", phone=PHONE), by=builders.SYSTEM, at=clock.now())
    assert client.get("/pedagang/").status_code == 200
    _new_phone(stall, by=builders.officer())
    assert client.get("/pedagang/")["Location"].startswith("/pedagang/masuk/")
    assert client.get("/pedagang/masuk/").status_code == 200
    shut = AuditEntry.objects.get(action="door.shut")
    assert (shut.actor_name, shut.subject_id) == ("Rini", str(stall.payer_id))


def test_a_code_for_the_old_phone_no_longer_opens(stall) -> None:
    client = Client()
    client.post("/pedagang/masuk/", {"who": stall.npwrd})
    _deliver()
    _new_phone(stall)
    assert client.post("/pedagang/kode/", {"code": _code()}).status_code == 422


def test_the_old_phone_is_told_by_a_job_that_keeps_it_sealed(stall) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    _new_phone(stall)
    job = ProcrastinateJob.objects.get(task_name="retribusi.tell_old_phone")
    assert PHONE not in str(job.args)
    tell_old_phone(**job.args, at=AT)
    assert message_outbox()[0].to == PHONE
    assert OTHER_PHONE not in message_outbox()[0].text


def test_a_foreign_next_is_not_followed(stall) -> None:
    client = Client()
    client.post("/pedagang/masuk/?next=https://evil.example/", {"who": stall.npwrd})
    _deliver()
    assert client.post("/pedagang/kode/", {"code": _code()})["Location"] == "/pedagang/"


def test_one_address_that_asks_too_often_is_slowed_down(stall) -> None:
    client = Client()
    statuses = {client.post("/pedagang/masuk/", {"who": "x"}).status_code for _ in range(22)}
    assert 429 in statuses


def test_a_provider_that_is_down_tells_nobody_who_is_registered(stall, settings) -> None:
    settings.TIDAR_MESSAGES_URL = "http://127.0.0.1:9/x"
    answers = [Client().post("/pedagang/masuk/", {"who": who}) for who in ("081234567890", "081299999999")]
    assert answers[0].status_code == answers[1].status_code == 302
    with pytest.raises(UnableToSend):
        send_code(code_id=DoorCode.objects.get().pk, at=DoorCode.objects.get().made_at)


def test_the_job_that_sends_a_code_does_not_know_it(stall) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    Client().post("/pedagang/masuk/", {"who": stall.npwrd})
    job = ProcrastinateJob.objects.get(task_name="retribusi.send_door_code")
    _deliver()
    assert _code() not in str(job.args)


def test_a_code_that_is_too_old_is_not_sent(stall) -> None:
    ask_for_code(typed=stall.npwrd, at=AT)
    assert not send_code(code_id=DoorCode.objects.get().pk, at=AT + timedelta(minutes=11))


def test_nobody_s_phone_is_flooded(stall) -> None:
    made = [_ask(at=AT + timedelta(minutes=16 * n)) for n in range(12)]
    assert sum(found is not None for found in made) == 10
