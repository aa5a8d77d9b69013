"""Pages of the register and of tariffs: owner, colleague, stranger; forms that fail say why and change nothing."""

from __future__ import annotations

import html5lib
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.people.builders import client_of, person
from tests.retribusi.register import builders as b
from tidar.common.models import AuditEntry
from tidar.retribusi.models import Closure, LevyObject, Occupancy, Payer, Relief, Tariff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loaded(home) -> None:
    b.load()


@pytest.fixture
def owner() -> Client:
    return client_of(person("lestari", role="levy_officer", agency_code="disperindag"))


@pytest.fixture
def colleague() -> Client:
    """The same role in another agency."""
    return client_of(person("hasan", role="levy_officer", agency_code="dlh"))


@pytest.fixture
def stranger() -> Client:
    return client_of(person("budi", role="resident"))


PAGES = ("register", "stalls", "new_stall", "payers", "new_payer", "import_lines", "censuses", "tariffs",
         "tariff_history", "new_tariff", "reliefs", "closures", "stickers")  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_for_its_people_only(name: str, owner: Client, stranger: Client) -> None:
    b.held("A-1")
    url = reverse(f"retribusi:{name}")
    answer = owner.get(url)
    assert answer.status_code == 200
    html5lib.HTMLParser(strict=True).parse(answer.content.decode())
    assert stranger.get(url).status_code == 403
    assert Client().get(url).status_code == 302


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_with_nothing_in_it(name: str, colleague: Client) -> None:
    assert colleague.get(reverse(f"retribusi:{name}")).status_code == 200


def test_a_colleague_of_another_agency_sees_none_of_it(owner: Client, colleague: Client) -> None:
    held = Occupancy.objects.get(pk=b.held("A-1", "Sutinah"))
    for name, pk in (("stall", held.levy_object_id), ("payer", held.payer_id)):
        assert owner.get(reverse(f"retribusi:{name}", args=[pk])).status_code == 200
        assert colleague.get(reverse(f"retribusi:{name}", args=[pk])).status_code == 403
    assert b"Sutinah" not in colleague.get(reverse("retribusi:stalls")).content
    assert b"Sutinah" not in colleague.get(reverse("retribusi:payers")).content
    assert "Sutinah" not in colleague.get(reverse("retribusi:stalls_export", args=["csv"])).content.decode("utf-8-sig")


def test_a_stall_is_registered_taken_and_left(owner: Client) -> None:
    made = owner.post(
        reverse("retribusi:new_stall"),
        {"retribusi": "pelayanan-pasar", "pasar": "cacaban", "nomor": "b 12", "jenis": "los", "luas": "4,5"},
    )
    stall = LevyObject.objects.get(number="B-012")
    assert (made.status_code, str(stall.area_m2)) == (302, "4.50")
    url = reverse("retribusi:stall", args=[stall.pk])
    taken = {"aksi": "tempati", "nama": "Sutinah", "nik": b.NIK, "mulai": "2026-11-01", "hak": "kartu"}
    assert owner.post(url, taken).status_code == 302
    held = Occupancy.objects.get(levy_object=stall)
    left = {"aksi": "kosongkan", "penempatan": held.pk, "terakhir": "2026-11-20", "alasan": "pindah"}
    assert owner.post(url, left).status_code == 302
    page = owner.get(url).content.decode()
    assert "20 Nov 2026" in page
    assert owner.post(url, {"aksi": "lanjutkan", "penempatan": held.pk}).status_code == 302
    assert Occupancy.objects.get(pk=held.pk).to_date is None


def test_ids_above_a_thousand_are_sent_as_they_are(owner: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('retribusi_occupancy', 'id'), 1500)")
    held = Occupancy.objects.get(pk=b.held("A-1"))
    page = owner.get(reverse("retribusi:stall", args=[held.levy_object_id])).content.decode()
    assert page.count(f'name="penempatan" value="{held.pk}"') == 2


def test_a_form_that_fails_says_why_and_changes_nothing(owner: Client) -> None:
    stall = b.stall("B-1")
    url = reverse("retribusi:stall", args=[stall])
    for values, says in (
        ({"nama": "", "npwrd": "", "mulai": "2026-11-01"}, "Isi NPWRD"),
        ({"nama": "Sutinah", "nik": "123", "mulai": "2026-11-01"}, "16 angka"),
        ({"npwrd": "R3371-000999-0", "mulai": "2026-11-01"}, "tidak terdaftar"),
        ({"nama": "Sutinah", "mulai": "31-31-2026"}, "Tanggal itu tidak ada"),
    ):
        answer = owner.post(url, {"aksi": "tempati", "hak": "belum"} | values)
        assert answer.status_code == 422
        assert says in answer.content.decode()
    assert not Occupancy.objects.exists()
    assert not Payer.objects.exists()


