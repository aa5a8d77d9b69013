"""From a sensor's number down to the message that brought it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client

from tests.hub.builders_sensing import AT, message, river_feed
from tests.people.builders import client_of, person
from tidar.common.actor import system
from tidar.hub.actions.observing import record_messages
from tidar.hub.models import Datastream, Message

pytestmark = pytest.mark.django_db


def _message(access_class: str = "open") -> Message:
    river_feed(access_class=access_class)
    record_messages([message(4.2)], by=system("uji"), at=AT)
    return Message.objects.get()


def test_the_way_down_from_a_reading_is_its_message() -> None:
    kept = _message()
    client = client_of(person("wali", role="leader"))
    text = client.get(f"/telusur/pesan/{kept.pk}/").content.decode()
    assert "4,20" in text
    assert "v1.1/Datastreams(progo-muka-air)/Observations" in text
    assert "&quot;result&quot;: 4.2" in text
    assert "data contoh" in text
    data = client.get(f"/api/lineage/messages/{kept.pk}").json()["message"]
    assert (data["observation"]["result"], data["observation"]["level"]) == (4.2, "siaga")
    assert data["sha256"] == kept.sha256


def test_the_panel_is_the_page_without_its_frame() -> None:
    kept = _message()
    client = client_of(person("wali", role="leader"))
    text = client.get(f"/telusur/pesan/{kept.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "<h3>Tinggi muka air Progo</h3>" in text
    assert "<html" not in text


def test_the_stranger_is_sent_to_sign_in_and_the_collector_is_refused() -> None:
    kept = _message()
    for address in (f"/telusur/pesan/{kept.pk}/", f"/api/lineage/messages/{kept.pk}"):
        assert Client().get(address).status_code == 302
        collector = client_of(person(f"juru-{len(address)}", role="collector", agency_code="disperindag"))
        assert collector.get(address).status_code == 403


def test_messages_of_a_closed_feed_open_only_for_its_owner() -> None:
    kept = _message("closed")
    owner = client_of(person("rini", role="producer", agency_code="dpupr"))
    colleague = client_of(person("joko", role="producer", agency_code="dishub"))
    assert owner.get(f"/telusur/pesan/{kept.pk}/").status_code == 200
    assert colleague.get(f"/telusur/pesan/{kept.pk}/").status_code == 403


def test_the_number_a_sensor_shows_now_leads_to_its_newest_message() -> None:
    _message()
    record_messages([message(5.5, time=AT + timedelta(minutes=1))], by=system("uji"), at=AT + timedelta(minutes=1))
    client = client_of(person("wali", role="leader"))
    stream = Datastream.objects.get(code="progo-muka-air").pk
    assert "5,50" in client.get(f"/telusur/sensor/{stream}/").content.decode()
    assert client.get("/telusur/sensor/999999/").status_code == 404
    assert Client().get(f"/telusur/sensor/{stream}/").status_code == 302


def test_an_unknown_message_is_not_found() -> None:
    client = client_of(person("wali", role="leader"))
    assert client.get(f"/telusur/pesan/{uuid.uuid4()}/").status_code == 404
