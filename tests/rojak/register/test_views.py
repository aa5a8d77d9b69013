"""Pages of the register: the head of the RW, the head of another RW, a stranger; forms that fail change nothing."""

from __future__ import annotations

from typing import Any

import html5lib
import pytest
from django.test import Client
from django.urls import reverse

from tests.people.builders import client_of, person
from tests.rojak.register import builders as b
from tidar.common.models import AuditEntry
from tidar.places import api as places
from tidar.rojak.models import Checkpoint, House, Member, Post, RosterRule, RosterSwap, Segment

pytestmark = pytest.mark.django_db
PAGES = ("post", "route", "members", "roster", "attendance", "paper")
SHEETS = ("stickers", "roster_pdf", "form_pdf")


@pytest.fixture
def post(home) -> Post:
    return b.load()


@pytest.fixture
def owner(post: Post) -> Client:
    return client_of(person("endang", role="rw_head", area=b.OWN))


@pytest.fixture
def colleague(post: Post) -> Client:
    """The head of another RW."""
    return client_of(person("sri", role="rw_head", area=b.OTHER))


@pytest.fixture
def stranger(post: Post) -> Client:
    return client_of(person("budi", role="resident"))


def url(name: str, *more: Any) -> str:
    return reverse(f"rojak:{name}", args=[b.POST, *more])


@pytest.mark.parametrize("name", [*PAGES, *SHEETS, "attendance_file"])
def test_a_page_opens_for_the_head_of_that_rw_only(
    name: str, owner: Client, colleague: Client, stranger: Client
) -> None:
    answer = owner.get(url(name))
    assert answer.status_code == 200
    if name in PAGES:
        html5lib.HTMLParser(strict=True).parse(answer.content.decode())
    elif name in SHEETS:
        assert answer.content.startswith(b"%PDF") and len(answer.content) > 5_000
    assert (colleague.get(url(name)).status_code, stranger.get(url(name)).status_code) == (403, 403)
    assert Client().get(url(name)).status_code == 302


def test_detail_pages_open_and_belong_to_their_post(owner: Client, colleague: Client, post: Post) -> None:
    other = Post.objects.get(code=b.OTHER_POST)
    pages = (("segment", post.segments.first().code), ("member", post.members.first().pk),
             ("roster_rule", post.roster.first().pk))  # fmt: skip
    for name, key in pages:
        answer = owner.get(url(name, key))
        assert answer.status_code == 200
        html5lib.HTMLParser(strict=True).parse(answer.content.decode())
        assert colleague.get(url(name, key)).status_code == 403
    for name, key in (("member", other.members.first().pk), ("roster_rule", other.roster.first().pk)):
        assert owner.get(url(name, key)).status_code == 404


def test_the_list_shows_the_posts_of_the_readers_area(owner: Client, colleague: Client, stranger: Client) -> None:
    said = owner.get(reverse("rojak:posts")).content.decode()
    assert "Pos Kemiri Kerep" in said and "Pos Cacaban" not in said and "data contoh" in said
    assert "Pos Kemiri Kerep" not in colleague.get(reverse("rojak:posts")).content.decode()
    assert stranger.get(reverse("rojak:posts")).status_code == 403
    operator = client_of(person("dewi", role="operator"))
    everything = operator.get(reverse("rojak:posts")).content.decode()
    assert everything.count('<th scope="row">') == 12
    assert "Pos Panjang" in operator.get(reverse("rojak:posts"), {"q": "panjang"}).content.decode()
    assert "Tidak ada yang cocok" in operator.get(reverse("rojak:posts"), {"q": "Atlantis"}).content.decode()


