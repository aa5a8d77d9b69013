"""Pages of phones and karcis: owner, colleague, stranger; forms that fail answer 422 and change nothing."""

from __future__ import annotations

import html5lib
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.people.builders import client_of, person
from tests.retribusi.devices.builders import EVENING, collector, sale, send, supervisor, suspense, user
from tests.retribusi.paying.builders import KIND, MARKET, occupancy, skrd
from tidar.common import clock
from tidar.people.models import User
from tidar.places import api as places
from tidar.retribusi.models import Device, DeviceRecord, KarcisBook, KarcisMove, Payment

pytestmark = pytest.mark.django_db
DEVICES, KARCIS = "/retribusi/alat/", "/retribusi/karcis/"


@pytest.fixture
def who():
    return collector()


@pytest.fixture
def head(who) -> Client:
    supervisor()
    return client_of(User.objects.get(username="darmo"))


@pytest.fixture
def keeper(who) -> Client:
    return client_of(user("tuti", "treasurer"))


@pytest.fixture
def colleague() -> Client:
    return client_of(user("lain", "market_head", agency="dishub"))


@pytest.fixture
def held(who) -> DeviceRecord:
    """Rp5.000 of a stall that nobody knows, one bill, and record 2 that did not come."""
    holder = occupancy()
    skrd(holder, [3_000])
    strange = sale(who, holder, 5_000, occupancy=None, stall="", number="Z-9")
    sale(who, holder, 1_000)
    send(who, strange, sale(who, holder, 2_000))
    return DeviceRecord.objects.get(counter=1)


def pages(who, row) -> list[str]:
    return [DEVICES, reverse("retribusi:device", args=[who.device.pk]),
            reverse("retribusi:device_record", args=[who.device.pk, row.pk])]  # fmt: skip


def test_who_sees_phones(who, held, head, keeper, colleague) -> None:
    auditor, own = client_of(person("arif", role="auditor")), client_of(who.user)
    for client in (head, keeper, auditor):
        assert [client.get(url).status_code for url in pages(who, held)] == [200] * 3
    assert [own.get(url).status_code for url in pages(who, held)] == [403] * 3
    assert [colleague.get(url).status_code for url in pages(who, held)] == [200, 403, 403]
    assert "K01" not in colleague.get(DEVICES).content.decode()
    assert Client().get(DEVICES).status_code == 302


def test_the_list_says_what_is_missing_since_when(who, held, head) -> None:
    text = head.get(DEVICES).content.decode()
    for words in ("2 dari 3", "belum sampai sejak", "1 catatan", "Rp5.000", "Slamet"):
        assert words in text
    assert "Setujui" not in text
    page = head.get(pages(who, held)[1]).content.decode()
    assert "Nomor 2" in page
    assert "Lapaknya tidak dikenal." in page


def test_the_list_asks_the_same_questions_for_more_phones(who, head) -> None:
    with CaptureQueriesContext(connection) as few:
        head.get(DEVICES)
    for number in (2, 3, 4):
        other = collector(f"pungut-{number}", number=number)
        send(other, sale(other, occupancy(), 1_000))
    with CaptureQueriesContext(connection) as more:
        head.get(DEVICES)
    assert len(more) == len(few) <= 16


def test_approve_and_revoke(head, keeper, colleague) -> None:
    asking = collector("siti", number=2, approved=False)
    approve, revoke = (reverse(f"retribusi:device_{act}", args=[asking.device.pk]) for act in ("approve", "revoke"))
    assert [client.post(approve).status_code for client in (keeper, colleague)] == [403, 403]
    assert head.post(approve).status_code == 302
    assert head.post(revoke, {"alasan": ""}).status_code == 422
    assert head.post(revoke, {"alasan": "hilang"}).status_code == 302
    assert head.post(revoke, {"alasan": "lagi"}).status_code == 422
    found = Device.objects.get(pk=asking.device.pk)
    assert (found.approved_at is not None, found.revoke_reason) == (True, "hilang")


