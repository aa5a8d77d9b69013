"""The page of lines: why each waits, and settling it; for the agency's own people."""

from __future__ import annotations

from pathlib import Path

import html5lib
import pytest
from django.test import Client
from django.urls import reverse

from tests.people.builders import client_of, person
from tests.retribusi.importing import builders as s
from tests.retribusi.importing.builders import NIK_A, NIK_B, row
from tidar.retribusi.models import ImportLine, Occupancy

pytestmark = pytest.mark.django_db
URL = "/retribusi/register/impor/"


@pytest.fixture(autouse=True)
def _loaded(home: Path) -> None:
    s.load()
    s.send(
        row("1", "Sutinah", NIK_A, hp="081234567890"),
        row("2", "Sutina", NIK_B, hp="081234567890"),
        row("01", "Parjo", NIK_B),
        row("3", "Warni", "12"),
    )


@pytest.fixture
def owner() -> Client:
    return client_of(person("lestari", role="levy_officer", agency_code="disperindag"))


def test_what_waits_is_shown_first_with_its_reason(owner: Client) -> None:
    page = owner.get(URL).content.decode()
    html5lib.HTMLParser(strict=True).parse(page)
    assert "Nama dan telepon hampir sama dengan Sutinah" in page
    assert "sudah ada di baris 2" in page
    assert "NIK harus 16 angka" in owner.get(URL, {"keadaan": "bertentangan"}).content.decode()
    assert reverse("retribusi:import_lines") == URL
    for state in ("masuk", "sama", "diabaikan", "dibatalkan"):
        assert owner.get(URL, {"keadaan": state, "kiriman": ImportLine.objects.all()[0].delivery_id}).status_code == 200


def test_lines_are_settled_here(owner: Client) -> None:
    line = ImportLine.objects.get(row_number=3)
    owner.post(URL, {"aksi": "tautkan", "baris": line.pk, "wajib": line.payer_id})
    assert Occupancy.objects.filter(payer=line.payer_id).count() == 2
    undone = owner.post(URL, {"aksi": "batalkan", "baris": line.pk}, follow=True)
    assert "Dibatalkan" in undone.content.decode()
    other = ImportLine.objects.get(row_number=5)
    assert "alasan" in owner.post(URL, {"aksi": "abaikan", "baris": other.pk}, follow=True).content.decode()
    owner.post(URL, {"aksi": "abaikan", "baris": other.pk, "alasan": "data lama"})
    assert ImportLine.objects.get(pk=other.pk).state == "diabaikan"


def test_another_agency_sees_and_settles_none_of_it() -> None:
    colleague = client_of(person("hasan", role="levy_officer", agency_code="dlh"))
    assert "Sutina" not in colleague.get(URL).content.decode()
    line = ImportLine.objects.get(row_number=3)
    assert colleague.post(URL, {"aksi": "terima", "baris": line.pk}).status_code == 403
    assert client_of(person("budi", role="resident")).get(URL).status_code == 403
