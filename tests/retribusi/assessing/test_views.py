"""Pages of runs and SKRD: officer, signer, market head, colleague, stranger; with HTMX and without JavaScript."""

from __future__ import annotations

import io
import re
import uuid
import zipfile

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.people.builders import client_of, person
from tests.retribusi import builders as b
from tidar.common import clock
from tidar.people.models import Notice
from tidar.retribusi.actions.assessing.ordering import take_up_runs, work_on_run
from tidar.retribusi.actions.assessing.papers import print_run
from tidar.retribusi.models import Assessment, Run
from tidar.retribusi.queries.assessing import runs as queries
from tidar.retribusi.views.assessing import runs as pages

HTMX = {"HTTP_HX_REQUEST": "true"}
MONTH = {"jenis": b.KIND, "pasar": b.MARKET, "masa": "bulan", "bulan": "2026-11"}
SURE = {"yakin": "on"}


@pytest.fixture(autouse=True)
def _city(db, home):
    b.city()


@pytest.fixture
def officer() -> Client:
    return client_of(person("rini", role="levy_officer", agency_code=b.AGENCY))


@pytest.fixture
def signer() -> Client:
    return client_of(person("bambang", role="levy_signer", agency_code=b.AGENCY))


@pytest.fixture
def head() -> Client:
    """The head of the other market only."""
    return client_of(person("tono", role="market_head", agency_code=b.AGENCY, area="33.71.03.1002"))


@pytest.fixture
def stranger() -> Client:
    return client_of(person("lain", role="levy_officer", agency_code="dishub"))


def run_url(run_id: uuid.UUID) -> str:
    return reverse("retribusi:run", args=[run_id])


def act(client: Client, run: Run, name: str, **more):
    return client.post(run_url(run.pk), {"aksi": name} | more)


def work(run: Run) -> Run:
    """What the worker does."""
    work_on_run(run_id=run.pk, at=clock.now())
    run.refresh_from_db()
    return run


def ordered(client: Client, **more) -> Run:
    answer = client.post(reverse("retribusi:new_run"), MONTH | more)
    run = Run.objects.latest("made_at")
    assert (answer.status_code, answer["Location"]) == (302, run_url(run.pk))
    return work(run)


def test_an_officer_previews_and_issues_and_a_signer_signs(officer: Client, signer: Client) -> None:
    b.stalls(3)
    run = ordered(officer)
    preview = officer.get(run_url(run.pk)).content.decode()
    assert "Rp450.000" in preview
    assert "Rp5.000 × 30 hari = Rp150.000." in preview
    assert act(officer, run, "terbitkan", **SURE).status_code == 302
    assert work(run).state == "terbit"
    told = Notice.objects.get(user__username="bambang")
    assert (told.sentence, told.url) == (
        "3 SKRD Pasar Rejowinangun, November 2026, menunggu tanda tangan.", run_url(run.pk),
    )  # fmt: skip
    assert act(officer, run, "tandatangani", **SURE).status_code == 403
    assert act(signer, run, "tandatangani", **SURE).status_code == 302
    assert work(run).state == "berlaku"
    assert (run.made_by, run.issued_by, run.signed_by.split("\n")[0]) == ("Rini", "Rini", "Bambang")


def test_issuing_asks_to_be_sure(officer: Client) -> None:
    b.stall("A-001")
    run = ordered(officer)
    answer = act(officer, run, "terbitkan")
    assert answer.status_code == 422
    assert "sudah memeriksanya" in answer.content.decode()
    run.refresh_from_db()
    assert run.state == "pratinjau"


def test_a_stale_preview_says_so_on_the_page(officer: Client) -> None:
    b.stall("A-001")
    run = ordered(officer)
    b.stall("A-002")
    answer = act(officer, run, "terbitkan", **SURE)
    assert answer.status_code == 422
    assert "Hitung ulang" in answer.content.decode()
    assert act(officer, run, "hitung-ulang").status_code == 302
    assert work(run).line_count == 2


def test_a_busy_run_shows_how_far_it_is_and_can_be_stopped(officer: Client) -> None:
    b.stall("A-001")
    run = ordered(officer)
    act(officer, run, "terbitkan", **SURE)
    busy = officer.get(run_url(run.pk), **HTMX).content.decode()
    assert "0 dari 1 SKRD" in busy
    assert 'hx-trigger="every 1s"' in busy
    assert "<html" not in busy
    assert act(officer, run, "hentikan").status_code == 302
    assert work(run).issued_count == 0
    assert "Penerbitan berhenti" in officer.get(run_url(run.pk)).content.decode()
    act(officer, run, "lanjutkan")
    assert work(run).issued_count == 1


