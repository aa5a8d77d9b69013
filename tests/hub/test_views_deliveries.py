"""Pages of feeds, wizard, deliveries and quarantine: owner, colleague, stranger; with HTMX and without JavaScript."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.hub import builders_deliveries as b
from tests.hub.builders_deliveries import BAD, GOOD
from tests.people.builders import client_of, person
from tidar.common.files import safe_cell
from tidar.common.models import AuditEntry
from tidar.hub.models import Delivery, Feed, FeedToken, QuarantinedRow
from tidar.places import api as places

HTMX = {"HTTP_HX_REQUEST": "true"}
Status = Delivery.Status


@pytest.fixture(autouse=True)
def _city(db, home):
    places.forget()
    b.city()
    yield
    places.forget()


@pytest.fixture
def owner() -> Client:
    return client_of(person("sri", role="producer", agency_code="disdukcapil"))


@pytest.fixture
def colleague() -> Client:
    return client_of(person("budi", role="producer", agency_code="dishub"))


@pytest.fixture
def walidata() -> Client:
    return client_of(person("wali", role="walidata"))


@pytest.fixture
def delivery() -> Delivery:
    """Published, one row in quarantine."""
    return b.processed(b.people_csv(*GOOD, BAD))


def file(content: bytes, name: str = "penduduk.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def upload(client: Client, content: bytes, **more) -> Delivery:
    client.post("/hub/umpan/penduduk/unggah/", {"berkas": file(content)}, **more)
    return Delivery.objects.latest("received_at")


def mapped(delivery: Delivery) -> dict[str, object]:
    return {f"kolom-{name}": place for name, place in delivery.mapping.items()}


def pages(delivery: Delivery) -> dict[str, str]:
    row = QuarantinedRow.objects.filter(delivery=delivery).first()
    named = {
        name: reverse(f"hub:{name}", args=[delivery.pk]) for name in ("delivery", "raw", "map", "check", "quarantine")
    }
    return named | {
        "feed": "/hub/umpan/penduduk/",
        "upload": "/hub/umpan/penduduk/unggah/",
        "template": "/hub/umpan/penduduk/templat.xlsx",
        "row": reverse("hub:row", args=[delivery.pk, row.pk]),
        "export": reverse("hub:export", args=[delivery.pk, "csv"]),
        "api_feed": "/api/hub/feeds/penduduk",
        "api_delivery": f"/api/hub/deliveries/{delivery.pk}",
        "edit": "/hub/umpan/penduduk/ubah/",
        "new": "/hub/umpan/baru/",
    }


def test_who_may_open_what(owner, colleague, walidata, delivery) -> None:
    addresses = pages(delivery)
    for name, address in addresses.items():
        assert Client().get(address).status_code == 302, name
        assert colleague.get(address).status_code == 403, name
        assert walidata.get(address).status_code in (200, 302), name
        assert owner.get(address).status_code == (
            403 if name in ("edit", "new") else 200 if name not in ("map", "check") else 302
        )


def test_writes_of_a_colleague_change_nothing(colleague, delivery) -> None:
    row = QuarantinedRow.objects.get(delivery=delivery)
    for address, data in (
        ("/hub/umpan/penduduk/unggah/", {"berkas": file(b.people_csv(*GOOD[:1]))}),
        (reverse("hub:quarantine", args=[delivery.pk]), {"aksi": "buang", "baris": row.pk, "alasan": "x"}),
        (reverse("hub:row", args=[delivery.pk, row.pk]), {"nilai-kelurahan": "Wates"}),
        (reverse("hub:replay", args=[delivery.pk]), {}),
        ("/hub/umpan/penduduk/kelola/", {"aksi": "nonaktifkan"}),
    ):
        assert colleague.post(address, data).status_code == 403, address
    row.refresh_from_db()
    assert (Delivery.objects.count(), row.status, row.corrected) == (1, "open", None)


def personal(name: str) -> None:
    """Let a column of `penduduk` hold personal data."""
    feed = Feed.objects.get(code="penduduk")
    for column in feed.contract["columns"]:
        column["personal"] = column["name"] == name
    feed.save()


def test_personal_data_is_masked_wherever_a_row_is_shown(owner, walidata) -> None:
    personal("laki_laki")
    delivery = b.processed(b.people_csv(*GOOD, ("Wates", "September 2026", "rahasia77", 410)))
    row = QuarantinedRow.objects.get(delivery=delivery)
    assert "•••" in row.sentence
    for name, address in pages(delivery).items():
        if name not in ("raw", "edit", "new"):
            assert "rahasia77" not in owner.get(address).content.decode(errors="replace"), name
    book = walidata.get(reverse("hub:export", args=[delivery.pk, "xlsx"])).content
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert not any(b"rahasia77" in parts.read(name) for name in parts.namelist())


def test_personal_data_is_corrected_without_being_shown_or_audited(owner) -> None:
    personal("laki_laki")
    delivery = b.processed(b.people_csv(*GOOD, ("Wates", "September 2026", "rahasia77", 410)))
    row = QuarantinedRow.objects.get(delivery=delivery)
    address = reverse("hub:row", args=[delivery.pk, row.pk])
    owner.post(address, {"nilai-laki_laki": "", "nilai-perempuan": "411"})
    row.refresh_from_db()
    assert (row.corrected["laki_laki"], row.corrected["perempuan"]) == ("rahasia77", "411")
    owner.post(address, {"nilai-laki_laki": "54321"})
    row.refresh_from_db()
    assert (row.corrected["laki_laki"], row.remark) == ("54321", "")
    kept = str(list(AuditEntry.objects.filter(action="quarantine.correct").values_list("before", "after")))
    assert "411" in kept
    assert not any(text in kept for text in ("rahasia77", "54321"))


def test_the_preview_of_a_file_masks_columns_of_personal_data(owner) -> None:
    personal("laki_laki")
    delivery = upload(owner, b.people_csv(*GOOD, ("Wates", "September 2026", "rahasia77", 410)))
    text = owner.get(reverse("hub:map", args=[delivery.pk])).content.decode()
    assert "Magersari" in text
    assert "Laki-laki" in text
    assert "rahasia77" not in text


def test_a_missing_thing_is_404(owner, delivery) -> None:
    nothing = "00000000-0000-7000-8000-000000000000"
    for address in (
        "/hub/umpan/tidak-ada/",
        f"/hub/kiriman/{nothing}/",
        f"/hub/kiriman/{delivery.pk}/karantina/{nothing}/",
    ):
        assert owner.get(address).status_code == 404, address


def test_the_list_shows_what_the_reader_may_see(owner, walidata, delivery) -> None:
    own, every = owner.get("/hub/").content.decode(), walidata.get("/hub/").content.decode()
    assert ("Penduduk per kelurahan" in own, "ATCS dan CCTV" in own) == (True, False)
    assert "ATCS dan CCTV" in every
    assert reverse("hub:quarantine", args=[delivery.pk]) in own


def test_the_list_leads_to_the_rows_that_wait(owner, delivery) -> None:
    b.processed(b.people_csv(("Wates", "November 2026", 1, 1)), at=b.later(days=1))
    assert reverse("hub:quarantine", args=[delivery.pk]) in owner.get("/hub/").content.decode()


def test_a_leader_reads_and_is_offered_nothing_to_do(delivery) -> None:
    leader = client_of(person("wako", role="leader"))
    pages = ("/hub/", "/hub/umpan/penduduk/", reverse("hub:delivery", args=[delivery.pk]))
    for text in (leader.get(address).content.decode() for address in pages):
        for forbidden in ("/karantina/", "/unggah/", "/berkas", "/putar-ulang/", "/ubah/"):
            assert forbidden not in text, forbidden
    assert leader.get(reverse("hub:quarantine", args=[delivery.pk])).status_code == 403


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("q=lapak", "Lapak pasar", "ATCS dan"),
        ("dinas=dishub", "ATCS dan", "Lapak pasar"),
        ("keadaan=waiting", "ATCS dan", "Penduduk per"),
        ("q=tidakada", "Tidak ada umpan yang cocok", "ATCS dan"),
    ],
)
def test_the_list_is_narrowed(walidata, delivery, query: str, shown: str, hidden: str) -> None:
    table = walidata.get(f"/hub/?{query}", **HTMX).content.decode()
    assert "<html" not in table
    assert (shown in table, hidden in table) == (True, False)


def test_the_list_costs_the_same_for_many_feeds(walidata, django_assert_max_num_queries) -> None:
    walidata.get("/hub/")
    feed = Feed.objects.get(code="atcs")
    for number in range(30):
        Feed.objects.create(
            code=f"umpan-{number}", title=f"Umpan {number}", agency_id="dishub", kind="upload",
            lake_table=f"t{number}", contract=feed.contract, created_at=b.AT,
        )  # fmt: skip
    with django_assert_max_num_queries(14):
        assert "Umpan 29" in walidata.get("/hub/").content.decode()


def test_long_histories_and_quarantines_cost_the_same(owner, delivery, django_assert_max_num_queries) -> None:
    row = QuarantinedRow.objects.get(delivery=delivery)
    for number in range(100, 140):
        row.pk, row.row_number = None, number
        row.save(force_insert=True)
    for number in range(25):
        Delivery.objects.create(
            feed=delivery.feed, file_name=f"{number}.csv", sha256="0" * 64, size_bytes=1, raw_path="x",
            happened_at=b.AT, received_at=b.AT, received_by="x", received_by_name="x",
        )  # fmt: skip
    for address in (
        "/hub/umpan/penduduk/",
        reverse("hub:delivery", args=[delivery.pk]),
        reverse("hub:quarantine", args=[delivery.pk]),
    ):
        with django_assert_max_num_queries(18):
            assert owner.get(address).status_code == 200


def test_three_steps_without_javascript(owner) -> None:
    answer = owner.post("/hub/umpan/penduduk/unggah/", {"berkas": file(b.people_csv(*GOOD, BAD))})
    delivery = Delivery.objects.get()
    assert answer.url == reverse("hub:map", args=[delivery.pk])
    assert "Rejowinangun Utr" in owner.get(answer.url).content.decode()
    answer = owner.post(answer.url, {"aksi": "lanjut", **mapped(delivery)})
    assert answer.url == reverse("hub:check", args=[delivery.pk])
    text = owner.get(answer.url).content.decode()
    assert "Terbitkan 4 baris" in text
    assert "Sel A6" in text
    answer = owner.post(answer.url, {"aksi": "terbitkan"})
    assert answer.url == reverse("hub:delivery", args=[delivery.pk])
    assert "Perbaiki 1 baris karantina" in owner.get(answer.url).content.decode()
    assert b.total() == 1_340


def test_the_same_file_leads_to_its_delivery(owner, delivery) -> None:
    answer = owner.post("/hub/umpan/penduduk/unggah/", {"berkas": file(b.people_csv(*GOOD, BAD))}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("hub:delivery", args=[delivery.pk])
    assert "sama persis sudah diterima" in answer.content.decode()


def test_step_one_says_what_is_wrong(owner, settings) -> None:
    settings.UPLOAD_MAX_BYTES = 50
    for data, status, said in (
        ({}, 422, "Pilih berkas"),
        ({"berkas": file(b"")}, 422, "kosong"),
        ({"berkas": file(b"x" * 51)}, 413, "50 B"),
    ):
        answer = owner.post("/hub/umpan/penduduk/unggah/", data, **HTMX)
        assert (answer.status_code, said in answer.content.decode()) == (status, True), said
        assert b"<html" not in answer.content


def test_a_file_that_is_none_is_refused_on_its_own_page(owner) -> None:
    answer = owner.post(
        "/hub/umpan/penduduk/unggah/", {"berkas": file(b"MZ\x90\x00" + bytes(300), "a.xlsx")}, follow=True
    )
    assert answer.status_code == 200
    assert Delivery.objects.get().status == Status.REFUSED
    assert Delivery.objects.get().sentence in answer.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


def test_step_two_asks_for_what_is_missing(owner) -> None:
    delivery = upload(owner, b.people_csv(*GOOD))
    data = mapped(delivery) | {"kolom-rt": "", "aksi": "lanjut"}
    answer = owner.post(reverse("hub:map", args=[delivery.pk]), data)
    assert answer.status_code == 422
    assert "Pilih kolom untuk: Jumlah RT" in answer.content.decode()
    assert owner.post(reverse("hub:map", args=[delivery.pk]), {"kolom-rt": "999"}).status_code == 422


def test_step_two_takes_another_heading_row(owner) -> None:
    content = b"Data penduduk;;;;;;\n" + b.people_csv(*GOOD)
    delivery = upload(owner, content)
    address = reverse("hub:map", args=[delivery.pk])
    assert delivery.survey["header_rows"] == [2]
    block = owner.post(address, {"aksi": "judul", "baris_judul": 1}, **HTMX)
    assert (block.status_code, b"<html" in block.content) == (200, False)
    assert Delivery.objects.get().survey["header_rows"] == [1]
    assert owner.post(address, {"aksi": "judul", "baris_judul": 2}).status_code == 302
    assert Delivery.objects.get().survey["header_rows"] == [2]
    assert owner.post(address, {"aksi": "judul", "baris_judul": "dua"}).status_code == 422


def test_calling_off_before_publishing(owner) -> None:
    delivery = upload(owner, b.people_csv(*GOOD))
    owner.post(reverse("hub:map", args=[delivery.pk]), {"aksi": "batal"})
    delivery.refresh_from_db()
    assert delivery.status == Status.REFUSED
    assert "Dibatalkan oleh" in delivery.sentence


def test_what_is_kept_is_indonesian_whoever_caused_it(owner, settings) -> None:
    delivery = upload(owner, b.people_csv(*GOOD))
    owner.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with translation.override("id"):  # a request leaves its language to the thread
        page = owner.post(reverse("hub:map", args=[delivery.pk]), {"aksi": "batal"}, follow=True).content.decode()
    delivery.refresh_from_db()
    assert "Delivery cancelled." in page
    assert delivery.sentence.startswith("Dibatalkan oleh")


def test_step_three_remembers_a_spelling_and_checks_again(owner) -> None:
    delivery = upload(owner, b.people_csv(*GOOD, BAD))
    owner.post(reverse("hub:map", args=[delivery.pk]), {"aksi": "lanjut", **mapped(delivery)})
    meant = {"kolom": "kelurahan", "tulisan": "Rejowinangun Utr", "arti": "33.71.03.1003"}
    owner.post(reverse("hub:check", args=[delivery.pk]), {"aksi": "ingat", **meant})
    delivery.refresh_from_db()
    assert (delivery.status, delivery.accepted_count, delivery.rejected_count) == (Status.CHECKED, 5, 0)


def test_step_three_refuses_in_place(owner) -> None:
    delivery = upload(owner, b.people_csv(*[("Entah", "Oktober 2026", n, n) for n in range(4)]))
    owner.post(reverse("hub:map", args=[delivery.pk]), {"aksi": "lanjut", **mapped(delivery)})
    address = reverse("hub:check", args=[delivery.pk])
    assert "Ditahan dulu" in owner.get(address).content.decode()
    assert owner.post(address, {"aksi": "terbitkan"}).status_code == 409
    assert owner.post(address, {"aksi": "lanjutkan"}).status_code == 422
    assert owner.post(address, {"aksi": "tak dikenal"}).status_code == 302


def test_a_running_check_is_polled_and_stopped(owner) -> None:
    delivery = upload(owner, b.people_csv(*GOOD))
    from tidar.hub.actions.processing import INLINE_BYTES

    Delivery.objects.update(size_bytes=INLINE_BYTES + 1)
    address = reverse("hub:check", args=[delivery.pk])
    owner.post(reverse("hub:map", args=[delivery.pk]), {"aksi": "lanjut", **mapped(delivery)})
    page = owner.get(address).content.decode()
    assert ("<progress" in page, 'hx-trigger="every 1s"' in page, "<noscript>" in page) == (True, True, True)
    owner.post(address, {"aksi": "hentikan"})
    assert Delivery.objects.get().status == Status.MAPPING
    gone = owner.get(address, **HTMX)
    assert (gone.status_code, gone["HX-Redirect"]) == (204, reverse("hub:map", args=[delivery.pk]))


def test_a_row_is_corrected_and_released_without_javascript(owner, delivery) -> None:
    row = QuarantinedRow.objects.get(delivery=delivery)
    address = reverse("hub:row", args=[delivery.pk, row.pk])
    answer = owner.post(address, {"nilai-kelurahan": "Rejowinangun"}, follow=True)
    assert "Rejowinangun" in answer.content.decode()
    assert owner.post(address, {"nilai-kelurahan": "Rejowinangun Utara"}).url == reverse(
        "hub:quarantine", args=[delivery.pk]
    )
    owner.post(reverse("hub:quarantine", args=[delivery.pk]), {"aksi": "lepas", "baris": row.pk})
    row.refresh_from_db()
    assert (row.status, b.total()) == ("released", 2_150)


def test_a_row_is_corrected_in_place_with_htmx(owner, delivery) -> None:
    row = QuarantinedRow.objects.get(delivery=delivery)
    address = reverse("hub:row", args=[delivery.pk, row.pk])
    form = owner.get(address, **HTMX).content.decode()
    assert form.strip().startswith(f'<tr id="baris-{row.pk}"')
    assert 'value="33.71.03.1003"' in form  # the suggestion is filled in
    wrong = owner.post(address, {"nilai-kelurahan": "Entah"}, **HTMX)
    assert (wrong.status_code, "Entah" in wrong.content.decode()) == (422, True)
    right = owner.post(address, {"nilai-kelurahan": "33.71.03.1003"}, **HTMX)
    assert (right.status_code, "lolos, siap dilepas" in right.content.decode()) == (200, True)
    assert "Rejowinangun Utr" in right.content.decode()  # the original stays visible


def test_the_quarantine_acts_on_many(owner, delivery) -> None:
    address = reverse("hub:quarantine", args=[delivery.pk])
    assert "Ingat dan terapkan" in owner.get(address).content.decode()
    owner.post(address, {"aksi": "ingat", "kolom": "kelurahan", "tulisan": "Rejowinangun Utr", "arti": "33.71.03.1003"})
    owner.post(address, {"aksi": "lepas", "cakupan": "semua"})
    assert QuarantinedRow.objects.get().status == "released"
    assert "Rejowinangun Utr" in owner.get(f"{address}?status=released").content.decode()


def test_discarding_needs_a_reason(owner, delivery) -> None:
    address, row = reverse("hub:quarantine", args=[delivery.pk]), QuarantinedRow.objects.get()
    assert owner.post(address, {"aksi": "buang", "baris": row.pk}).status_code == 422
    assert owner.post(address, {"aksi": "buang", "baris": row.pk, "alasan": "baris ganda"}).status_code == 302
    assert "baris ganda" in owner.get(f"{address}?status=discarded").content.decode()
    assert owner.post(address, {"aksi": "lepas", "baris": "bukan-uuid"}).status_code == 302


def test_raw_bytes_are_saved_never_shown(owner, delivery) -> None:
    answer = owner.get(reverse("hub:raw", args=[delivery.pk]))
    assert b"".join(answer.streaming_content) == b.people_csv(*GOOD, BAD)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith('attachment; filename="penduduk.csv"')
    assert (answer["X-Content-Type-Options"], answer["Content-Security-Policy"]) == (
        "nosniff",
        "default-src 'none'; sandbox",
    )


@pytest.mark.parametrize("evil", ["=cmd|' /C calc'!A0", "+SUM(A1)", "-2+3", "@x", "\tx", "\r=1", "|x", "%x"])
def test_no_exported_cell_runs(owner, evil: str) -> None:
    assert safe_cell(evil).startswith("'")
    row = (evil.replace("\r", "").replace("\t", "").replace('"', "") or "x", "Oktober 2026", 1, 1)
    delivery = b.processed(b.people_csv(*GOOD, row))
    text = owner.get(reverse("hub:export", args=[delivery.pk, "csv"])).content.decode("utf-8-sig")
    cells = [
        cell.strip('"')
        for line in text.splitlines()[1:]
        for cell in re.split(r";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", line)
    ]
    assert [cell for cell in cells if cell[:1] in ("=", "+", "@", "|", "%") or re.match(r"-\d+\+", cell)] == []
    book = owner.get(reverse("hub:export", args=[delivery.pk, "xlsx"])).content
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("number", ["-7,4865", "+62", "-5", "12"])
def test_numbers_stay_numbers(number: str) -> None:
    assert safe_cell(number) == number


def test_the_empty_template_fits_the_contract(owner) -> None:
    text = owner.get("/hub/umpan/penduduk/templat.csv").content.decode("utf-8-sig")
    assert text.startswith("Kelurahan;Periode;Laki-laki (jiwa);Perempuan (jiwa)")
    delivery = b.processed(b.people_csv(*GOOD, heading=text.strip()))
    assert delivery.status == Status.PUBLISHED


def test_replay_from_the_page(walidata, delivery) -> None:
    answer = walidata.post(reverse("hub:replay", args=[delivery.pk]))
    new = Delivery.objects.get(replay_of=delivery)
    assert answer.url == reverse("hub:delivery", args=[new.pk])
    assert "Putar ulang dari" in walidata.get(answer.url).content.decode()


def test_tokens_on_the_page(walidata) -> None:
    page = walidata.post("/hub/umpan/atcs/kelola/", {"aksi": "token", "nama": "pusat"}).content.decode()
    secret = re.search(r"tdr_[\w-]+", page)
    assert secret is not None
    assert secret.group() not in walidata.get("/hub/umpan/atcs/").content.decode()
    assert walidata.post("/hub/umpan/atcs/kelola/", {"aksi": "token"}).status_code == 422
    walidata.post("/hub/umpan/atcs/kelola/", {"aksi": "cabut", "token": FeedToken.objects.get().pk})
    assert FeedToken.objects.get().revoked_at is not None
    assert walidata.post("/hub/umpan/atcs/kelola/", {"aksi": "cabut", "token": "x"}).status_code == 302


def test_a_feed_is_defined_on_the_page(walidata) -> None:
    example = walidata.get("/hub/umpan/baru/").context["form"].initial["definisi"]
    wrong = walidata.post("/hub/umpan/baru/", {"definisi": example})
    assert (wrong.status_code, "kode-dinas" in wrong.content.decode()) == (422, True)
    answer = walidata.post("/hub/umpan/baru/", {"definisi": example.replace("kode-dinas", "dishub")})
    assert answer.url == "/hub/umpan/nama_umpan/"
    text = walidata.get("/hub/umpan/nama_umpan/ubah/").context["form"].initial["definisi"]
    walidata.post("/hub/umpan/nama_umpan/ubah/", {"definisi": text.replace("Judul umpan", "Jumlah jiwa")})
    assert Feed.objects.get(code="nama_umpan").title == "Jumlah jiwa"


def test_the_api_says_how_fresh_everything_is(owner, delivery) -> None:
    (feed,) = owner.get("/api/hub/feeds").json()["feeds"]
    assert (feed["code"], feed["rows"], feed["quarantine_open"], feed["sample"]) == ("penduduk", 4, 1, True)
    assert set(feed["freshness"]) == {"state", "last_at", "due_at", "age_seconds"}
    one = owner.get("/api/hub/feeds/penduduk").json()
    assert (one["contract"]["key"], one["deliveries"][0]["id"]) == (["kelurahan", "periode"], str(delivery.pk))
    detail = owner.get(f"/api/hub/deliveries/{delivery.pk}").json()
    assert (detail["accepted"], detail["rejected"], detail["quarantine"]["open"], detail["status"]) == (
        4,
        1,
        1,
        "published",
    )
    assert detail["freshness"]["state"] == feed["freshness"]["state"]


def test_an_overtaken_file_says_so_before_it_is_published(owner) -> None:
    old = b.checked(b.people_csv(*GOOD))
    b.processed(b.people_csv(*GOOD[:2]), name="susulan.csv", at=b.later(hours=1))
    text = owner.get(reverse("hub:check", args=[old.pk])).content.decode()
    assert "susulan.csv sudah terbit" in text
