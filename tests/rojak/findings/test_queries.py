"""Lists and single findings give one answer about who may read; states are those of the steps; near findings."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rojak import builders as patrol
from tests.rojak.findings import builders as here
from tidar.rojak.models import Finding
from tidar.rojak.queries import finding_lists as lists
from tidar.rojak.queries import findings as queries
from tidar.rojak.queries import reach
from tidar.rojak.queries.recap import recap
from tidar.rojak.rules import findings as rules

pytestmark = pytest.mark.django_db
AT = here.AT


@pytest.fixture
def city() -> patrol.City:
    return patrol.city()


def test_open_findings_of_a_post_carry_state_and_hash_but_no_persons(city: patrol.City) -> None:
    kept = here.found(here.place_kind(city), city.segments[0])
    passed = here.found(here.place_kind(city), city.segments[1])
    here.step(passed, "permohonan")
    done = here.found(here.place_kind(city), city.segments[1])
    here.step(done, "konfirmasi")
    here.found(here.person_kind(city), city.segments[0], note=here.SECRET)
    later = here.found(here.place_kind(city), city.segments[0], AT + timedelta(days=1))
    found = {one.id: one for one in queries.open_findings(city.post.pk, AT)}
    assert set(found) == {kept.pk, passed.pk}
    assert later.pk not in found
    assert found[passed.pk].state == rules.PASSED_ON
    assert found[kept.pk].content_hash == kept.evidence.get().content_hash
    assert len(queries.open_findings(city.post.pk, AT, with_persons=True)) == 3


def test_one_query_more_for_nothing(city: patrol.City, django_assert_num_queries) -> None:
    for _ in range(4):
        here.found(here.place_kind(city), city.segments[0])
    with django_assert_num_queries(3):
        assert len(queries.open_findings(city.post.pk, AT)) == 4


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(sorted({*rules.DECIDING, "foto", "foto-sesudah", "dihapus"})), max_size=8))
def test_the_database_derives_what_the_rule_says(city: patrol.City, steps: list[str]) -> None:
    finding = here.found(here.place_kind(city), city.segments[0])
    for one in steps:
        here.step(finding, one)
    word = rules.state_after(["temuan", *steps])
    assert queries.state_of(finding) == word
    assert queries.states_of([finding.pk]) == {finding.pk: word}


@pytest.mark.parametrize("actor", here.EVERYBODY, ids=lambda a: a.name)
def test_list_and_page_agree_about_every_reader(city: patrol.City, actor) -> None:
    other = patrol.make_segment(patrol.make_post(city.program, area=patrol.OTHER_RW))
    for segment in (city.segments[0], other):
        for kind in (here.place_kind(city), here.person_kind(city), here.place_kind(city, "lampu", agency=None)):
            here.found(kind, segment)
    listed = set(Finding.objects.filter(reach.findings_for(actor)).values_list("pk", flat=True))
    assert listed == {one.pk for one in Finding.objects.all() if reach.may_read(actor, one)}


@pytest.mark.parametrize(
    ("actor", "place", "person"),
    [
        (here.HEAD_OF_RW, True, True),
        (here.HEAD_ELSEWHERE, False, False),
        (here.LURAH, True, False),
        (here.OPERATOR, True, False),
        (here.ADMINISTRATOR, True, False),
        (here.MEMBER, False, False),
        (here.MENDER, True, False),
        (here.SOCIAL, False, True),
        (here.OTHER_MENDER, False, False),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_who_reads_what(city: patrol.City, actor, place: bool, person: bool) -> None:
    assert reach.may_read(actor, here.found(here.place_kind(city), city.segments[0])) is place
    assert reach.may_read(actor, here.found(here.person_kind(city), city.segments[0])) is person


def test_nobody_handles_for_an_agency_what_concerns_no_agency(city: patrol.City) -> None:
    finding = here.found(here.place_kind(city, "umum", agency=None), city.segments[0])
    assert not reach.may_handle(here.MENDER, finding)
    assert reach.may_handle(here.HEAD_OF_RW, finding)


def test_near_ones_come_nearest_first_and_only_open_ones(city: patrol.City) -> None:
    kind = here.place_kind(city, near_metres=50, near_hours=24)
    lon, lat = patrol.CENTRE
    far = here.found(kind, city.segments[0], lon=lon + 0.0003)
    close = here.found(kind, city.segments[1], lon=lon + 0.0001)
    here.found(kind, city.segments[0], lon=lon + 0.01)
    here.found(kind, city.segments[0], AT - timedelta(hours=25))
    here.found(here.place_kind(city, "lampu"), city.segments[0])
    here.step(here.found(kind, city.segments[0]), "konfirmasi")
    spot = rules.Spot(city.segments[0].code, lon, lat, AT)
    pairs = queries.near(kind=kind, spot=spot, post_ids=[city.post.pk])
    assert [row.pk for row, _ in pairs] == [close.pk, far.pk]
    assert 10 < (pairs[0][1] or 0) < 12
    assert queries.near(kind=kind, spot=spot, post_ids=[city.post.pk], but=close.pk)[0][0].pk == far.pk


def test_a_month_is_told_as_it_stood_at_its_end(city: patrol.City) -> None:
    """Fixed in December is open at the end of November; what was opened again counts from then."""
    kind = here.place_kind(city, severity=3)
    begun = patrol.wib(3)
    fixed_later, fixed, reopened = (here.found(kind, city.segments[0], begun) for _ in range(3))
    here.step(fixed_later, "konfirmasi", patrol.wib(2, month=12))
    here.step(fixed, "konfirmasi", patrol.wib(5))
    here.step(reopened, "konfirmasi", patrol.wib(4))
    here.step(reopened, "dibuka-lagi", patrol.wib(29))
    here.found(here.person_kind(city), city.segments[0], begun)
    patrol.make_round(city.post, begun, minutes=120)
    made = recap(patrol.VILLAGE, first=date(2026, 11, 1), last=date(2026, 11, 30), at=patrol.wib(20, month=12))
    assert made is not None
    row = made.total
    assert (row.found_count, row.open, row.late, row.fixed) == (3, 2, 1, 2)
    assert made.rows[0].fix_days == 1.5
    assert row.found_per_ten_hours == 15
    assert made.until == patrol.wib(1, 0, month=12)


def test_all_counts_agree_with_the_lists(city: patrol.City) -> None:
    kind = here.place_kind(city, severity=2)
    for days in (0, 1, 13, 15, 40):
        here.found(kind, city.segments[0], AT - timedelta(days=days))
    here.step(here.found(kind, city.segments[0], AT - timedelta(days=90)), "konfirmasi")
    opened, late = lists.counts(here.LURAH, AT)
    assert opened == len(lists.listed(here.LURAH, lists.Wanted(), AT).rows) == 5
    shown = lists.listed(here.LURAH, lists.Wanted(tab="lewat"), AT).rows
    assert late == len(shown) == 2
    assert all(row.is_overdue for row in shown)