def test_a_head_accepts_a_held_receipt(who, held, head) -> None:
    url = pages(who, held)[2]
    assert head.post(url, {"aksi": "terima", "catatan": "x", "pasar": MARKET, "nomor": "Z-9"}).status_code == 422
    assert head.post(url, {"aksi": "terima", "catatan": "", "pasar": MARKET, "nomor": "a 1"}).status_code == 422
    assert suspense() == 5_000
    number = Payment.objects.get(occupancy__isnull=False).occupancy.levy_object.number.lower()
    done = head.post(url, {"aksi": "terima", "catatan": "benar", "pasar": MARKET, "nomor": number.replace("-", " ")})
    assert (done.status_code, suspense()) == (302, 0)
    assert "benar" in head.get(url).content.decode()


def test_only_the_treasury_refuses_money(who, held, head, keeper) -> None:
    url = pages(who, held)[2]
    assert head.post(url, {"aksi": "tolak", "catatan": "x"}).status_code == 403
    assert "Tolak catatan ini" not in head.get(url).content.decode()
    assert keeper.post(url, {"aksi": "tolak", "catatan": "tidak ada uang"}).status_code == 302
    assert (suspense(), who.bag) == (0, 2_000)


def test_a_record_of_another_phone_is_not_found(who, held, head) -> None:
    other = collector("siti", number=2)
    assert head.get(reverse("retribusi:device_record", args=[other.device.pk, held.pk])).status_code == 404


def test_many_records_are_paged(who, head) -> None:
    holder = occupancy()
    send(who, *[sale(who, holder, 1_000) for _ in range(60)])
    url = reverse("retribusi:device", args=[who.device.pk])
    first = head.get(url).content.decode()
    assert "sebelum=11" in first
    second = head.get(url, {"sebelum": "11", "keadaan": "semua"}).content.decode()
    assert second.count("<tr") == 1 + 10
    assert head.get(url, {"sebelum": "x" * 50, "keadaan": "<b>"}).status_code == 200


def test_a_collector_revokes_their_own_lost_phone_only(who) -> None:
    own, other = client_of(who.user), collector("siti", number=2)
    url = "/retribusi/alat/saya/"
    assert "K01" in own.get(url).content.decode()
    assert "K02" not in own.get(url).content.decode()
    for posted in ({"alat": "x", "alasan": "y"}, {"alat": other.device.pk, "alasan": "y"}, {"alat": who.device.pk}):
        assert own.post(url, posted).status_code in (403, 422)
    assert Device.objects.filter(revoked_at=None).count() == 2
    assert own.post(url, {"alat": who.device.pk, "alasan": "jatuh di pasar"}).status_code == 302
    assert Device.objects.get(pk=who.device.pk).revoked_by == "Slamet"


BOOK = {"jenis": KIND, "awalan": "a", "awal": "1", "akhir": "100", "nilai": "2.000"}


def received(keeper: Client) -> str:
    return str(keeper.post(KARCIS, BOOK)["Location"])


def test_a_book_from_the_printer_to_the_last_karcis(who, keeper) -> None:
    url, today = received(keeper), f"{clock.now().astimezone(places.region().zone):%Y-%m-%d}"
    act = {"juru_pungut": who.actor.id}
    for aksi, first, last, more in (
        ("serahkan", 1, 50, {}), ("terjual", 1, 20, {"pasar": MARKET, "tanggal": today}),
        ("kembali", 41, 50, {}), ("rusak", 21, 21, {"alasan": "basah"}),
    ):  # fmt: skip
        answer = keeper.post(url, act | {"aksi": aksi, "awal": first, "akhir": last} | more)
        assert answer.status_code == 302, aksi
    assert keeper.post(url, act | {"aksi": "hitung", "ada": "22-39"}).status_code == 302
    text = keeper.get(url).content.decode()
    for words in ("A 0000022–0000040", "Rp40.000", "basah", "A 0000051–0000100"):
        assert words in text
    assert Payment.objects.get().amount_rupiah == 40_000
    assert keeper.get(KARCIS).status_code == keeper.get(f"{KARCIS}juru-pungut/{who.actor.id}/").status_code == 200
    assert "40 lembar" not in client_of(who.user).get(f"{KARCIS}saya/").content.decode()
    assert "19 lembar" in client_of(who.user).get(f"{KARCIS}saya/").content.decode()


