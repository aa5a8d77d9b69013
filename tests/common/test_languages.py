"""Indonesian is the first language; English is what a person chooses, and stays chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.people.builders import client_of, person
from tidar.common import wording
from tidar.common.templatetags.tidar import angka, usia

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _indonesian_again() -> Iterator[None]:
    """A request leaves its language to the thread; the next test is not this one's reader."""
    yield
    translation.activate("id")


def _language(page: bytes) -> str:
    found = re.search(rb'<html lang="([a-z]+)"', page)
    return found.group(1).decode() if found else ""


def test_a_browser_that_prefers_english_still_gets_indonesian(client: Client) -> None:
    response = client.get("/", HTTP_ACCEPT_LANGUAGE="en-US,en;q=0.9")
    assert (_language(response.content), response["Content-Language"]) == ("id", "id")
    assert "Cara kerjanya" in response.content.decode()


def test_the_header_switches_to_english_and_back(client: Client) -> None:
    response = client.post("/tampilan/", {"bahasa": "en", "kembali": "/"}, follow=True)
    assert (_language(response.content), response["Content-Language"]) == ("en", "en")
    assert "How it works" in response.content.decode()
    assert "Cara kerjanya" not in response.content.decode()
    assert _language(client.post("/tampilan/", {"bahasa": "id", "kembali": "/"}, follow=True).content) == "id"


def test_the_profile_page_switches_too() -> None:
    client = client_of(person("rina"))
    mine = reverse("people:me")
    assert 'value="en"' in client.get(mine).content.decode()
    response = client.post(reverse("people:set_language"), {"language": "en", "next": mine}, follow=True)
    assert _language(response.content) == "en"
    assert "Profile" in response.content.decode()


@pytest.mark.parametrize("nonsense", ["fr", "", "../en", "en-US"])
def test_a_language_that_is_not_ours_is_indonesian(client: Client, settings, nonsense: str) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = nonsense
    assert _language(client.get("/").content) == "id"


def test_errors_speak_the_chosen_language(client: Client) -> None:
    client.post("/tampilan/", {"bahasa": "en"})
    response = client.get("/tidak-ada/")
    assert (response.status_code, _language(response.content)) == (404, "en")
    assert "do not exist" in response.content.decode()


def test_one_persons_english_does_not_reach_the_next(client: Client) -> None:
    client.post("/tampilan/", {"bahasa": "en"}, follow=True)
    assert _language(Client().get("/").content) == "id"


def test_words_change_and_numbers_do_not() -> None:
    with translation.override("en"):
        assert (usia(120), wording.period("2026-05"), angka(1234)) == ("2 minutes", "May 2026", "1.234")
        assert Template("{{ n }} {{ x }}").render(Context({"n": 1234, "x": 1.5})) == "1.234 1,5"
    assert (usia(120), wording.period("2026-05"), angka(1234)) == ("2 menit", "Mei 2026", "1.234")