def test_the_worker_keeps_a_refusal_in_words(officer: Client) -> None:
    b.stall("A-001")
    run = ordered(officer)
    act(officer, run, "terbitkan", **SURE)
    b.stall("A-002")
    assert "di tengah penerbitan" in work(run).error
    page = officer.get(run_url(run.pk)).content.decode()
    assert "Akhiri penetapan" in page
    assert take_up_runs(at=clock.now().replace(year=2030)) == 0


@pytest.mark.parametrize("name", ["runs", "skrd_list"])
def test_a_stranger_sees_nothing_of_others(officer: Client, stranger: Client, head: Client, name: str) -> None:
    b.stall("A-001")
    b.signed_run()
    assert "Rejowinangun" in officer.get(reverse(f"retribusi:{name}")).content.decode()
    for other in (stranger, head):
        assert "Rejowinangun" not in other.get(reverse(f"retribusi:{name}")).content.decode()


def test_a_stranger_opens_nothing(officer: Client, stranger: Client, head: Client) -> None:
    b.stall("A-001")
    run_id = b.signed_run()
    skrd = Assessment.objects.get()
    pages = [
        run_url(run_id), reverse("retribusi:run_lines", args=[run_id]), reverse("retribusi:run_papers", args=[run_id]),
        reverse("retribusi:skrd", args=[skrd.pk]), reverse("retribusi:skrd_pdf", args=[skrd.pk]),
    ]  # fmt: skip
    for url in pages:
        assert {client.get(url).status_code for client in (stranger, head)} == {403}, url
        assert officer.get(url).status_code in (200, 404)
        assert Client().get(url).status_code == 302
    assert stranger.post(run_url(run_id), {"aksi": "cetak"}).status_code == 403


def test_a_run_over_the_city_is_not_for_somebody_of_one_market(head: Client) -> None:
    b.stall("A-001")
    assert head.get(run_url(b.signed_run(None))).status_code == 403


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"bulan": "2026-13"}, "Pilih bulannya."),
        ({"masa": "hari", "tanggal": ""}, "Pilih tanggalnya."),
        ({"masa": "hari", "tanggal": "kemarin"}, "Tulis tanggalnya"),
        ({"lapak": "Z-999"}, "Lapak itu tidak ada"),
        ({"pasar": "pasar-lain"}, "pasar-lain"),
    ],
)
def test_a_form_that_is_wrong_answers_in_words(officer: Client, asked: dict, sentence: str) -> None:
    answer = officer.post(reverse("retribusi:new_run"), MONTH | asked)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Run.objects.exists()


def test_the_new_run_warns_of_closed_days_missing_tariffs_and_unsigned_runs(officer: Client) -> None:
    from tests.retribusi.assessing.test_previewing import closure

    b.stall("A-001")
    b.stall("X-001", place_type="")
    b.issued_run(day=b.MONTH[0])
    closure(market_id=b.MARKET)
    page = officer.get(reverse("retribusi:new_run"), MONTH, **HTMX).content.decode()
    assert "ditutup 1 hari dalam masa ini, mulai 25 November 2026" in page
    assert "1 tempat di Pasar Rejowinangun belum mempunyai tarif" in page
    assert "1 penetapan belum selesai atau belum ditandatangani" in page


def test_one_stall_alone_is_a_run(officer: Client) -> None:
    b.stalls(2)
    run = ordered(officer, lapak="a 2")
    assert (run.line_count, run.occupancy.levy_object.number) == (1, "A-002")


def test_an_skrd_says_how_its_amount_came_about(officer: Client) -> None:
    skrd = b.assess(b.stall("A-001"), *b.MONTH)
    page = officer.get(reverse("retribusi:skrd", args=[skrd.pk])).content.decode()
    assert "SKRD/2026/0000001" in page
    assert "Rp5.000 × 30 hari = Rp150.000." in page
    assert "eratus lima puluh ribu rupiah" in page
    assert skrd.tariff.legal_basis in page
    assert f"skrd:{skrd.pk}" in page