def test_a_handover_is_printed_for_both_to_sign(who, keeper, colleague) -> None:
    url = received(keeper)
    keeper.post(url, {"aksi": "serahkan", "awal": 1, "akhir": 50, "juru_pungut": who.actor.id})
    paper = reverse("retribusi:karcis_handover", args=[KarcisMove.objects.get().pk])
    text = keeper.get(paper).content.decode()
    for words in ("Slamet", "Tuti", "A 0000001–0000050", "50 lembar", "Rp100.000"):
        assert words in text
    assert [client.get(paper).status_code for client in (colleague, client_of(who.user))] == [403, 403]
    assert keeper.get(reverse("retribusi:karcis_handover", args=[999])).status_code == 404


def test_the_register_of_karcis_is_a_file(who, keeper, colleague) -> None:
    keeper.post(received(keeper), {"aksi": "serahkan", "awal": 1, "akhir": 50, "juru_pungut": who.actor.id})
    lines = keeper.get(f"{KARCIS}mutasi.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].split(";")[2:10] == [
        "Diserahkan ke juru pungut", "A", "1", "50", "50", "2000", "100000", "Slamet",
    ]  # fmt: skip
    assert keeper.get(f"{KARCIS}mutasi.xlsx")["Content-Disposition"].startswith("attachment")
    assert len(colleague.get(f"{KARCIS}mutasi.csv").content.splitlines()) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"aksi": "serahkan", "awal": "x"}, {"aksi": "serahkan", "juru_pungut": "bukan"},
     {"aksi": "serahkan", "akhir": 101},
     {"aksi": "terjual"}, {"aksi": "terjual", "tanggal": "besok"}, {"aksi": "terjual", "pasar": "lain"},
     {"aksi": "kembali"}, {"aksi": "rusak", "alasan": ""}, {"aksi": "hitung", "ada": "1-"}],
    ids=str,
)  # fmt: skip
def test_wrong_input_changes_nothing(who, keeper, wrong) -> None:
    url = received(keeper)
    answer = keeper.post(url, {"awal": 1, "akhir": 5, "juru_pungut": who.actor.id} | wrong)
    assert answer.status_code == 422
    assert (KarcisMove.objects.count(), Payment.objects.count()) == (0, 0)


def test_every_page_is_valid_html(who, held, head, keeper) -> None:
    url = received(keeper)
    keeper.post(url, {"aksi": "serahkan", "awal": 1, "akhir": 50, "juru_pungut": who.actor.id})
    paper = reverse("retribusi:karcis_handover", args=[KarcisMove.objects.get().pk])
    balance = f"{KARCIS}juru-pungut/{who.actor.id}/"
    asked = [(head, page) for page in (*pages(who, held), KARCIS, url, paper, balance)]
    own = client_of(who.user)
    asked += [(own, "/retribusi/alat/saya/"), (own, f"{KARCIS}saya/")]
    for client, page in asked:
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(client.get(page).content.decode())
        assert parser.errors == [], page


def test_who_may_move_karcis(who, keeper, head, colleague) -> None:
    url, auditor = received(keeper), client_of(person("arif", role="auditor"))
    serve = {"aksi": "serahkan", "awal": 1, "akhir": 5, "juru_pungut": who.actor.id}
    assert [client.post(url, serve).status_code for client in (colleague, client_of(who.user))] == [403, 403]
    assert auditor.post(url, serve).status_code == 403
    assert auditor.post(KARCIS, BOOK | {"awal": 200, "akhir": 201}).status_code == 403
    assert "Serahkan ke juru pungut" not in auditor.get(url).content.decode()
    assert KarcisMove.objects.count() == 0
    assert head.post(url, serve).status_code == 302
    assert keeper.post(KARCIS, BOOK).status_code == 422
    assert KarcisBook.objects.count() == 1
    assert EVENING
