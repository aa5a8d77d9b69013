"""The gap board, a post's page and the effort page: the head of the RW, a colleague, a stranger, and whoever leads."""

from __future__ import annotations

import io
import itertools
from datetime import timedelta

import pytest
from django.test import Client

from tests.people.builders import client_of, person
from tests.rojak import builders as patrol
from tidar.rojak.models import GapTask
from tidar.rojak.queries.gaps import open_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
_people = itertools.count(1)
BOARD, EFFORT = "/rojak/celah/", "/rojak/upaya/"


@pytest.fixture
def made() -> patrol.City:
    """A post with a gap, a doubt, one due today, one checked, one never checked; and a post of another kelurahan."""
    made = patrol.city()
    walked = patrol.make_round(made.post, patrol.wib(25, 8, 30), members=made.members[:2])
    patrol.check(made.segments[0], patrol.wib(16, 9), round_=walked)
    patrol.check(made.segments[1], patrol.wib(25, 9), certain=False)
    patrol.check(made.segments[2], patrol.wib(24, 11))
    patrol.check(made.segments[3], patrol.wib(25, 9), round_=walked)
    patrol.make_finding(patrol.make_kind(made.program), made.segments[0], patrol.wib(25, 9), round_=walked)
    patrol.make_finding(patrol.make_kind(made.program, "orang", person=True), made.segments[0], patrol.wib(25, 9))
    patrol.make_segment(patrol.make_post(made.program, area=patrol.OTHER_RW, title="Pos Jauh"), "J1")
    return made


def head() -> Client:
    return client_of(person(f"ketua{next(_people)}", role="rw_head", area=patrol.RW))


def operator() -> Client:
    return client_of(person(f"operator{next(_people)}", role="operator"))


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_operator_sees_the_whole_region_and_asks_nobody(made):
    found = text(operator(), BOARD)
    assert "Pos Jauh" in found
    assert "3 celah dari 6 ruas" in found
    assert "Minta periksa" not in found


def test_the_head_of_an_rw_sees_their_own_and_may_ask(made):
    found = text(head(), BOARD)
    assert "Pos Jauh" not in found
    assert "2 celah dari 5 ruas" in found
    assert found.count("Minta periksa") == 2
    assert "Ibu 1" in found


def test_the_lurah_sees_their_kelurahan_and_no_names(made):
    client = client_of(person("lurah", role="lurah", area=patrol.VILLAGE))
    found = text(client, f"{BOARD}{made.post.code}/")
    assert "Ibu 1" not in found
    assert "Anggota 1" in found
    assert "Minta periksa" not in found
    assert "Pos Jauh" not in text(client, BOARD)


def test_english_counts_one_gap_and_two_gaps(made):
    client = head()
    client.post("/tampilan/", {"bahasa": "en", "kembali": "/"})
    assert "2 gaps now" in text(client, f"{BOARD}{made.post.code}/")
    patrol.check(made.segments[0], patrol.AT - timedelta(minutes=5))
    found = text(client, f"{BOARD}{made.post.code}/")
    assert "1 gap now" in found
    assert "gaps now" not in found


def test_strangers_are_refused(made):
    neighbour = client_of(person("tetangga", role="rw_head", area=patrol.OTHER_RW))
    walker = client_of(person("peronda", role="patrol", area=patrol.RW))
    assert neighbour.get(f"{BOARD}{made.post.code}/").status_code == 403
    assert walker.get(BOARD).status_code == 403
    assert walker.get(f"{BOARD}{made.post.code}/").status_code == 403
    assert Client().get(BOARD).status_code == 302
    for act in (f"/rojak/ruas/{made.segments[0].pk}/minta/",):
        assert neighbour.post(act).status_code == 403
        assert operator().post(act).status_code == 403
    assert GapTask.objects.count() == 0
    assert head().get(f"{BOARD}tidak-ada/").status_code == 404


def test_one_tap_asks_and_another_takes_it_back(made):
    client, segment = head(), made.segments[0]
    answer = client.post(f"/rojak/ruas/{segment.pk}/minta/", {"dari": "papan"}, follow=True)
    assert answer.redirect_chain == [(BOARD, 302)]
    task = open_tasks([segment.pk])[segment.pk]
    assert f"Diminta: {segment.title}." in answer.content.decode()
    assert "untuk ronda berikutnya" in answer.content.decode()
    answer = client.post(f"/rojak/permintaan/{task.id}/batal/", follow=True)
    assert answer.redirect_chain == [(f"{BOARD}{made.post.code}/", 302)]
    assert open_tasks([segment.pk]) == {}
    again = client.post(f"/rojak/permintaan/{task.id}/batal/", follow=True)
    assert "sudah dibatalkan" in again.content.decode()


