"""Pages of payments, the counter and cases: owner, colleague, stranger; forms that fail; the receipt."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.people.builders import assign, client_of, person
from tests.retribusi import builders as city
from tidar.common import clock
from tidar.documents.models import Document
from tidar.ledger import api as ledger
from tidar.retribusi.actions.paying import NewPayment, issue_receipt, record_payment
from tidar.retribusi.models import Case, Payment
from tidar.retribusi.queries.checking import check
from tidar.retribusi.queries.dues import open_dues
from tidar.retribusi.rules import accounts as names

pytestmark = pytest.mark.django_db
NOW = city.AT + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _a_city(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    city.city()


def signed_in(name: str, role: str, *, agency: str = city.AGENCY, area: str = "") -> Client:
    return client_of(person(name, role=role, agency_code=agency, area=area))


@pytest.fixture
def treasurer() -> Client:
    return signed_in("tri", "treasurer")


@pytest.fixture
def collector() -> Client:
    return signed_in("budi", "collector")


def stall(number: str = "A-001", bills: int = 2) -> city.Stall:
    made = city.stall(number)
    for day in range(bills):
        city.assess(made, date(2026, 11, 2 + day))
    return made


def pay(holder: city.Stall | None, amount: int, **more) -> Payment:
    number = Payment.objects.count()
    values = {
        "id": city.uuid.uuid4(), "key": f"uji:{number}", "channel": "tunai", "amount_rupiah": amount,
        "happened_at": city.AT, "occupancy_id": holder.occupancy_id if holder else None,
        "cash_account_key": names.collector_cash_key("budi"), "receipt_number": f"K07-{number:06}",
        "agency": city.AGENCY, "collector_id": "budi", "market": city.MARKET,
    }  # fmt: skip
    receipt = record_payment(payment=NewPayment(**{**values, **more}), by=city.SYSTEM, at=NOW)
    return Payment.objects.get(pk=receipt.payment_id)


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[-800:]
    return answer.content.decode()


# --- the list


def test_the_list_narrows_by_day_market_channel_and_words(treasurer) -> None:
    holder = stall()
    pay(holder, 1000)
    pay(None, 2000, channel="qris", collector_id="", happened_at=city.AT - timedelta(days=3))
    both = page(treasurer, "/retribusi/pembayaran/")
    assert "2 pembayaran, Rp3.000" in both
    for query, wanted in (
        ("dari=2026-11-25", "K07-000000"), ("cara=qris", "K07-000001"), ("q=A-001", "K07-000000"),
        ("sampai=2026-11-23", "K07-000001"), (f"pasar={city.MARKET}&q=k07-000001", "K07-000001"),
        ("juru=budi", "K07-000000"),
    ):  # fmt: skip
        assert re.findall(r"K07-\d+", page(treasurer, f"/retribusi/pembayaran/?{query}")) == [wanted], query
    assert "Tidak ada pembayaran yang cocok" in page(treasurer, "/retribusi/pembayaran/?pasar=cacaban")
    assert "Masukkan tanggal" in page(treasurer, "/retribusi/pembayaran/?dari=besok", 422)


def test_the_list_goes_on_by_keyset_and_skips_nothing(treasurer) -> None:
    made = {pay(None, 1000 + n, happened_at=city.AT - timedelta(minutes=n % 7)).receipt_number for n in range(53)}
    first = page(treasurer, "/retribusi/pembayaran/")
    following = re.search(r"sesudah=([0-9a-f-]{36})", first)
    assert following
    second = page(treasurer, f"/retribusi/pembayaran/?sesudah={following[1]}")
    assert set(re.findall(r"K07-\d+", first)) | set(re.findall(r"K07-\d+", second)) == made
    assert not set(re.findall(r"K07-\d+", first)) & set(re.findall(r"K07-\d+", second))


def test_the_list_is_of_this_month_and_never_of_years(treasurer) -> None:
    pay(None, 1000)
    old = pay(None, 2000, happened_at=city.AT - timedelta(days=200))
    with CaptureQueriesContext(connection) as asked:
        assert "1 pembayaran, Rp1.000" in page(treasurer, "/retribusi/pembayaran/")
    sums = [one["sql"] for one in asked if "SUM(" in one["sql"] and "retribusi_payment" in one["sql"]]
    assert sums and all("happened_at" in sql for sql in sums)
    day = (city.AT - timedelta(days=210)).date()
    assert old.receipt_number in page(treasurer, f"/retribusi/pembayaran/?dari={day}")
    assert "2 pembayaran" not in page(treasurer, f"/retribusi/pembayaran/?dari={day}")
    assert old.receipt_number in page(treasurer, f"/retribusi/pembayaran/?q={old.receipt_number}")
    assert "paling lama 92 hari" in page(treasurer, f"/retribusi/pembayaran/?dari={day}&sampai=2026-11-25", 422)


@pytest.mark.parametrize("query", ["dari=0001-01-01", "sampai=0001-01-01", "sampai=9999-12-31", "dari=9999-12-31"])
def test_days_beyond_all_calendars_are_a_page(treasurer, query) -> None:
    pay(None, 1000)
    assert "<h1>" in page(treasurer, f"/retribusi/pembayaran/?{query}")


def test_the_list_asks_the_same_for_one_collector_and_for_many(treasurer) -> None:
    pay(None, 1000)
    with CaptureQueriesContext(connection) as one:
        page(treasurer, "/retribusi/pembayaran/")
    for who in ("siti", "slamet", "joko"):
        pay(None, 1000, collector_id=who)
    with CaptureQueriesContext(connection) as many:
        page(treasurer, "/retribusi/pembayaran/")
    assert len(many) <= len(one)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_list_as_a_file(treasurer, ending) -> None:
    pay(stall(), 1000)
    answer = treasurer.get(f"/retribusi/pembayaran/?unduh={ending}")
    assert answer.status_code == 200
    assert f"pembayaran.{ending}" in answer["Content-Disposition"]
    if ending == "csv":
        assert "K07-000000" in answer.content.decode("utf-8-sig")


def test_strangers_see_nothing_of_another_agency() -> None:
    holder = stall()
    found = pay(holder, 9_000_000)
    case = Case.objects.get()
    other = signed_in("asing", "treasurer", agency="dishub")
    assert "K07-" not in page(other, "/retribusi/pembayaran/")
    assert holder.number not in page(other, "/retribusi/perkara/")
    for url in (f"/retribusi/pembayaran/{found.pk}/", f"/retribusi/perkara/{case.pk}/"):
        assert other.get(url).status_code == 403
        assert other.post(url, {"alasan": "x", "yakin": "on"}).status_code == 403
        assert Client().get(url).status_code == 302
    assert page(signed_in("pemeriksa", "auditor", agency=""), f"/retribusi/pembayaran/{found.pk}/")


def test_a_market_head_sees_only_their_own_market() -> None:
    pay(stall(), 1000)
    home = city.Occupancy.objects.get().levy_object.market.area_code
    own, other = signed_in("kepala", "market_head", area=home), signed_in("lain", "market_head", area="33.71.99")
    assert "K07-000000" in page(own, "/retribusi/pembayaran/")
    assert "K07-000000" not in page(other, "/retribusi/pembayaran/")


# --- one payment


def test_a_payment_shows_all_that_followed_from_it(treasurer, django_assert_max_num_queries) -> None:
    holder = stall()
    found = pay(holder, 9_000_000)
    with django_assert_max_num_queries(40):
        text = page(treasurer, f"/retribusi/pembayaran/{found.pk}/")
    for words in ("SKRD/2026/", holder.number, "kas:juru-pungut:budi", "titipan:", "K07-000000", "menunggu nomor"):
        assert words in text, words
    assert "Lihat perkaranya" in text
    assert treasurer.get("/retribusi/pembayaran/00000000-0000-7000-8000-000000000000/").status_code == 404


def test_an_ssrd_is_issued_once_and_printed(treasurer) -> None:
    found = pay(stall(), 2000)
    url = f"/retribusi/pembayaran/{found.pk}/"
    assert treasurer.get(f"{url}ssrd.pdf").status_code == 404
    for _twice in range(2):
        assert treasurer.post(f"{url}ssrd/").status_code == 302
    assert Document.objects.filter(kind="ssrd").count() == 1
    assert "SSRD/2026/0000001" in page(treasurer, url)
    answer = treasurer.get(f"{url}ssrd.pdf")
    assert answer.content[:5] == b"%PDF-"
    assert signed_in("kepala", "market_head").post(f"{url}ssrd/").status_code == 403


def test_taking_back_asks_for_a_reason_and_a_second_look(treasurer) -> None:
    holder = stall()
    found = pay(holder, 2000)
    url = f"/retribusi/pembayaran/{found.pk}/"
    assert "Uangnya masih di tangan" in page(treasurer, url)
    issue_receipt(payment_id=found.pk, by=city.SYSTEM, at=NOW)
    assert treasurer.post(url, {"alasan": "salah lapak"}).status_code == 422
    assert treasurer.post(url, {"alasan": "", "yakin": "on"}).status_code == 422
    assert Payment.objects.count() == 1
    assert treasurer.post(url, {"alasan": "salah lapak", "yakin": "on"}).status_code == 302
    text = page(treasurer, url)
    assert "salah lapak" in text
    assert "Batalkan pembayaran ini" not in text
    again = treasurer.post(url, {"alasan": "lagi", "yakin": "on"})
    assert again.status_code == 422
    assert Document.objects.get(kind="ssrd").cancellation.reason == "salah lapak"
    assert check() == ()


def test_money_in_a_bank_becomes_a_case_when_taken_back(treasurer) -> None:
    found = pay(stall(), 2000, channel="qris", collector_id="", cash_account_key=names.channel_cash_key("palsu"))
    answer = treasurer.post(f"/retribusi/pembayaran/{found.pk}/", {"alasan": "salah lapak", "yakin": "on"})
    assert answer["Location"] == f"/retribusi/perkara/{Case.objects.get().pk}/"


def test_who_only_reads_is_not_offered_to_take_back() -> None:
    found = pay(stall(), 2000)
    auditor = signed_in("pemeriksa", "auditor", agency="")
    assert "Batalkan pembayaran ini" not in page(auditor, f"/retribusi/pembayaran/{found.pk}/")
    answer = auditor.post(f"/retribusi/pembayaran/{found.pk}/", {"alasan": "x", "yakin": "on"})
    assert answer.status_code == 403
    assert Payment.objects.count() == 1


# --- the counter

COUNTER = "/retribusi/pembayaran/baru/"


def counter_form(client: Client, number: str = "A-001") -> dict[str, str]:
    text = page(client, f"{COUNTER}?pasar={city.MARKET}&lapak={number}")
    return {name: re.search(rf'name="{name}" value="([^"]+)"', text)[1] for name in ("kunci", "lapak_id", "terlihat")}


def test_stall_dues_amount_receipt(collector) -> None:
    holder = stall()
    text = page(collector, f"{COUNTER}?pasar={city.MARKET}&lapak=a-001")
    assert text.count("SKRD/2026/") == 2
    form = counter_form(collector)
    answer = collector.post(COUNTER, {**form, "jumlah": "1.000"})
    found = Payment.objects.get()
    assert answer["Location"] == f"/retribusi/pembayaran/{found.pk}/bukti/"
    receipt = page(collector, answer["Location"])
    assert "SSRD/2026/0000001" in receipt
    assert "seribu" in receipt.lower()
    assert collector.get(f"/retribusi/pembayaran/{found.pk}/bukti.pdf").content[:5] == b"%PDF-"
    assert sum(d.owed for d in open_dues([holder.occupancy_id])[holder.occupancy_id]) == int(form["terlihat"]) - 1000
    assert ledger.balance(names.collector_cash_key(found.collector_id)) == 1000


def test_pressed_twice_it_is_one_payment(collector) -> None:
    stall()
    form = {**counter_form(collector), "jumlah": "1000"}
    first, second = collector.post(COUNTER, form), collector.post(COUNTER, form)
    assert first["Location"] == second["Location"]
    assert Payment.objects.count() == Document.objects.filter(kind="ssrd").count() == 1


def test_more_than_is_owed_asks_what_for(collector) -> None:
    holder = stall(bills=1)
    form = {**counter_form(collector), "jumlah": "50.000"}
    text = collector.post(COUNTER, form).content.decode()
    assert "melebihi tagihannya" in text
    assert not Payment.objects.exists()
    collector.post(COUNTER, {**form, "sisa": "advance"})
    found = Payment.objects.get()
    assert (found.suspense_rupiah, found.advance_rupiah > 0) == (0, True)
    assert ledger.balance(names.advance_key(city.KIND, holder.npwrd)) == found.advance_rupiah


@pytest.mark.parametrize("amount", ["-1000", "0", "1000,50", "seribu", "", "9999999999999"])
def test_a_wrong_amount_is_said_on_the_field(collector, amount) -> None:
    stall()
    answer = collector.post(COUNTER, {**counter_form(collector), "jumlah": amount})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Payment.objects.exists()


def test_a_stale_page_is_said_and_nothing_is_booked(collector) -> None:
    holder = stall()
    form = counter_form(collector)
    pay(holder, 500)
    answer = collector.post(COUNTER, {**form, "jumlah": "1000"})
    assert answer.status_code == 422
    assert "berubah sejak halaman dibuka" in answer.content.decode()
    assert Payment.objects.count() == 1


def test_an_unknown_stall_and_a_stranger(collector, treasurer) -> None:
    stall()
    assert "tidak ada di pasar ini" in page(collector, f"{COUNTER}?pasar={city.MARKET}&lapak=Z-9", 422)
    assert "Tulis nomor lapaknya" in page(collector, f"{COUNTER}?pasar={city.MARKET}&lapak=", 422)
    form = {**counter_form(collector), "jumlah": "1000"}
    other = signed_in("asing", "collector", agency="dishub")
    assert other.post(COUNTER, form).status_code == 422
    assert treasurer.post(COUNTER, form).status_code == 403  # who books money does not take it
    assert not Payment.objects.exists()
    collector.post(COUNTER, form)
    assert other.get(f"/retribusi/pembayaran/{Payment.objects.get().pk}/bukti/").status_code == 404


# --- cases


def test_cases_wait_and_are_decided(treasurer) -> None:
    holder = stall(bills=1)
    pay(None, 20_000, channel="qris", collector_id="", cash_account_key=names.channel_cash_key("palsu"))
    case = Case.objects.get()
    url = f"/retribusi/perkara/{case.pk}/"
    assert "Rp20.000" in page(treasurer, "/retribusi/perkara/")
    assert treasurer.post(url, {"keputusan": "terapkan", "catatan": "bukti transfer"}).status_code == 422
    unknown = treasurer.post(url, {"keputusan": "terapkan", "catatan": "x", "pasar": city.MARKET, "lapak": "Z-9"})
    assert "tidak ada di pasar ini" in unknown.content.decode()
    form = {"keputusan": "terapkan", "catatan": "bukti transfer", "pasar": city.MARKET, "lapak": holder.number}
    assert treasurer.post(url, form).status_code == 302
    assert "bukti transfer" in page(treasurer, url)
    assert "bukti transfer" in page(treasurer, "/retribusi/perkara/?selesai=ya&jenis=tak-dikenal")
    assert "Tidak ada perkara yang menunggu" in page(treasurer, "/retribusi/perkara/")
    assert treasurer.post(url, form).status_code == 422
    assert check() == ()


def test_who_may_not_decide_is_told_who_does() -> None:
    pay(None, 20_000)
    url = f"/retribusi/perkara/{Case.objects.get().pk}/"
    user = person("kepala", role="market_head", agency_code=city.AGENCY)
    head = client_of(user)
    assert "yang memutuskan perkara ini" in page(head, url)
    assert head.post(url, {"keputusan": "kembalikan", "catatan": "x"}).status_code == 403
    assign(user, "treasurer", agency_code=city.AGENCY)
    assert head.post(url, {"keputusan": "kembalikan", "catatan": "x"}).status_code == 302
    assert treasurer_owes() == 20_000


def treasurer_owes() -> int:
    return ledger.balance(names.refund_key(city.AGENCY))