def test_a_nik_is_masked_and_opened_only_for_a_purpose(owner: Client, colleague: Client) -> None:
    made = b.payer(nik=b.NIK)
    url = reverse("retribusi:payer", args=[made])
    assert "••••••••••••0001" in owner.get(url).content.decode()
    assert owner.post(url, {"aksi": "buka-nik", "tujuan": "x"}).status_code == 422
    assert b.NIK in owner.post(url, {"aksi": "buka-nik", "tujuan": "verifikasi berkas izin"}).content.decode()
    assert b.NIK not in owner.get(url).content.decode()
    entry = AuditEntry.objects.get(action="payer.reveal_identity")
    assert entry.after == {"purpose": "verifikasi berkas izin"}
    assert colleague.post(url, {"aksi": "buka-nik", "tujuan": "ingin tahu saja"}).status_code == 403


def test_an_export_has_no_nik_and_no_formula(owner: Client) -> None:
    b.held("A-1", "=1+1")
    text = owner.get(reverse("retribusi:stalls_export", args=["csv"])).content.decode("utf-8-sig")
    assert "'=1+1" in text
    assert "A-001" in text
    assert owner.get(reverse("retribusi:stalls_export", args=["xlsx"])).content[:2] == b"PK"


def test_the_list_is_narrowed_and_goes_on_without_gaps(owner: Client) -> None:
    for number in range(1, 56):
        b.stall(f"{'A' if number % 2 else 'B'}-{number}")
    b.held("C-1", "Sutinah")
    url = reverse("retribusi:stalls")
    first = owner.get(url, {"pasar": "cacaban"}).context
    rest = owner.get(url, {"pasar": "cacaban", "sesudah": first["following"]}).context
    seen = [row.stall.number for row in (*first["rows"], *rest["rows"])]
    assert (len(seen), len(set(seen)), first["count"]) == (56, 56, 56)
    assert [row.stall.number for row in owner.get(url, {"q": "sutin"}).context["rows"]] == ["C-001"]
    assert owner.get(url, {"keadaan": "terisi"}).context["count"] == 1


def test_a_new_tariff_begins_later_and_is_refused_when_it_overlaps(owner: Client, colleague: Client) -> None:
    url = reverse("retribusi:new_tariff")
    new = {
        "retribusi": "pelayanan-pasar", "pasar": "cacaban", "jenis": "kios", "besaran": "2.500", "periode": "hari",
        "mulai": "2027-01-01", "dasar": "Perda 1/2026 pasal 5",
    }  # fmt: skip
    assert owner.post(url, new).status_code == 302
    assert "Rp2.500 mulai 1 Jan 2027" in owner.get(reverse("retribusi:tariffs")).content.decode()
    for change, says in (
        ({"mulai": "2026-06-01"}, "Sudah ada tarif"),
        ({"besaran": "2.500,5"}, "rupiah bulat"),
        ({"besaran": "-5"}, "rupiah bulat"),
        ({"mulai": "2028-01-01", "dasar": ""}, "dasar hukum"),
    ):
        answer = owner.post(url, new | change)
        assert answer.status_code == 422
        assert says in answer.content.decode()
    assert Tariff.objects.filter(market="cacaban", place_type="kios").count() == 3
    assert colleague.post(url, new | {"mulai": "2029-01-01"}).status_code == 422


def test_closed_days_and_leaves_are_recorded_and_withdrawn(owner: Client) -> None:
    b.held("A-1")
    url = reverse("retribusi:closures")
    closed = {"aksi": "catat", "pasar": "cacaban", "mulai": "2026-12-25", "sampai": "2026-12-25", "alasan": "Natal"}
    assert owner.post(url, closed).status_code == 302
    assert "sudah tercatat tutup" in owner.post(url, closed).content.decode()
    leave = closed | {"nomor": "a 1", "alasan": "haji", "keputusan": ""}
    assert "persetujuan" in owner.post(url, leave).content.decode()
    assert owner.post(url, leave | {"keputusan": "Surat 5/2026"}).status_code == 302
    assert Closure.objects.count() == 2
    first = Closure.objects.get(market="cacaban")
    owner.post(url, {"aksi": "tarik", "libur": first.pk})
    assert Closure.objects.get(pk=first.pk).withdrawn_at is not None


