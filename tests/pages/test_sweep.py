"""Everyone opens every page: no 5xx, no page for those who may not, errors with a sentence, valid HTML, no N+1."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import html5lib
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import sample_city
from tests.pages import roles
from tidar.common.access import Access, declared_access
from tidar.people.models import User
from tidar.people.roles import ROLES

NOBODY = uuid.UUID(int=7)
UNKNOWN = {"letter_id": NOBODY, "assignment_id": NOBODY, "pk": 1, "session_id": 1, "token": "tidak-ada"}
QUERY_LIMIT = 45
GROUPED = re.compile(
    r'\b(?:value|id|for|name|data-[a-z-]+|href|action)="(?:[^"]*[-/=])?\d{1,3}(?:\.\d{3})+"'
)  # an id as a number
STREAMS = {"/events/live"}  # never ends; has its own tests


def _arguments(city: sample_city.SampleCity) -> dict[str, object]:
    return (
        UNKNOWN
        | city.levies.arguments
        | {
            "code": "penduduk",
            "delivery_id": city.dirty_delivery.pk,
            "delivery": city.dirty_delivery.pk,
            "row_id": city.quarantined.pk,
            "row": city.quarantined.row_number,
            "value_id": city.value_id,
            "value": city.value_id,
            "indicator": "jumlah-penduduk",
            "user_id": User.objects.order_by("username").values_list("pk", flat=True)[0],
            "message_id": NOBODY,
            "datastream_id": 1,
            "ending": "csv",
            "name": "angka",
        }
    )


PATROL, FORMS, ODK = ("/rojak/", "/lorong/", "/api/rojak/"), ("/formulir/",), ("/odk/",)


def _of(route: str, city: sample_city.SampleCity) -> dict[str, object]:
    """The same word names other things in other apps: a code is a feed's here and a post's there."""
    if route.startswith(PATROL):
        return city.patrol.patrol
    if route.startswith(FORMS):
        return city.patrol.forms
    return city.patrol.forms | {"key": city.patrol.forms["odk_key"]} if route.startswith(ODK) else {}


def _filled(route: str, arguments: dict[str, object]) -> str:
    if route.startswith("/dok/"):
        route = route.replace("<str:token>", str(arguments["doc_token"]))
    filled = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda m: str(arguments[m[1]]), route)
    filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(arguments[m[1]]), filled)
    return re.sub(r"[\^$\\]", "", filled).replace("//", "/")


def _pages(city: sample_city.SampleCity) -> Iterator[tuple[str, Access]]:
    arguments = _arguments(city)
    for address in roles.addresses():
        access = declared_access(address.view)
        assert access is not None, address.route
        if (url := _filled(address.route, arguments | _of(address.route, city))) not in STREAMS:
            yield url, access


def _allowed(role: str, access: Access) -> bool:
    if access.kind in ("public", "holder"):
        return access.kind == "public"
    return role != "public" and (access.kind == "signed_in" or access.permission in ROLES[role].permissions)


def _fault(client: Client, role: str, url: str, access: Access) -> str:
    response = client.get(url)
    status = response.status_code
    if status >= 500:
        return f"{role} {url}: {status}"
    if not _allowed(role, access):
        door = reverse(access.door) if access.door else "/akun/masuk/"
        turned_away = status in (401, 403, 404, 405) or (status == 302 and door in response["Location"])
        return "" if turned_away else f"{role} {url}: {status}, although {access.permission or access.kind} is missing"
    if status == 403 and access.permission in ("hub.see", "wall.see", "indicators.see", "lineage.see"):
        return f"{role} {url}: refused, although allowed"
    return ""


@pytest.fixture
def city(db, home) -> sample_city.SampleCity:
    return sample_city.load()


@pytest.mark.timeout(900)  # every address for every role: three minutes with another worker beside it
def test_every_page_for_every_kind_of_person_whole_valid_and_guarded(city) -> None:
    """One loaded city for all three questions: loading it costs more than asking."""
    everybody, pages = roles.clients(), list(_pages(city))
    assert len(pages) > 130
    faults = [f for role, c in everybody.items() for url, access in pages if (f := _fault(c, role, url, access))]
    assert faults == []
    assert _page_faults(everybody["administrator"], pages) == {}
    assert _posts_without_token(pages) == []


def _page_faults(client: Client, pages: list[tuple[str, Access]]) -> dict[str, object]:
    """Invalid HTML and pages that ask the database too often."""
    faults: dict[str, object] = {}
    for url, _access in pages:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url)
        if response.streaming or not response["Content-Type"].startswith("text/html") or response.status_code != 200:
            continue
        if wrong := _html_faults(response.content.decode()) + GROUPED.findall(response.content.decode()):
            faults[url] = wrong[:3]
        if len(queries) > QUERY_LIMIT:
            faults[url] = f"{len(queries)} queries"
    return faults


def _html_faults(text: str) -> list[str]:
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    return [f"{position}: {code}" for position, code, _ in parser.errors]


def _posts_without_token(pages: list[tuple[str, Access]]) -> list[str]:
    """Addresses that take a POST without a CSRF token; machines' own (`/api/`, `/odk/`) carry other proof."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(User.objects.get(username="sapuan-administrator"), backend=settings.AUTHENTICATION_BACKENDS[0])
    return [
        url for url, _ in pages
        if client.post(url).status_code not in (403, 404, 405, 401) and not url.startswith(("/api/", "/odk/"))
    ]  # fmt: skip


def test_unknown_addresses_answer_with_a_sentence(client) -> None:
    page, data = client.get("/tidak-ada/"), client.get("/api/tidak-ada")
    assert page.status_code == 404
    assert "tidak ada" in page.content.decode()
    assert data.json()["error"]["code"] == "not_found"