def test_names_of_members_stay_with_whoever_arranges_the_post(owner: Client) -> None:
    lurah = client_of(person("hadi", role="lurah", area="33.71.03.1001"))
    seen = lurah.get(url("post"))
    assert seen.status_code == 200
    assert "Bu Yani" not in seen.content.decode() and "3 orang" in seen.content.decode()
    assert "Bu Yani" in owner.get(url("post")).content.decode()
    assert lurah.get(url("members")).status_code == 403
    ended = {"aksi": "akhiri", "terakhir": "2030-01-01"}
    assert lurah.post(url("post"), ended).status_code == 403
    assert Post.objects.get(code=b.POST).until_date is None


SEGMENT = {"nama": "Gang Baru", "rt": "2", "kepentingan": "2", "tenggat": "16", "urutan": "", "garis": ""}


def test_a_segment_is_added_drawn_and_ended(owner: Client, post: Post) -> None:
    line = "-7.4869, 110.2145\n110.2150, -7.4868"
    made = owner.post(url("route"), SEGMENT | {"garis": line})
    segment = Segment.objects.get(post=post, title="Gang Baru")
    assert (made.status_code, made["Location"]) == (302, url("segment", "L15"))
    assert segment.line == [[110.2145, -7.4869], [110.215, -7.4868]] and 50 < segment.length_metres < 65
    assert (segment.area_code, segment.order, len(segment.public_code)) == (f"{b.OWN}.002", 14, 12)
    page = url("segment", "L15")
    day = b.AT.date().isoformat()
    Segment.objects.filter(pk=segment.pk).update(from_date=day)
    assert owner.post(page, {"aksi": "akhiri", "terakhir": day}).status_code == 302
    assert owner.post(page, {"aksi": "akhiri", "terakhir": day}).status_code == 422
    assert owner.post(page, {"aksi": "lanjutkan"}).status_code == 302
    assert Segment.objects.get(pk=segment.pk).until_date is None
    acts = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))[-3:]
    assert acts == ["patrol.segment_add", "patrol.segment_end", "patrol.segment_reopen"]


WRONG = (
    ({"garis": "di depan masjid"}, "bukan titik"),
    ({"garis": "0, 0\n1, 1"}, "di luar wilayah"),
    ({"garis": '{"type": "Point", "coordinates": [110.2, -7.4]}'}, "bukan garis"),
    ({"garis": "-7.4869, 110.2145"}, "paling sedikit dua titik"),
    ({"nama": " "}, "Isi namanya"),
    ({"tenggat": "0"}, "tenggat"),
)


@pytest.mark.parametrize(("change", "sentence"), WRONG)
def test_a_wrong_segment_says_why_and_changes_nothing(
    owner: Client, post: Post, change: dict[str, str], sentence: str
) -> None:
    answer = owner.post(url("route"), SEGMENT | change)
    assert answer.status_code == 422
    assert sentence.casefold() in answer.content.decode().casefold()
    assert post.segments.count() == 14


def test_a_sticker_is_put_up_replaced_and_taken_down(owner: Client, post: Post) -> None:
    page = url("segment", "L03")
    owner.post(page, {"aksi": "stiker", "nama": "Tiang listrik", "posisi": "-7.4869, 110.2145"})
    old = Checkpoint.objects.get(title="Tiang listrik")
    assert (len(old.code), old.lon, old.lat) == (8, 110.2145, -7.4869)
    owner.post(page, {"aksi": "ganti", "titik": old.pk})
    new = Checkpoint.objects.get(title="Tiang listrik", until_date=None)
    assert new.code != old.code and new.lon == old.lon
    address = reverse("rojak:sticker", args=[new.code])
    segment = Segment.objects.get(post=post, code="L03")
    assert segment.public_code in Client().get(address)["Location"]
    assert Client().get(reverse("rojak:sticker", args=[old.code])).status_code == 404
    owner.post(page, {"aksi": "lepas", "titik": new.pk})
    assert Client().get(address).status_code == 404
    owner.post(page, {"aksi": "pasang", "titik": new.pk})
    assert Client().get(address).status_code == 302
    moved = owner.post(page, {"aksi": "pindah", "titik": new.pk, "nama": "Pohon", "posisi": "1, 1"})
    assert moved.status_code == 422 and Checkpoint.objects.get(pk=new.pk).title == "Tiang listrik"


