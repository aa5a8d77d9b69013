"""The walk's pages: a plain form and the phone's queue give the same; photos only for those who may see the market."""

from __future__ import annotations

import uuid

import html5lib
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.people.builders import client_of, person
from tests.retribusi.census.test_photos import DATA, EOI, EXIF, FRAME, HUFFMAN, JFIF, PLAIN, SCAN, SOI, TABLE
from tests.retribusi.register import builders as b
from tidar.common import clock
from tidar.retribusi.actions.census import begin_census
from tidar.retribusi.models import CensusEntry, LevyObject, Occupancy

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def _loaded(home) -> None:
    b.load()
    b.held("A-1", "Sutinah")
    b.stall("A-2")


@pytest.fixture
def owner() -> Client:
    return client_of(person("darmo", role="market_head", agency_code="disperindag"))


@pytest.fixture
def colleague() -> Client:
    return client_of(person("hasan", role="levy_officer", agency_code="dlh"))


@pytest.fixture
def walk() -> uuid.UUID:
    return begin_census(market="cacaban", title="Uji", by=b.BY, at=clock.now())


def note(client: Client, walk: uuid.UUID, **values: object):
    """Post one entry as the phone does."""
    return client.post(reverse("retribusi:census_note", args=[walk]), values, **JSON)


def test_a_walk_is_begun_and_its_pages_open(owner: Client, colleague: Client) -> None:
    begun = owner.post(reverse("retribusi:censuses"), {"pasar": "cacaban", "judul": "Triwulan IV"})
    assert begun.status_code == 302
    assert "masih berjalan" in owner.post(reverse("retribusi:censuses"), {"pasar": "cacaban"}).content.decode()
    for url in (begun["Location"], begun["Location"] + "jalan/?blok=A", begun["Location"] + "beda/"):
        answer = owner.get(url)
        assert answer.status_code == 200
        html5lib.HTMLParser(strict=True).parse(answer.content.decode())
        assert colleague.get(url).status_code == 403
    assert "0</strong> dari 2 lapak" in owner.get(begun["Location"] + "jalan/?blok=A").content.decode()


def test_a_plain_form_is_enough(owner: Client, walk: uuid.UUID) -> None:
    stall = LevyObject.objects.get(number="A-001")
    answer = owner.post(
        reverse("retribusi:census_note", args=[walk]), {"lapak": stall.pk, "blok": "A", "temuan": "sesuai"}
    )
    assert answer["Location"].endswith(f"?blok=A#lapak-{stall.pk}")
    page = owner.get(answer["Location"]).content.decode()
    assert "1</strong> dari 2 lapak" in page
    refused = owner.post(reverse("retribusi:census_note", args=[walk]), {"temuan": "sesuai"}, follow=True)
    assert "Pilih lapak" in refused.content.decode()


def test_ids_above_a_thousand_are_sent_as_they_are(owner: Client, walk: uuid.UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('retribusi_levyobject', 'id'), 1500)")
    stall = b.stall("A-7")
    page = owner.get(reverse("retribusi:census_walk", args=[walk]) + "?blok=A").content.decode()
    assert f'name="lapak" value="{stall}"' in page
    assert f'id="lapak-{stall}"' in page
    assert "1.5" not in page


def test_the_queue_sends_twice_and_it_is_one(owner: Client, walk: uuid.UUID) -> None:
    entry = {"id": uuid.uuid4(), "pada": clock.now().isoformat(), "lapak": LevyObject.objects.get(number="A-001").pk}
    first, again = (note(owner, walk, temuan="kosong", **entry) for _ in range(2))
    assert (first.status_code, first.json()["is_new"], again.json()["is_new"]) == (200, True, False)
    assert note(owner, walk, temuan="sesuai", **entry).status_code == 409
    assert CensusEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [({"temuan": "entah"}, 422), ({"pada": "kemarin"}, 404), ({"id": "x"}, 404), ({"lapak": "0"}, 422)],
)
def test_a_bad_entry_is_refused_with_a_sentence(
    owner: Client, walk: uuid.UUID, change: dict[str, str], status: int
) -> None:
    entry = {"temuan": "sesuai", "lapak": LevyObject.objects.get(number="A-001").pk}
    answer = note(owner, walk, **entry | change)
    assert (answer.status_code, answer.json()["sentence"][-1]) == (status, ".")


def test_a_photo_loses_its_metadata_and_is_for_the_market_only(
    owner: Client, colleague: Client, walk: uuid.UUID, home
) -> None:
    stall = LevyObject.objects.get(number="A-001").pk
    taken = SOI + JFIF + EXIF + TABLE + FRAME + HUFFMAN + SCAN + DATA + EOI
    assert (
        note(owner, walk, lapak=stall, temuan="tidak-ada", foto=SimpleUploadedFile("a.jpg", taken)).status_code == 200
    )
    name = CensusEntry.objects.get().photo_hash
    assert (home / "census" / f"{name}.jpg").read_bytes() == PLAIN
    url = reverse("retribusi:census_photo", args=[name])
    assert b"".join(owner.get(url).streaming_content) == PLAIN
    assert colleague.get(url).status_code == 404
    svg = SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>")
    assert note(owner, walk, lapak=stall, temuan="tidak-ada", foto=svg).status_code == 422


def test_differences_are_settled_on_their_page(owner: Client, colleague: Client, walk: uuid.UUID) -> None:
    stall = LevyObject.objects.get(number="A-001").pk
    note(owner, walk, lapak=stall, temuan="kosong")
    url, entry = reverse("retribusi:census_differences", args=[walk]), CensusEntry.objects.get()
    assert colleague.post(url, {"aksi": "terapkan", "catatan": entry.pk}).status_code == 403
    assert "Sutinah" in owner.get(url).content.decode()
    owner.post(url, {"aksi": "terapkan", "catatan": entry.pk})
    assert Occupancy.objects.get().to_date is not None
    assert "Dikosongkan" in owner.get(url, {"lihat": "selesai"}).content.decode()


def test_the_bars_of_a_market_of_a_thousand_stalls_are_numbers(owner: Client, walk: uuid.UUID) -> None:
    one = LevyObject.objects.get(number="A-002")
    LevyObject.objects.bulk_create(
        LevyObject(
            levy_kind=one.levy_kind, market=one.market, number=f"Z-{n}", block="Z", qr_code=f"Z{n}", registered_at=b.AT
        )
        for n in range(1000)
    )
    page = owner.get(reverse("retribusi:census", args=[walk])).content.decode()
    assert 'max="1002" value="0"' in page
    assert 'max="1000" value="0"' in page


@pytest.mark.parametrize("odd", [{"pada": "0001-01-01T00:00+14:00"}, {"pada": "9999-12-31T23:59-14:00"}])
def test_a_moment_of_another_age_is_refused_with_a_sentence(
    owner: Client, walk: uuid.UUID, odd: dict[str, str]
) -> None:
    stall = LevyObject.objects.get(number="A-001")
    assert note(owner, walk, id=uuid.uuid4(), lapak=stall.pk, temuan="sesuai", **odd).status_code == 404
    assert not CensusEntry.objects.exists()


def test_a_nul_in_an_entry_is_left_out(owner: Client, walk: uuid.UUID) -> None:
    stall = LevyObject.objects.get(number="A-001")
    answer = note(owner, walk, id=uuid.uuid4(), lapak=stall.pk, temuan="pedagang-lain", trader="Parjo\x00")
    assert answer.status_code == 200
    assert CensusEntry.objects.get().seen["trader"] == "Parjo"
