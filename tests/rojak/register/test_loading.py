"""Patrols of program and region: loaded once, never over what people changed; wrong files change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from tests.rojak.register import builders as b
from tidar.common.actor import Actor
from tidar.common.errors import UnableToAllow
from tidar.common.models import AuditEntry
from tidar.people import api as people
from tidar.places import api as places
from tidar.rojak.actions.loading import UnableToLoadPatrol, load_patrol
from tidar.rojak.models import Checkpoint, FindingKind, House, Member, Post, Program, RosterRule, Segment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
PROGRAMS = Path(settings.PROGRAMS_DIR)


def test_a_second_load_changes_nothing() -> None:
    post = b.load()
    assert (Post.objects.count(), post.segments.count(), post.members.count()) == (12, 14, 12)
    tables = (Program, FindingKind, Post, Segment, Checkpoint, House, Member, RosterRule)
    before = [table.objects.count() for table in tables]
    entries = AuditEntry.objects.count()
    assert b.load_again() == 0
    assert [table.objects.count() for table in tables] == before
    assert AuditEntry.objects.count() == entries


def test_every_line_and_sticker_lies_within_its_kelurahan() -> None:
    b.load()
    lines = [(s.post.area_code.rpartition(".")[0], s.line) for s in Segment.objects.select_related("post")]
    spots = Checkpoint.objects.select_related("segment__post")
    lines += [(c.segment.post.area_code.rpartition(".")[0], [[c.lon, c.lat]]) for c in spots]
    assert len(lines) > 180
    outside = [v for v, line in lines for lon, lat in line if places.area_at(lon, lat) != v]
    assert outside == []


def test_rw_and_rt_of_a_post_are_areas_and_say_that_they_are_examples() -> None:
    b.load()
    own, other = places.area(b.OWN), places.area(b.OTHER)
    assert own and own.name == "RW 04 Kampung Kemiri Kerep"
    assert other and (other.name, other.level) == ("RW 03 (contoh)", "rw")
    known = {area.code for area in places.areas()}
    assert set(Segment.objects.exclude(area_code="").values_list("area_code", flat=True)) <= known
    assert set(Post.objects.values_list("is_example", flat=True)) == {True}


def test_a_city_without_examples_has_the_program_and_no_invented_post() -> None:
    places.load_region(by=b.BY, at=b.AT)
    people.load_agencies(by=b.BY, at=b.AT)
    region_dir = settings.REGIONS_DIR / settings.TIDAR_REGION
    load_patrol(program_dir=PROGRAMS / "rojak", region_dir=region_dir, by=b.BY, at=b.AT, examples=False)
    assert Program.objects.get().words["segment"] == "lorong"
    assert not Post.objects.exists() and places.area(b.OWN) is None


def test_what_people_changed_or_ended_is_not_brought_back() -> None:
    post = b.load()
    Post.objects.filter(pk=post.pk).update(title="Pos Baru")
    Segment.objects.filter(post=post, code="L01").update(title="Jalan Lain", until_date=b.AT.date())
    gone = Member.objects.filter(post=post).first()
    assert gone is not None
    RosterRule.objects.filter(post=post).delete()
    gone.delete()
    assert b.load_again() == 0
    assert Post.objects.get(pk=post.pk).title == "Pos Baru"
    assert Segment.objects.get(post=post, code="L01").title == "Jalan Lain"
    assert not Member.objects.filter(name=gone.name, post=post).exists()


def test_kinds_about_persons_name_the_agency_concerned() -> None:
    b.load()
    persons = FindingKind.objects.filter(sensitivity="orang")
    assert persons.count() == 4 and not persons.filter(agency=None).exists()
    assert not persons.filter(wants_photo=True).exists()  # nobody is asked to photograph a person


def test_a_kind_that_the_program_dropped_stays_and_is_offered_to_nobody(tmp_path: Path) -> None:
    b.load()
    shorter = (PROGRAMS / "rojak" / "patrol.toml").read_text(encoding="utf-8").rpartition("[[kinds]]")[0]
    _load(tmp_path, shorter)
    assert not FindingKind.objects.get(program="rojak", key="lain").active
    assert FindingKind.objects.get(program="rojak", key="sampah").active


def _load(tmp_path: Path, program: str, region: str = '[adopts.rojak]\nagency = "satpol-pp"\n') -> int:
    folder = tmp_path / "rojak"
    folder.mkdir(exist_ok=True)
    (folder / "patrol.toml").write_text(program, encoding="utf-8")
    (tmp_path / "patrol.toml").write_text(region, encoding="utf-8")
    return load_patrol(program_dir=folder, region_dir=tmp_path, by=b.BY, at=b.AT)


WRONG = (
    ('segment = "lorong"', 'segmen = "lorong"', "Kata 'segment' belum diisi."),
    ("worst_fix_metres = 30", "worst_fix_meters = 30", "tidak dapat dibaca"),
    ('key = "jentik"', 'key = "sampah"', "ditulis dua kali"),
    ('agency = "bpbd"', 'agency = "bpdb"', "'bpdb' belum terdaftar"),
    ("ends = 16:00:00", "ends = 07:00:00", "tidak sah"),
    ('sensitivity = "orang"', 'sensitivity = "umum"', "kepekaan"),
    ("[words]", "[words", "tidak dapat dibaca"),
)


@pytest.mark.parametrize(("right", "wrong", "sentence"), WRONG)
def test_a_wrong_program_says_what_is_wrong_and_changes_nothing(
    tmp_path: Path, right: str, wrong: str, sentence: str
) -> None:
    people.load_agencies(by=b.BY, at=b.AT)
    written = (PROGRAMS / "rojak" / "patrol.toml").read_text(encoding="utf-8")
    assert right in written
    with pytest.raises(UnableToLoadPatrol, match=sentence):
        _load(tmp_path, written.replace(right, wrong))
    assert not Program.objects.exists()


def test_a_program_that_the_region_does_not_adopt_brings_nothing(tmp_path: Path) -> None:
    written = (PROGRAMS / "rojak" / "patrol.toml").read_text(encoding="utf-8")
    assert _load(tmp_path, written, region="") == 0
    assert not Program.objects.exists()


def test_another_region_patrols_its_river_with_its_own_words(settings) -> None:
    settings.TIDAR_REGION = "63.03"
    places.load_region(by=b.BY, at=b.AT)
    people.load_agencies(by=b.BY, at=b.AT)
    region_dir = settings.REGIONS_DIR / "63.03"
    assert load_patrol(program_dir=PROGRAMS / "rojak-sungai", region_dir=region_dir, by=b.BY, at=b.AT) > 20
    post = Post.objects.get()
    assert (post.program.words["segment"], post.area_code) == ("ruas sungai", "63.03.04.2004")
    assert FindingKind.objects.get(key="jamban-apung").form_key == "jamban-apung"
    points = [point for segment in Segment.objects.all() for point in segment.line]
    assert {places.area_at(lon, lat) for lon, lat in points} == {post.area_code}


def test_only_a_coordinator_of_the_whole_region_loads() -> None:
    nobody = Actor(kind="user", id="x", name="X")
    with pytest.raises(UnableToAllow):
        load_patrol(program_dir=PROGRAMS / "rojak", region_dir=Path("/"), by=nobody, at=b.AT)
