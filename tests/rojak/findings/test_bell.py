"""Who hears a call for help on their pages and phones, who does not, and who took it in hand."""

from __future__ import annotations

import uuid
from datetime import time, timedelta
from typing import Any

import html5lib
import pytest
from django.test import Client

from tests.rojak import builders as patrol
from tests.rojak.findings import builders as here
from tidar.common.models import AuditEntry
from tidar.hub.models import Event
from tidar.people.models import User
from tidar.rojak.actions.sos import answer_sos
from tidar.rojak.models import PatrolItem, RosterRule, Sos
from tidar.rojak.queries.bell import calls_heard

pytestmark = pytest.mark.django_db
AT = patrol.wib(26, 9)  # a Thursday
BELL, PHONE = "/rojak/sos/lonceng/", "/api/rojak/panggilan"
HTMX = {"HTTP_HX_REQUEST": "true"}
NOTE = "jatuh dari sepeda"
LON, LAT = 110.215, -7.4859


def user(name: str, role: str, **more: Any) -> User:
    return here.user(name, role, **more)


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> patrol.City:
    monkeypatch.setattr("tidar.common.clock.now", lambda: AT)
    return patrol.city()


@pytest.fixture
def call(city: patrol.City) -> Sos:
    return Sos.objects.create(
        id=uuid.uuid4(), post=city.post, happened_at=AT - timedelta(minutes=3), received_at=AT, note=NOTE, lon=LON,
        lat=LAT, accuracy_metres=9,
    )  # fmt: skip


def client_of(found: User) -> Client:
    client = Client()
    client.force_login(found)
    return client


def heard(found: User, query: str = "") -> str:
    return client_of(found).get(f"{BELL}{query}", **HTMX).content.decode()


def on_duty(city: patrol.City, name: str = "piket") -> User:
    """A member with a turn this morning."""
    found = user(name, "patrol", area=patrol.RW)
    member = patrol.make_member(city.post, name, user=found)
    rule = RosterRule.objects.create(post=city.post, day="4", starts=time(8), ends=time(10), from_date=patrol.SINCE)
    rule.members.add(member)
    return found


def walking(city: patrol.City, name: str = "jalan") -> User:
    """A member who is out on a round that is on no roster."""
    found = user(name, "patrol", area=patrol.RW)
    patrol.make_round(
        city.post, AT - timedelta(hours=1), minutes=0, members=[patrol.make_member(city.post, name, user=found)]
    )
    return found


HEARERS = {
    "head": lambda city: user("ketua", "rw_head", area=patrol.RW),
    "lurah": lambda city: user("lurah", "lurah", area=patrol.VILLAGE),
    "operator": lambda city: user("operator", "operator"),
    "on duty": on_duty,
    "walking": walking,
}
STRANGERS = {
    "head of another RW": lambda city: user("ketua", "rw_head", area=patrol.OTHER_RW),
    "member who is off": lambda city: patrol.make_member(
        city.post, user=user("libur", "patrol", area=patrol.RW)
    ).user,
    "on duty elsewhere": lambda city: user("jauh", "patrol", area=patrol.OTHER_RW),
    "resident": lambda city: user("warga", "resident", area=patrol.RW),
    "mender": lambda city: user("dlh", "follow_up", agency_code=here.AGENCY),
    "walidata": lambda city: user("data", "walidata"),
}  # fmt: skip


@pytest.mark.parametrize("who", HEARERS.values(), ids=HEARERS)
def test_it_reaches_who_must_hear_it(city: patrol.City, call: Sos, who: Any) -> None:
    found = who(city)
    page = heard(found)
    assert NOTE in page and "1 panggilan SOS" in page and "data-ringing" in page and "Saya pegang" in page
    assert "3 menit" in page and "geo:-7.485900,110.215000" in page
    assert ('href="/rojak/sos/"' in page) is found.username.startswith(("ketua", "lurah", "operator"))