def test_a_signer_cancels_with_a_reason_and_an_officer_cannot(officer: Client, signer: Client) -> None:
    skrd = b.assess(b.stall("A-001"))
    url, form = reverse("retribusi:skrd", args=[skrd.pk]), {"alasan": "Salah lapak"} | SURE
    assert "Batalkan SKRD" not in officer.get(url).content.decode()
    assert officer.post(url, form).status_code == 403
    assert signer.post(url, {"alasan": ""} | SURE).status_code == 422
    assert signer.post(url, {"alasan": "Salah lapak"}).status_code == 422
    assert signer.post(url, form).status_code == 302
    assert "Salah lapak" in officer.get(url).content.decode()
    assert signer.post(url, form).status_code == 422


def test_the_paper_is_a_pdf_and_the_same_every_time(officer: Client) -> None:
    skrd = b.assess(b.stall("A-001"))
    url = reverse("retribusi:skrd_pdf", args=[skrd.pk])
    first = officer.get(url)
    assert (first["Content-Type"], first.content[:5]) == ("application/pdf", b"%PDF-")
    assert officer.get(url).content == first.content


def test_an_unsigned_skrd_has_no_paper(officer: Client) -> None:
    b.stall("A-001")
    b.issued_run()
    assert officer.get(reverse("retribusi:skrd_pdf", args=[Assessment.objects.get().pk])).status_code == 404


def test_all_papers_of_a_run_come_in_one_file(officer: Client) -> None:
    b.stalls(3)
    run = Run.objects.get(pk=b.signed_run())
    url = reverse("retribusi:run_papers", args=[run.pk])
    assert officer.get(url).status_code == 404
    assert act(officer, run, "cetak").status_code == 302
    assert print_run(run_id=run.pk) == 3
    content = b"".join(officer.get(url).streaming_content)
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == [f"SKRD-2026-000000{n}.pdf" for n in (1, 2, 3)]
    print_run(run_id=run.pk)
    assert b"".join(officer.get(url).streaming_content) == content


def test_the_list_narrows_and_pages_by_number(officer: Client) -> None:
    b.stalls(52)
    b.stall("B-001", place_type="los")
    b.signed_run()
    url = reverse("retribusi:skrd_list")
    first = officer.get(url).content.decode()
    assert "SKRD/2026/0000053" in first
    assert "SKRD/2026/0000003<" not in first
    second = officer.get(url, {"sebelum": "2026/4"}, **HTMX).content.decode()
    assert [f"000000{n}" in second for n in (3, 4)] == [True, False]
    for asked in ({"q": "b-001"}, {"q": "SKRD/2026/0000053"}, {"pasar": b.MARKET, "blok": "B"}):
        found = officer.get(url, asked).content.decode()
        assert found.count("jatuh tempo 10 Des 2026") == 1, asked
    assert "Tidak ada SKRD yang cocok" in officer.get(url, {"keadaan": "lunas"}).content.decode()


def test_the_list_is_exported_with_sums_that_add_up(officer: Client) -> None:
    b.stalls(2)
    b.signed_run()
    answer = officer.get(reverse("retribusi:skrd_export", args=["xlsx"]), {"bulan": "2026-11"})
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert [row[9:12] for row in rows[1:]] == [(5_000, 0, 5_000)] * 2
    text = officer.get(reverse("retribusi:skrd_export", args=["csv"])).content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith("SKRD/2026/0000001;Pasar Rejowinangun;A;A-001;Kios;")


def test_draft_lines_by_block_and_difference(officer: Client) -> None:
    b.stall("A-001")
    b.stall("B-001")
    run = ordered(officer)
    url = reverse("retribusi:run_lines", args=[run.pk])
    block = officer.get(url, {"blok": f"{b.MARKET}|B"}).content.decode()
    assert ("B-001" in block, "A-001" in block) == (True, False)
    assert "Tidak ada baris di sini" in officer.get(url, {"beda": "naik"}).content.decode()


def test_the_next_page_of_draft_lines_goes_on_above_a_thousand(officer: Client, monkeypatch) -> None:
    b.stalls(3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('retribusi_runline', 'id'), 1500)")
    for module in (pages, queries):
        monkeypatch.setattr(module, "PER_PAGE", 1)
    url = reverse("retribusi:run_lines", args=[ordered(officer).pk])
    following = re.findall(r'rel="next" href="([^"]+)"', officer.get(url).content.decode())
    second = officer.get(url + following[0]).content.decode()
    assert ("A-001" in second, "A-002" in second) == (False, True)