def test_a_sticker_of_another_post_is_out_of_reach(owner: Client) -> None:
    foreign = Checkpoint.objects.filter(segment__post__code=b.OTHER_POST).first()
    assert foreign is not None
    assert owner.post(url("segment", "L03"), {"aksi": "lepas", "titik": foreign.pk}).status_code == 403
    assert Checkpoint.objects.get(pk=foreign.pk).until_date is None


def test_houses_are_written_by_label_and_never_lost(owner: Client, post: Post) -> None:
    segment = Segment.objects.get(post=post, code="L03")
    before = segment.houses.count()
    owner.post(url("segment", "L03"), {"aksi": "rumah", "rumah": "No. 900\n No.  901 \n\nNo. 900"})
    standing = House.objects.filter(segment=segment, until_date=None)
    assert list(standing.values_list("label", flat=True)) == ["No. 900", "No. 901"]
    assert House.objects.filter(segment=segment).count() == before + 2


def test_a_member_comes_leaves_returns_and_is_forgotten(owner: Client, post: Post) -> None:
    new = {"nama": "Bu Ratmi", "telepon": "0812 3456 7890", "akun": "", "mulai": b.AT.date().isoformat()}
    assert owner.post(url("members"), new).status_code == 302
    member = Member.objects.get(name="Bu Ratmi")
    assert member.phone == "+6281234567890"
    page = url("member", member.pk)
    assert owner.post(page, {"aksi": "akhiri", "terakhir": b.AT.date().isoformat()}).status_code == 302
    assert owner.post(page, {"aksi": "lanjutkan"}).status_code == 302
    assert owner.post(page, {"aksi": "hapus"}).status_code == 302
    member.refresh_from_db()
    assert (member.phone, member.user_id) == ("", None) and "Ratmi" not in member.name and member.until_date
    again = owner.post(page, {"aksi": "lanjutkan"})
    assert again.status_code == 422 and "sudah dihapus" in again.content.decode()
    member.refresh_from_db()
    assert member.until_date is not None
    kept = str(list(AuditEntry.objects.filter(action__startswith="patrol.member").values_list("before", "after")))
    assert "Ratmi" not in kept and "6789" not in kept


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"telepon": "12"}, "nomor yang sah"),
        ({"akun": "hantu"}, "belum menjadi anggota"),
        ({"nama": ""}, "Isi namanya"),
    ],
)
def test_a_wrong_member_says_why(owner: Client, post: Post, change: dict[str, str], sentence: str) -> None:
    new = {"nama": "Bu Ratmi", "telepon": "", "akun": "", "mulai": b.AT.date().isoformat()} | change
    answer = owner.post(url("members"), new)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert post.members.count() == 12


def test_a_turn_is_planned_changed_from_a_day_and_ended(owner: Client, post: Post) -> None:
    people = [m.pk for m in post.members.all()[:2]]
    new = {"aksi": "jadwal", "hari": ["6", "7"], "mulai": "08:00", "selesai": "09:00", "anggota": people,
           "sejak": "2026-11-28"}  # fmt: skip
    assert owner.post(url("roster"), new).status_code == 302
    rule = RosterRule.objects.get(post=post, day="6")
    page = url("roster_rule", rule.pk)
    change = {"aksi": "ubah", "mulai": "09:30", "selesai": "10:30", "anggota": people[:1], "sejak": "2026-12-12"}
    assert owner.post(page, change).status_code == 302
    rule.refresh_from_db()
    later = RosterRule.objects.get(post=post, day="6", until_date=None)
    assert (str(rule.until_date), str(later.from_date), later.members.count()) == ("2026-12-11", "2026-12-12", 1)
    wrong = owner.post(url("roster"), new | {"selesai": "07:00"})
    assert wrong.status_code == 422 and "sesudah jam mulai" in wrong.content.decode()
    assert owner.post(url("roster"), {"aksi": "jadwal"}).status_code == 422
    assert RosterRule.objects.filter(post=post, day="7").count() == 1