@pytest.mark.parametrize("who", STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_hears_sees_and_takes_nothing(city: patrol.City, call: Sos, who: Any) -> None:
    client = client_of(who(city))
    page = client.get(BELL, **HTMX).content.decode()
    assert NOTE not in page and "SOS" not in page and "data-ringing" not in page
    assert client.post(f"/rojak/sos/{call.pk}/pegang/").status_code == 404
    phone = client.get(PHONE)
    assert phone.status_code == 403 or phone.json() == {"calls": []}
    call.refresh_from_db()
    assert (call.seen_at, AuditEntry.objects.filter(action="rojak.sos.seen").count()) == (None, 0)


def test_a_visitor_is_asked_to_sign_in(call: Sos) -> None:
    for address in (BELL, PHONE):
        assert Client().get(address, **HTMX).status_code == 302
    assert Client().post(f"/rojak/sos/{call.pk}/pegang/").status_code == 302


def test_taken_in_hand_once_with_name_and_moment_and_silent_from_then_on(city: patrol.City, call: Sos) -> None:
    head, colleague = user("Bu Ketua", "rw_head", area=patrol.RW), on_duty(city)
    page = client_of(colleague).post(f"/rojak/sos/{call.pk}/pegang/", **HTMX).content.decode()
    assert "dipegang Piket sejak" in page and "data-ringing" not in page and "Saya pegang" not in page
    assert client_of(head).post(f"/rojak/sos/{call.pk}/pegang/").status_code == 302  # too late: the first has it
    call.refresh_from_db()
    assert (call.seen_at, call.seen_by) == (AT, str(colleague.pk))
    assert list(AuditEntry.objects.filter(action="rojak.sos.seen").values_list("actor_id", flat=True)) == [
        str(colleague.pk)
    ]
    assert "dipegang Piket" in heard(head) and "Piket, sejak" in client_of(head).get("/rojak/sos/").content.decode()
    (event,) = Event.objects.filter(kind="patrol.sos")
    assert event.data == {"sos": str(call.pk), "post": city.post.code, "seen": True}
    answer_sos(sos_id=call.pk, answer="Sudah diantar pulang", by=patrol.actor("patrol.see"), at=AT)
    assert "SOS" not in heard(head)


def test_nothing_is_drawn_anew_while_nothing_changed(city: patrol.City, call: Sos) -> None:
    client = client_of(user("ketua", "rw_head", area=patrol.RW))
    first = client.get(BELL, **HTMX).content.decode()
    again = first.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert client.get(again, **HTMX).status_code == 204
    Sos.objects.create(id=uuid.uuid4(), post=city.post, happened_at=AT, received_at=AT)
    answer = client.get(again, **HTMX)
    assert (answer.status_code, "2 panggilan SOS" in answer.content.decode()) == (200, True)


def test_the_wall_says_where_about_and_how_long_but_no_words_and_no_place(call: Sos) -> None:
    page = heard(user("operator", "operator"), "?di=dinding")
    assert "1 panggilan SOS" in page and "3 menit" in page and NOTE not in page and "geo:" not in page
    assert "di=dinding" in page.split('hx-get="')[1].split('"')[0]


def test_the_page_of_calls_and_the_strip_are_valid(city: patrol.City, call: Sos) -> None:
    head = client_of(user("ketua", "rw_head", area=patrol.RW))
    Sos.objects.create(id=uuid.uuid4(), post=city.post, happened_at=AT, received_at=AT, seen_at=AT, seen_by="x")
    html5lib.HTMLParser(strict=True).parse(head.get("/rojak/sos/").content.decode())
    html5lib.HTMLParser(strict=True).parseFragment(head.get(BELL, **HTMX).content.decode())


def test_the_strip_opened_by_itself_is_the_page_of_calls(call: Sos) -> None:
    assert client_of(user("operator", "operator")).get(BELL).url == "/rojak/sos/"
    assert client_of(user("anggota", "patrol", area=patrol.RW)).get(BELL).url == "/rojak/"


def test_each_page_of_who_may_hear_asks_and_no_other_page(city: patrol.City) -> None:
    asks = 'hx-get="/rojak/sos/lonceng/"'
    assert asks in client_of(user("anggota", "patrol", area=patrol.RW)).get("/saya/").content.decode()
    assert asks not in client_of(user("warga", "resident")).get("/saya/").content.decode()
    assert asks not in Client().get("/akun/masuk/").content.decode()


def test_phones_of_colleagues_get_it_and_the_callers_own_does_not(city: patrol.City, call: Sos) -> None:
    caller, colleague = on_duty(city, "pemanggil"), walking(city)
    patrol.make_item(call.pk, "sos", city.post, AT)
    assert client_of(caller).get(PHONE).json()["calls"][0]["id"] == str(call.pk)
    call.delete()
    own = Sos.objects.create(id=uuid.uuid4(), post=city.post, happened_at=AT, received_at=AT, lon=LON, lat=LAT)
    PatrolItem.objects.create(
        item_id=own.pk, kind="sos", post=city.post, actor_id=str(caller.pk), happened_at=AT, received_at=AT,
        state="diterima", body=b"x", manner="hp", revision=1, content_hash="1" * 64, base_hash="0" * 64,
    )  # fmt: skip
    assert client_of(caller).get(PHONE).json() == {"calls": []}
    (told,) = client_of(colleague).get(PHONE).json()["calls"]
    assert (told["id"], told["spot"], told["in_hand"]) == (str(own.pk), [110_215_000, -7_485_900], False)


def test_while_nobody_calls_one_query_is_enough(city: patrol.City, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert calls_heard(patrol.actor("patrol.see"), at=AT) == ()