def test_a_relief_rests_on_a_decision(owner: Client) -> None:
    url = reverse("retribusi:reliefs")
    relief = {
        "aksi": "catat", "retribusi": "pelayanan-pasar", "pasar": "cacaban", "persen": "50", "mulai": "2026-12-01",
        "sampai": "2026-12-31", "keputusan": "Keputusan Wali Kota 9/2026", "alasan": "renovasi",
    }  # fmt: skip
    assert owner.post(url, relief).status_code == 302
    for change, says in (
        ({"persen": "0"}, "lebih dari 0"),
        ({"persen": "lima"}, "angka"),
        ({"keputusan": ""}, "keputusan"),
    ):
        answer = owner.post(url, relief | change)
        assert (answer.status_code, says in answer.content.decode()) == (422, True)
    made = Relief.objects.get()
    owner.post(url, {"aksi": "tarik", "keringanan": made.pk})
    assert Relief.objects.get().withdrawn_at is not None


def test_lists_ask_few_questions_however_long(owner: Client, django_assert_max_num_queries) -> None:
    for number in range(30):
        b.held(f"A-{number + 1}", f"Pedagang {number}")
    for name in ("register", "stalls", "payers", "stickers"):
        with django_assert_max_num_queries(20):
            owner.get(reverse(f"retribusi:{name}"))


HUGE = "9" * 5000
ODD = (
    "register/objek/?sesudah=99999999999999999999", f"register/objek/?sesudah={HUGE}", "register/objek/?q=%00",
    f"register/objek/?q={HUGE}", f"register/wajib/?sesudah={HUGE}", f"register/impor/?sesudah={HUGE}",
    f"register/stiker/?objek={HUGE}", "register/stiker/?objek=99999999999999999999", "register/impor/?kiriman=x",
    "skrd/daftar/?bulan=9999-12", "skrd/daftar/?bulan=0001-01", f"skrd/daftar/?q=SKRD/2026/{HUGE}",
    "skrd/daftar/?sebelum=2026/99999999999999999999999", f"skrd/?page={HUGE}", "skrd/daftar.csv?bulan=9999-12",
    "skrd/baru/?masa=bulan&bulan=0001-01&jenis=pelayanan-pasar&pasar=cacaban",
    "skrd/baru/?masa=bulan&bulan=9999-12&jenis=pelayanan-pasar&pasar=cacaban",
    "skrd/baru/?masa=hari&tanggal=9999-12-31&jenis=pelayanan-pasar&pasar=cacaban",
    "skrd/baru/?masa=hari&tanggal=0001-01-01&jenis=pelayanan-pasar&pasar=cacaban",
)  # fmt: skip


@pytest.mark.parametrize("address", ODD, ids=lambda a: a[:60])
def test_odd_addresses_get_a_page(address: str, owner: Client) -> None:
    b.held("A-1")
    owner.raise_request_exception = False
    assert owner.get(f"/retribusi/{address}").status_code in (200, 400)


@pytest.mark.parametrize("day", ["0001-01-01", "1944-12-31", "2200-01-01", "9999-12-31", "\x00"])
def test_days_of_another_age_are_refused_with_a_sentence(day: str, owner: Client) -> None:
    stall = b.stall("A-9")
    owner.raise_request_exception = False
    taken = {"aksi": "tempati", "nama": "Sutinah", "mulai": day, "hak": "belum"}
    assert owner.post(reverse("retribusi:stall", args=[stall]), taken).status_code == 422
    run = {"jenis": "pelayanan-pasar", "pasar": "cacaban", "masa": "hari", "tanggal": day}
    assert owner.post(reverse("retribusi:new_run"), run).status_code == 422
    assert not Occupancy.objects.exists()


@pytest.mark.parametrize("area", ["NaN", "Infinity", "1e400", "9" * 30, "\x00"])
def test_an_area_that_is_no_number_is_refused_with_a_sentence(area: str, owner: Client) -> None:
    owner.raise_request_exception = False
    new = {"retribusi": "pelayanan-pasar", "pasar": "cacaban", "nomor": "b 12", "jenis": "los", "luas": area}
    assert owner.post(reverse("retribusi:new_stall"), new).status_code == 422


def test_a_field_with_a_nul_is_no_accident(owner: Client) -> None:
    owner.raise_request_exception = False
    begun = owner.post(reverse("retribusi:censuses"), {"pasar": "cacaban\x00", "judul": "Uji\x00"})
    assert begun.status_code in (302, 422)
    settled = owner.post(reverse("retribusi:import_lines"), {"aksi": "tautkan", "baris": "1", "npwrd": "x\x00"})
    assert settled.status_code in (302, 404, 422)
