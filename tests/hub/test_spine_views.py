"""Pages and streams of the spine: who may, what they answer, what a stranger gets."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from django.db import transaction
from django.test import Client

from tests.hub.builders_sensing import message, river_feed
from tests.people.builders import client_of, person
from tidar.common import clock
from tidar.common.actor import system
from tidar.common.models import AuditEntry
from tidar.hub.actions import consuming
from tidar.hub.actions.consuming import consumer, registered, step_consumer
from tidar.hub.actions.observing import record_messages
from tidar.hub.actions.spine import number_events, record_event
from tidar.hub.models import DeadLetter, Event
from tidar.hub.rules.consuming import ATTEMPTS
from tidar.hub.rules.sensing import RawMessage
from tidar.hub.rules.spine import EventFields, EventView, SourceRef

AT = datetime(2026, 11, 24, 7, 0, tzinfo=timezone.utc)
pytestmark = pytest.mark.django_db


def record(*subjects: str, kind: str = "test.happened", **fields) -> None:
    for subject in subjects:
        with transaction.atomic():
            record_event(
                kind=kind, happened_at=AT, at=AT, source=SourceRef("action", "x"), fields=EventFields(subject, **fields)
            )
    number_events()


@pytest.fixture
def walidata(client: Client) -> Client:
    return client_of(person("wali", role="walidata"))


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/changes", {"walidata", "producer", "leader"}),
        ("/events/live", {"walidata", "producer", "leader", "patrol"}),
        ("/hub/konsumen/", {"walidata"}),
        ("/hub/pesan/", {"walidata", "producer", "leader"}),
    ],
)
def test_who_may_open_what(path: str, allowed: set[str]) -> None:
    for role in ("walidata", "producer", "leader", "patrol", "resident"):
        answer = client_of(person(f"{role}-1", role=role)).get(path)
        assert answer.status_code == (200 if role in allowed else 403), role
    stranger = Client().get(path)
    assert stranger.status_code in (302, 401)


def test_changes_pages_through_every_event_once(walidata: Client) -> None:
    record(*"abcdefg")
    seen, since = [], 0
    for _page in range(4):
        body = walidata.get("/changes", {"since": since, "limit": 3}).json()
        seen += [(e["seq"], e["subject"]) for e in body["events"]]
        since = body["next"]
    assert seen == list(enumerate("abcdefg", start=1))
    assert (body["events"], body["next"], body["head"], body["withheld"]) == ([], 7, 7, 0)


def test_an_event_says_all_it_knows(walidata: Client) -> None:
    record("Progo", severity=2, area_code="33.71.01", lon=110.2, lat=-7.5, data={"level": "siaga"})
    (event,) = walidata.get("/changes").json()["events"]
    assert event["happened_at"] == event["recorded_at"] == "2026-11-24T07:00:00Z"
    assert event["source"] == {"kind": "action", "id": "x", "line": None}
    assert (event["severity"], event["area_code"], event["data"]) == (2, "33.71.01", {"level": "siaga"})


def test_changes_of_some_kinds_still_reach_the_head(walidata: Client) -> None:
    record("a", "b", kind="one")
    record("c", "d", kind="two")
    body = walidata.get("/changes", {"kinds": "one"}).json()
    assert ([e["subject"] for e in body["events"]], body["next"]) == (["a", "b"], 4)


def test_the_same_page_again_is_not_sent_again(walidata: Client) -> None:
    record("a")
    tag = walidata.get("/changes")["ETag"]
    again = walidata.get("/changes", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    record("b")
    assert walidata.get("/changes", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("query", ["since=-1", "since=x", "since=1.5", "limit=banyak", "since=" + "9" * 40, "since=²"])
def test_a_parameter_that_makes_no_sense_is_refused_in_words(walidata: Client, query: str) -> None:
    answer = walidata.get(f"/changes?{query}")
    assert answer.status_code == 400
    assert "harus bilangan bulat" in answer.json()["error"]["message"]


def test_a_number_beyond_every_event_answers_an_empty_page(walidata: Client) -> None:
    record("a")
    body = walidata.get("/changes?since=9999999999999999999").json()
    assert (body["events"], body["head"]) == ([], 1)


def test_an_event_for_some_is_withheld_from_others_and_counted(walidata: Client) -> None:
    record("umum")
    record("rahasia", permission="audit.read")
    assert [e["subject"] for e in walidata.get("/changes").json()["events"]] == ["umum", "rahasia"]
    body = client_of(person("kepala", role="leader")).get("/changes").json()
    assert ([e["subject"] for e in body["events"]], body["withheld"], body["next"]) == (["umum"], 1, 2)


def test_an_event_of_an_agency_is_for_those_who_see_its_data(walidata: Client) -> None:
    record("berkas disdukcapil", permission="hub.see", data={"agency": "disdukcapil"})
    record("tanpa pemilik", permission="hub.see")
    seen = {}
    for name, client in {
        "owner": client_of(person("sri", role="producer", agency_code="disdukcapil")),
        "colleague": client_of(person("budi", role="producer", agency_code="dishub")),
        "walidata": walidata,
    }.items():
        seen[name] = [event["subject"] for event in client.get("/changes").json()["events"]]
    assert seen["owner"] == ["berkas disdukcapil"]
    assert seen["colleague"] == []
    assert seen["walidata"] == ["berkas disdukcapil", "tanpa pemilik"]


def test_sensors_and_their_bad_messages_are_shown_to_those_who_see_the_feed(walidata: Client) -> None:
    river_feed()
    good, lost = message(), RawMessage("lain/alamat", b"tersesat")
    bad = RawMessage(good.topic, b"rusak-dpupr")
    record_messages([good, bad, lost], by=system("uji"), at=AT)
    number_events()
    owner = client_of(person("sri", role="producer", agency_code="dpupr")).get("/hub/pesan/").content.decode()
    colleague = client_of(person("budi", role="producer", agency_code="dishub")).get("/hub/pesan/").content.decode()
    everything = walidata.get("/hub/pesan/").content.decode()
    assert ("rusak-dpupr" in owner, "tersesat" in owner, "Progo" in owner) == (True, False, True)
    assert ("rusak-dpupr" in colleague, "tersesat" in colleague, "Progo" in colleague) == (False, False, False)
    assert ("rusak-dpupr" in everything, "tersesat" in everything) == (True, True)


def test_every_event_for_some_names_its_agency() -> None:
    feed = river_feed(access_class="closed")
    good = message()
    record_messages([good, RawMessage(good.topic, b"rusak")], by=system("uji"), at=AT)
    kept = Event.objects.exclude(permission="")
    assert {event.kind for event in kept} == {"observation", "message.quarantined"}
    assert {event.data["agency"] for event in kept} == {feed.agency_code}


def test_the_stream_is_a_stream(walidata: Client) -> None:
    answer = walidata.get("/events/live")
    assert answer["Content-Type"] == "text/event-stream"
    assert "no-cache" in answer["Cache-Control"]
    assert walidata.get("/events/live?since=x").status_code == 400


@pytest.fixture
def dead_letter(monkeypatch) -> DeadLetter:
    monkeypatch.setattr(consuming, "_registry", {})

    @consumer("pencatat", kinds=["test.happened"])
    def handler(event: EventView) -> None:
        if event.subject in ills:
            raise ValueError("<b>rusak</b>")

    record("racun")
    at = clock.now()
    for _attempt in range(ATTEMPTS):
        step = step_consumer(registered()[0], at=at)
        at += consuming.timedelta(seconds=step.wait_seconds)
    return DeadLetter.objects.get()


ills = {"racun"}


def test_a_dead_letter_is_visible_with_its_reason(walidata: Client, dead_letter: DeadLetter) -> None:
    text = walidata.get("/hub/konsumen/").content.decode()
    assert "pencatat" in text
    assert "&lt;b&gt;rusak&lt;/b&gt;" in text
    assert f"/hub/konsumen/{dead_letter.pk}/ulangi/" in text


def test_retry_that_fails_answers_422_with_the_reason(walidata: Client, dead_letter: DeadLetter) -> None:
    answer = walidata.post(f"/hub/konsumen/{dead_letter.pk}/ulangi/")
    assert answer.status_code == 422
    assert "Masih gagal" in answer.content.decode()


def test_retry_that_works_settles(walidata: Client, dead_letter: DeadLetter, monkeypatch) -> None:
    monkeypatch.setattr(f"{__name__}.ills", set())
    assert walidata.post(f"/hub/konsumen/{dead_letter.pk}/ulangi/").status_code == 302
    assert walidata.post(f"/hub/konsumen/{dead_letter.pk}/tutup/").status_code == 409
    assert AuditEntry.objects.get(action="dead_letter.retried").actor_name == "Wali"


def test_settle_closes_with_an_audit_entry(walidata: Client, dead_letter: DeadLetter) -> None:
    assert walidata.post(f"/hub/konsumen/{dead_letter.pk}/tutup/").status_code == 302
    dead_letter.refresh_from_db()
    assert dead_letter.settled_at is not None
    assert AuditEntry.objects.filter(action="dead_letter.settled").count() == 1


@pytest.mark.parametrize("role", ["producer", "leader", "resident"])
@pytest.mark.parametrize("deed", ["ulangi", "tutup"])
def test_others_may_neither_retry_nor_settle(role: str, deed: str, dead_letter: DeadLetter) -> None:
    answer = client_of(person("lain", role=role)).post(f"/hub/konsumen/{dead_letter.pk}/{deed}/")
    assert answer.status_code == 403
    dead_letter.refresh_from_db()
    assert dead_letter.settled_at is None


def test_an_unknown_letter_is_404(walidata: Client) -> None:
    assert walidata.post("/hub/konsumen/0190aaaa-0000-7000-8000-000000000000/ulangi/").status_code == 404


def test_messages_page_shows_values_and_quarantine(walidata: Client, django_assert_max_num_queries) -> None:
    river_feed()
    at = clock.now()
    rubbish = [RawMessage("v1.1/Datastreams(x)/Observations", b"\xff<script>%d" % n) for n in range(70)]
    record_messages([message(3.4, time=at), *rubbish], by=system("mqtt"), at=at)
    with django_assert_max_num_queries(12):
        text = walidata.get("/hub/pesan/").content.decode()
    assert "3,40" in text
    assert "waspada" in text
    assert "Sensor “x” belum terdaftar di Tidar." in text
    assert "<script>0" not in text
    assert text.count("<code>") == 50
    older = text.split('rel="next" href="')[1].split('"')[0]
    assert walidata.get(f"/hub/pesan/{older}").content.decode().count("<code>") == 20


def test_messages_page_without_any(walidata: Client) -> None:
    assert "Belum ada pengukuran" in walidata.get("/hub/pesan/?sebelum=bukan-id").content.decode()
