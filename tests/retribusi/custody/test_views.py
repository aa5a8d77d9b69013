"""Pages of cash, books and boards: owner, colleague, stranger; forms that fail; files; what the public never reads."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.people.builders import assign, client_of
from tests.retribusi.custody import builders as b
from tests.retribusi.paying import builders as paying
from tidar.common import clock
from tidar.common.actor import Actor
from tidar.common.ids import uuid7
from tidar.people.models import User
from tidar.retribusi.actions.custody import confirm_handover
from tidar.retribusi.actions.custody.closing import close_arrears
from tidar.retribusi.models import Case, Deposit, Handover, Parameter, Target

pytestmark = pytest.mark.django_db

DESK_PAGES = (
    "/retribusi/kas/", "/retribusi/kas/serah/", "/retribusi/kas/sts/", "/retribusi/kas/bku/",
    "/retribusi/kas/buku-pembantu/", "/retribusi/kas/buku-pembantu/?jenis=juru-pungut",
    "/retribusi/kas/buku-pembantu/?jenis=kanal&kunci=qris", "/retribusi/kas/cocok/", "/retribusi/kas/target/",
    "/retribusi/kas/piutang/", "/retribusi/kas/piutang/?menurut=blok", "/retribusi/kas/piutang/?menurut=pedagang",
)  # fmt: skip
FILES = tuple(
    f"/retribusi/kas/{page}"
    for page in (
        "?unduh=", "serah/?unduh=", "sts/?unduh=", "bku/?unduh=", "buku-pembantu/?unduh=", "cocok/?unduh=",
        "target/?unduh=", "piutang/?menurut=pedagang&unduh=",
    )
)  # fmt: skip
BOARD = f"/retribusi/pasar/{b.MARKET}/"
PUBLIC = f"/papan/{b.MARKET}/"


@pytest.fixture(autouse=True)
def _at_ten(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: b.AT)


@pytest.fixture
def slamet() -> Actor:
    return b.actor_of(b.user("slamet", "collector"))


@pytest.fixture
def tuti() -> Client:
    return client_of(b.user("tuti", "treasurer"))


def text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def a_full_day(slamet: Actor) -> Handover:
    """Two traders, one paid; cash taken, part of it handed over and deposited."""
    b.hours()
    owing = b.trader(9_000, day=date(2026, 10, 1))
    paid = b.trader(4_000, day=date(2026, 11, 25))
    b.taken(4_000, by=slamet, holder=paid, at=b.ago(hours=1))
    b.taken(3_000, by=slamet, holder=owing, at=b.ago(days=2))
    Target.objects.create(market_id=b.MARKET, levy_kind_id=b.KIND, year=2026, amount_rupiah=10_000, source="DPA")
    keeper = b.treasurer("rina")
    done = b.handed_over(3_000, by=slamet, to=keeper)
    b.deposited(done, by=keeper)
    return Handover.objects.get(pk=done.id)


@pytest.mark.parametrize("url", DESK_PAGES)
def test_who_keeps_or_checks_the_desk_reads_it_and_strangers_do_not(url, slamet) -> None:
    a_full_day(slamet)
    for name, role in (("tuti", "treasurer"), ("arif", "auditor"), ("rini", "levy_officer")):
        assert "<h1" in text(client_of(b.user(name, role)), url)
    for name, role, agency in (("asing", "treasurer", "dlh"), ("yani", "resident", b.AGENCY)):
        answer = client_of(b.user(name, role, agency=agency)).get(f"{url}{'&' if '?' in url else '?'}dinas={b.AGENCY}")
        assert answer.status_code == 403, (role, answer.status_code)
    assert Client().get(url).status_code == 302


def test_a_market_head_of_one_area_does_not_read_the_whole_desk(slamet) -> None:
    a_full_day(slamet)
    head = client_of(b.user("darmo", "market_head", area="33.71.02"))
    assert head.get("/retribusi/kas/").status_code == 403
    assert "Pasar Kebonpolo" in text(head, BOARD)
    elsewhere = client_of(b.user("lain", "market_head", area="33.71.01"))
    assert elsewhere.get(BOARD).status_code == 403


@pytest.mark.parametrize("url", DESK_PAGES)
def test_pages_stand_when_there_is_nothing_yet(url, tuti) -> None:
    assert "<h1" in text(tuti, url)


def test_the_day_tells_all_of_it(slamet, tuti) -> None:
    a_full_day(slamet)
    said = text(tuti, "/retribusi/kas/")
    for words in ("Rp4.000", "1 STS", "Slamet", "Pasar Kebonpolo", "Tunai"):
        assert words in said
    before = text(tuti, f"/retribusi/kas/?hari={b.AT.date() - timedelta(days=2)}")
    assert "Rp3.000" in before
    assert "Senin, 23 November 2026" in before


def test_the_day_costs_the_same_however_many_receipts_there_are(slamet, tuti) -> None:
    a_full_day(slamet)
    text(tuti, "/retribusi/kas/")
    with CaptureQueriesContext(connection) as few:
        text(tuti, "/retribusi/kas/")
    for _n in range(5):
        b.taken(1_000, by=slamet, holder=b.trader(1_000))
        b.taken(1_000, by=b.actor_of(b.user(f"juru{_n}", "collector")))
    with CaptureQueriesContext(connection) as many:
        text(tuti, "/retribusi/kas/")
    assert len(few) <= 32
    assert len(many) <= len(few) + 1  # names of those who have neither phone nor hand-over yet


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("url", FILES)
def test_every_table_is_a_file_too(url, ending, slamet, tuti) -> None:
    a_full_day(slamet)
    answer = tuti.get(url + ending)
    assert answer.status_code == 200
    assert f".{ending}" in answer["Content-Disposition"]
    if ending == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        assert sheet.max_row >= 4
        assert all(not str(cell.value).startswith("=") for row in sheet for cell in row)
    else:
        assert answer.content.decode("utf-8-sig").count("\r\n") >= 2


def test_no_cell_of_a_file_becomes_a_formula(tuti) -> None:
    rogue = b.actor_of(b.user("=cmd", "collector"))
    b.taken(1_000, by=rogue)
    b.handed_over(1_000, by=Actor("user", rogue.id, "=HYPERLINK(1)", rogue.grants), to=b.treasurer("rina"))
    said = tuti.get("/retribusi/kas/serah/?unduh=csv").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in said


def test_a_collector_declares_and_takes_back_on_a_page(slamet) -> None:
    b.taken(50_000, by=slamet)
    own = client_of(User.objects.get(username="slamet"))
    assert "Rp50.000" in text(own, "/retribusi/kas/saya/")
    key = str(uuid7())
    for _twice in range(2):
        assert own.post("/retribusi/kas/saya/", {"jumlah": "Rp50.000,-", "kunci": key}).status_code == 302
    made = Handover.objects.get()
    assert (made.declared_rupiah, made.collector_id, str(made.pk)) == (50_000, slamet.id, key)
    assert "Menunggu dihitung" in text(own, "/retribusi/kas/saya/")
    assert own.post("/retribusi/kas/saya/", {"aksi": "tarik"}).status_code == 302
    made.refresh_from_db()
    assert made.state == "ditarik"


@pytest.mark.parametrize("typed", ["", "-5000", "12,50", "seribu", "0", "99999999999999999"])
def test_amounts_that_are_none_answer_422_and_change_nothing(typed, slamet, tuti) -> None:
    b.taken(50_000, by=slamet)
    made = b.declared(50_000, by=slamet)
    answer = tuti.post(f"/retribusi/kas/serah/{made.id}/", {"aksi": "terima", "jumlah": typed})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert Handover.objects.get().state == "diajukan"


def test_the_treasurer_counts_and_a_difference_is_asked_about_first(slamet, tuti) -> None:
    b.taken(50_000, by=slamet)
    url = f"/retribusi/kas/serah/{b.declared(50_000, by=slamet).id}/"
    asked = tuti.post(url, {"aksi": "terima", "jumlah": "48.000"})
    assert (asked.status_code, Handover.objects.get().state) == (200, "diajukan")
    assert "Benar begitu?" in asked.content.decode()
    done = tuti.post(url, {"aksi": "terima", "jumlah": "48000", "yakin": "ya"}, follow=True).content.decode()
    assert "TBP/2026/0000001" in done
    assert "kurang Rp2.000" in done
    assert Case.objects.get(kind="selisih-serah").amount_rupiah == 2_000


def test_the_same_person_and_strangers_may_not_count_on_the_page(slamet) -> None:
    b.taken(50_000, by=slamet)
    url = f"/retribusi/kas/serah/{b.declared(50_000, by=slamet).id}/"
    user = User.objects.get(username="slamet")
    assign(user, "treasurer", agency_code=b.AGENCY)
    both = client_of(user)
    assert "harus dihitung orang lain" in text(both, url)
    assert both.post(url, {"aksi": "terima", "jumlah": "50000"}).status_code == 422
    for name, role, agency in (("asing", "treasurer", "dlh"), ("arif", "auditor", b.AGENCY)):
        answer = client_of(b.user(name, role, agency=agency)).post(url, {"aksi": "terima", "jumlah": "50000"})
        assert answer.status_code == 403
    assert Handover.objects.get().state == "diajukan"


def test_a_hand_over_is_sent_back_only_with_a_reason(slamet, tuti) -> None:
    url = f"/retribusi/kas/serah/{b.declared(50_000, by=slamet).id}/" if b.taken(50_000, by=slamet) else ""
    assert tuti.post(url, {"aksi": "kembalikan", "alasan": ""}).status_code == 422
    assert tuti.post(url, {"aksi": "kembalikan", "alasan": "Uang belum dibawa"}).status_code == 302
    assert Handover.objects.get().reason == "Uang belum dibawa"


def test_an_sts_is_made_of_chosen_hand_overs_and_sent_twice_is_one(slamet, tuti) -> None:
    b.taken(50_000, by=slamet)
    done = b.handed_over(50_000, by=slamet, to=b.treasurer("rina"))
    page = text(tuti, "/retribusi/kas/sts/baru/")
    key = re.search(r'name="kunci" value="([^"]+)"', page)
    assert key is not None
    slip = {"kunci": key[1], "serah": [str(done.id)], "rekening": "1-234", "bukti": "NTB", "waktu": "2026-11-25T10:00"}
    for _twice in range(2):
        answer = tuti.post("/retribusi/kas/sts/baru/", slip)
    made = Deposit.objects.get()
    assert made.amount_rupiah == 50_000
    assert answer.status_code in (302, 422)
    assert "TBP/2026/0000001" in text(tuti, f"/retribusi/kas/sts/{made.pk}/")


def test_a_deposit_that_is_none_says_why_and_keeps_what_was_typed(slamet, tuti) -> None:
    b.taken(50_000, by=slamet)
    done = b.handed_over(50_000, by=slamet, to=b.treasurer("rina"))
    slip = {"kunci": str(uuid7()), "serah": [str(done.id)], "rekening": "1-234", "waktu": "2026-11-25T09:00"}
    early = tuti.post("/retribusi/kas/sts/baru/", slip)
    assert early.status_code == 422
    assert "lebih awal" in early.content.decode()
    assert 'value="1-234"' in early.content.decode()
    none = tuti.post("/retribusi/kas/sts/baru/", {**slip, "serah": [str(uuid7())]})
    assert none.status_code == 422
    officer = client_of(b.user("rini", "levy_officer"))
    assert officer.get("/retribusi/kas/sts/baru/").status_code == 403
    assert Deposit.objects.count() == 0


def test_cash_is_deposited_in_the_minute_in_which_it_was_counted(slamet, tuti) -> None:
    b.taken(50_000, by=slamet, at=b.ago(hours=1))
    done = b.handed_over(50_000, by=slamet, to=b.treasurer("rina"), at=b.ago(seconds=30))
    slip = {"kunci": str(uuid7()), "serah": [str(done.id)], "rekening": "1-234", "waktu": "2026-11-25T09:59"}
    assert tuti.post("/retribusi/kas/sts/baru/", slip).status_code == 302
    assert Deposit.objects.get().deposited_at == Handover.objects.get().confirmed_at


def test_the_market_heads_board_tells_every_stall(slamet) -> None:
    a_full_day(slamet)
    paying.occupancy()
    said = text(client_of(b.user("darmo", "market_head")), BOARD)
    assert "stall--sudah" in said
    assert "stall--tanpa-tagihan" in said
    assert "Rp4.000" in said
    assert "Slamet" in said


def test_the_public_board_says_numbers_and_two_words_and_nobodys_name_or_money(slamet) -> None:
    a_full_day(slamet)
    late = b.trader(7_000, day=date(2026, 11, 25))
    said = text(Client(), PUBLIC)
    assert late.levy_object.number in said
    assert "sudah" in said
    assert "belum" in said
    assert "Rp" not in said
    assert late.payer.name not in said
    assert late.payer.npwrd not in said
    assert "Slamet" not in said
    assert 'http-equiv="refresh"' in said


def test_arrears_of_other_days_are_not_on_the_public_board(slamet) -> None:
    owing = b.trader(9_000, day=date(2026, 10, 1))
    said = text(Client(), PUBLIC)
    assert re.search(rf'spot--none"><span class="spot__number">{owing.levy_object.number}<', said)


def test_a_market_may_switch_its_public_board_off(slamet) -> None:
    owing = b.trader(9_000, day=date(2026, 11, 25))
    b.hours("mati", name=f"papan-{b.MARKET}")
    said = text(Client(), PUBLIC)
    assert owing.levy_object.number not in said
    Parameter.objects.create(name="papan", value="mati", valid_from_date=date(2020, 1, 1), legal_basis="x")
    assert Client().get("/papan/tidak-ada/").status_code == 404


def test_the_leaders_page_has_a_sentence_for_each_number(slamet, monkeypatch) -> None:
    a_full_day(slamet)
    assert "dihitung malam ini" in text(client_of(b.user("hadi", "leader")), "/retribusi/pimpinan/")
    tomorrow = b.AT + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    close_arrears(day=date(2026, 11, 25), by=b.treasurer(), at=tomorrow)
    b.taken(6_000, by=slamet, at=b.ago(days=4))
    b.taken(500, by=slamet, at=tomorrow)
    for role in ("leader", "auditor", "levy_signer"):
        said = text(client_of(b.user(role, role)), "/retribusi/pimpinan/")
        assert "bukti" in said
        assert "dari target Rp10.000" in said
        assert "lewat batas" in said
        assert "lewat jatuh tempo" in said
        assert "perkara menunggu keputusan" in said
    assert client_of(b.user("tuti", "treasurer")).get("/retribusi/pimpinan/").status_code == 403


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("collector", "Memungut"),
        ("treasurer", "Hitung setoran juru pungut"),
        ("market_head", "Papan pasar hari ini"),
        ("leader", "Ringkasan pimpinan"),
        ("auditor", "Kas dan STS"),
        ("resident", "Tidak ada tugas retribusi"),
    ],
)
def test_home_tells_each_what_needs_them_now(role, words, slamet) -> None:
    a_full_day(slamet)
    b.declared(1_000, by=slamet)
    assert words in text(client_of(b.user(f"orang-{role}", role)), "/retribusi/")


def test_late_cash_is_red_on_the_pages_of_treasurer_market_head_and_leader(slamet) -> None:
    b.hours()
    b.taken(6_000, by=slamet, at=b.ago(days=4))
    for role, url in (("treasurer", "/retribusi/kas/"), ("market_head", BOARD), ("leader", "/retribusi/pimpinan/")):
        assert "lewat" in text(client_of(b.user(role, role)), url)


def test_tbp_and_sts_are_printed_for_who_may_see_them(slamet, tuti) -> None:
    keeper = b.treasurer("rina")
    b.taken(4_000, by=slamet, holder=b.trader(4_000, day=date(2026, 11, 25)), at=b.ago(hours=1))
    waiting = b.declared(4_000, by=slamet)
    tbp = f"/retribusi/kas/serah/{waiting.id}/tbp.pdf"
    assert tuti.get(tbp).status_code == 404  # nothing was counted yet
    confirm_handover(handover_id=waiting.id, counted_rupiah=4_000, by=keeper, at=b.AT)
    sts = f"/retribusi/kas/sts/{b.deposited(waiting, by=keeper).id}/sts.pdf"
    stranger = client_of(b.user("sri", "treasurer", agency="dishub"))
    for url, number in ((tbp, "TBP/2026/0000001"), (sts, "STS/2026/0000001")):
        answer = tuti.get(url)
        assert answer.content[:5] == b"%PDF-"
        assert f"{number} (PDF)" in text(tuti, url.rpartition("/")[0] + "/")
        assert stranger.get(url).status_code == 403