def test_a_post_is_made_in_the_readers_own_rw_only(owner: Client) -> None:
    assert owner.get(reverse("rojak:new_post")).status_code == 200
    new = {"program": "rojak", "desa": "33.71.03.1001", "rw": "4", "nama": "Pos Kedua", "posisi": "",
           "mulai": b.AT.date().isoformat()}  # fmt: skip
    made = owner.post(reverse("rojak:new_post"), new)
    assert (made.status_code, Post.objects.get(title="Pos Kedua").code) == (302, "kedua")
    assert owner.post(reverse("rojak:new_post"), new | {"rw": "5"}).status_code == 403
    assert owner.post(reverse("rojak:new_post"), new | {"rw": ""}).status_code == 403
    assert owner.post(reverse("rojak:new_post"), new | {"desa": "33.71.03.1002"}).status_code == 422
    admin = client_of(person("ratna", role="administrator"))
    assert admin.post(reverse("rojak:new_post"), new | {"rw": "11", "nama": "Pos Sebelas"}).status_code == 302
    added = places.area("33.71.03.1001.11")
    assert added is not None and added.name == "RW 11"


def test_a_post_is_renamed_ended_and_taken_up_again(owner: Client, post: Post) -> None:
    assert owner.post(url("post"), {"aksi": "ubah", "nama": "Pos Baru", "posisi": ""}).status_code == 302
    assert owner.post(url("post"), {"aksi": "akhiri", "terakhir": "2026-11-25"}).status_code == 302
    post.refresh_from_db()
    assert (post.title, str(post.until_date), post.lon) == ("Pos Baru", "2026-11-25", None)
    early = owner.post(url("post"), {"aksi": "akhiri", "terakhir": "2020-01-01"})
    assert early.status_code == 422 and "Sudah berakhir" in early.content.decode()
    assert owner.post(url("post"), {"aksi": "lanjutkan"}).status_code == 302
    post.refresh_from_db()
    assert post.until_date is None


def test_own_turns_open_for_whoever_walks(post: Post, stranger: Client) -> None:
    user = person("yani", role="patrol", area=b.OWN)
    Member.objects.filter(post=post, name="Bu Yani").update(user=user)
    said = client_of(user).get(reverse("rojak:own_turns"))
    assert said.status_code == 200 and "Pos Kemiri Kerep" in said.content.decode()
    html5lib.HTMLParser(strict=True).parse(said.content.decode())
    assert "bersama Bu Sumarni, Bu Wahyuni" in said.content.decode()
    assert stranger.get(reverse("rojak:own_turns")).status_code == 403
    assert client_of(user).get(url("post")).status_code == 403
    assert RosterSwap.objects.count() == 0


def test_pages_ask_as_few_queries_for_many_segments_as_for_few(
    owner: Client, post: Post, django_assert_max_num_queries
) -> None:
    for name in ("route", "post"):
        with django_assert_max_num_queries(26):
            owner.get(url(name))


def test_the_posts_page_leads_to_review_and_phones_for_who_may(owner: Client, post: Post) -> None:
    lurah = client_of(person("suryani", role="lurah", area=b.OWN.rpartition(".")[0]))
    for client, there in ((owner, True), (lurah, False)):
        found = client.get(reverse("rojak:posts")).content.decode()
        assert [(f'href="{address}"' in found) for address in ("/rojak/periksa/", "/rojak/alat/")] == [there, there]


def test_who_walks_is_led_to_odk_collect(post: Post) -> None:
    walker = client_of(person("yani", role="patrol", area=b.OWN))
    assert 'href="/formulir/odk/"' in walker.get(reverse("rojak:own_turns")).content.decode()
    assert walker.get("/formulir/odk/").status_code == 200