def test_htmx_gets_the_row_alone(made):
    client, segment = head(), made.segments[0]
    values = {"anggota": str(made.members[1].pk), "dari": "papan"}
    answer = client.post(f"/rojak/ruas/{segment.pk}/minta/", values, headers={"HX-Request": "true"})
    found = answer.content.decode()
    assert found.count("<li") == 1
    assert "kepada Ibu 2" in found
    other = patrol.make_member(patrol.make_post(made.program, area=patrol.OTHER_RW))
    wrong = {"anggota": str(other.pk)}
    answer = client.post(f"/rojak/ruas/{segment.pk}/minta/", wrong, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "bukan anggota pos ini" in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("keadaan=celah", ("Lorong L1", "Lorong L5"), ("Lorong L4",)),
        ("keadaan=tidak-diketahui", ("Lorong L2",), ("Lorong L1", "Lorong L5")),
        ("keadaan=hari-ini", ("Lorong L3",), ("Lorong L1",)),
        ("kelurahan=33.71.02.1003", ("Lorong J1",), ("Lorong L1",)),
        ("program=rojak", ("Lorong L1", "Lorong J1"), ()),
        ("program=lain", (), ("Lorong L1",)),
        ("keadaan=ngawur&urut=ngawur&page=999", ("Lorong L1",), ()),
        ("urut=pos", ("Lorong L1",), ()),
        ("urut=tempo", ("Lorong L1",), ()),
    ],
)
def test_filters_and_sorts(made, query: str, shown: tuple[str, ...], hidden: tuple[str, ...]):
    found = text(operator(), f"{BOARD}?tampil=ruas&{query}")
    assert [word for word in shown if word not in found] == []
    assert [word for word in hidden if word in found] == []


def test_the_map_has_every_line_with_its_state(made):
    answer = operator().get(f"{BOARD}peta.geojson")
    features = {one["properties"]["title"]: one for one in answer.json()["features"]}
    kinds = [features[f"Lorong L{n}"]["properties"]["kind"] for n in range(1, 6)]
    assert kinds == ["lewat", "tidak-diketahui", "hari-ini", "terperiksa", "belum"]
    assert features["Lorong L1"]["properties"]["sentence"] == "terlambat 8 hari"  # due Wednesday 18th, 09.00
    assert features["Lorong L1"]["geometry"]["type"] == "LineString"
    assert len(head().get(f"{BOARD}peta.geojson").json()["features"]) == 5


def test_files_hold_every_segment(made):
    found = operator().get(f"{BOARD}?unduh=csv&tampil=ruas").content.decode("utf-8-sig").splitlines()
    assert len(found) == 1 + 6
    assert any(";L1;Lorong L1;1;16;terlambat;2026-11-16 09:00;ya;2026-11-18 09:00;8" in line for line in found)
    answer = operator().get(f"{BOARD}?unduh=xlsx")
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
    assert io.BytesIO(answer.content).read(2) == b"PK"


def test_the_post_page_tells_coverage_fairness_and_effort(made):
    found = text(head(), f"{BOARD}{made.post.code}/?dari=2026-11-02&sampai=2026-11-26")
    assert "Gini: ambil setiap pasangan" in found
    assert "G = Σᵢ Σⱼ |xᵢ − xⱼ| ÷ (2 · n² · x̄)" in found
    assert "R = max(x) ÷ median(x)" in found
    assert "1 temuan tentang tempat" in found  # the one about a person is not told
    assert "RT 001" in found
    files = (
        head().get(f"{BOARD}{made.post.code}/?unduh=csv&dari=2026-11-26&sampai=2026-11-26").content.decode("utf-8-sig")
    )
    assert len(files.splitlines()) == 1 + 3  # three RT; of the hour from 08.00 all of it is past, of 09.00 nothing


@pytest.mark.parametrize(
    "query", ["dari=kemarin", "dari=2026-11-20&sampai=2026-11-01", "dari=2020-01-01", "dari=2027-01-01"]
)
def test_a_span_that_makes_no_sense_gets_a_sentence(made, query: str):
    assert "empat minggu terakhir" in text(head(), f"{BOARD}{made.post.code}/?{query}", 422)


def test_effort_per_post_and_per_kelurahan(made):
    found = text(operator(), EFFORT)
    assert "Pos Jauh" in found
    assert "<strong>10,0</strong>" in found  # one finding in one hour: ten in ten hours
    assert "Kemirirejo" in text(operator(), f"{EFFORT}?menurut=kelurahan")
    assert "Pos Jauh" not in text(head(), EFFORT)
    assert len(operator().get(f"{EFFORT}?unduh=csv").content.decode("utf-8-sig").splitlines()) == 1 + 2


def test_empty_region_and_empty_post():
    patrol.places.load_region(by=patrol.SYSTEM, at=patrol.AT)
    assert "Belum ada ruas yang dironda" in text(operator(), BOARD)
    assert "Belum ada pos" in text(operator(), EFFORT)
    post = patrol.make_post()
    assert "Tidak ada celah sekarang" in text(operator(), f"{BOARD}{post.code}/")


def test_the_board_asks_the_same_number_of_queries_however_many_posts(made, django_assert_max_num_queries):
    client = head()
    client.get(BOARD)
    for n in range(20):
        post = patrol.make_post(made.program, title=f"Pos {n}")
        for _m in range(4):
            patrol.make_segment(post)
        patrol.make_member(post)
    with django_assert_max_num_queries(16):
        assert "Minta periksa" in text(client, BOARD)


def test_a_check_makes_a_gap_vanish(made):
    patrol.check(made.segments[0], patrol.AT - timedelta(minutes=5))
    assert "1 celah dari 5 ruas" in text(head(), BOARD)
