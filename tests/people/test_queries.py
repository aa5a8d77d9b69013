"""Answers and how many queries they cost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.people.builders import AT, SYSTEM, TODAY, assign, later, person
from tidar.common import audit
from tidar.people import api
from tidar.people.queries import actors, lists, trail
from tidar.people.queries.trail import TrailFilter

pytestmark = pytest.mark.django_db


def test_an_actor_costs_one_query_however_many_roles(django_assert_num_queries) -> None:
    user = person(role="producer", agency_code="dishub")
    assign(user, "operator")
    assign(user, "treasurer", agency_code="bpkad")
    with django_assert_num_queries(1):
        actor = actors.actor_of_user(user, today=TODAY)
    assert set(actor.roles) == {"producer", "operator", "treasurer"}


def test_roles_before_their_first_and_after_their_last_day_do_not_count() -> None:
    user = person()
    assign(user, "leader", from_date=TODAY + timedelta(1))
    assign(user, "operator", until_date=TODAY - timedelta(1))
    actor = actors.actor_of_user(user, today=TODAY)
    assert actor.roles == () and actor.grants == frozenset()
    assert actors.actor_of_user(user, today=TODAY + timedelta(1)).roles == ("leader",)


def test_a_deactivated_account_acts_as_the_public() -> None:
    user = person(role="administrator", is_active=False)
    assert not actors.actor_of_user(user, today=TODAY).is_known
    assert not api.actor_for_user(user.pk, at=AT).is_known


def test_a_role_that_left_the_table_grants_nothing() -> None:
    user = person(role="dahulu_ada")
    assert actors.actor_of_user(user, today=TODAY).grants == frozenset()


def test_the_list_of_people_costs_three_queries_however_long(django_assert_num_queries) -> None:
    for n in range(12):
        person(f"orang{n}", role="producer", agency_code="dishub")
    with django_assert_num_queries(2):
        shown = [(u.display_name, [a.agency.short_name for a in u.held]) for u in lists.people(today=TODAY)]
    assert len(shown) == 12 and shown[0][1] == ["Dishub"]


def test_people_are_found_by_name_role_and_agency() -> None:
    person("sri", role="producer", agency_code="dishub")
    person("budi", role="producer", agency_code="bpkad")
    person("tuti", role="leader")

    def found(**asked) -> list[str]:
        return [u.username for u in lists.people(today=TODAY, **asked)]

    assert found(search="SR") == ["sri"]
    assert found(role="producer") == ["budi", "sri"]
    assert found(role="producer", agency="bpkad") == ["budi"]
    assert found(agency="dishub", role="leader") == []


def entries(count: int) -> None:
    for n in range(count):
        audit.record(f"uji.{n % 2}", by=SYSTEM, at=later(minutes=n // 3), subject=("uji", str(n)), after={"n": n})


def test_paging_by_keyset_shows_every_entry_once_even_where_times_are_equal() -> None:
    entries(23)
    seen, cursor = [], ""
    while True:
        rows, cursor = trail.page_after(TrailFilter(), cursor=cursor, size=5)
        seen += [e.subject_id for e in rows]
        if not cursor:
            break
    assert sorted(seen, key=int) == [str(n) for n in range(23)]


def test_entries_that_come_while_paging_do_not_shift_the_next_page() -> None:
    entries(10)
    rows, cursor = trail.page_after(TrailFilter(), cursor="", size=5)
    audit.record("uji.baru", by=SYSTEM, at=later(hours=1), subject=("uji", "baru"))
    following, _ = trail.page_after(TrailFilter(), cursor=cursor, size=5)
    assert not {e.pk for e in rows} & {e.pk for e in following} and len(following) == 5


@pytest.mark.parametrize(
    "cursor", ["nonsense", "2026-11-24_", "_", "2026-11-24T00:00:00_x", "2026-11-24T00:00:00+00:00_9"]
)
def test_a_made_up_cursor_begins_at_the_newest(cursor) -> None:
    entries(3)
    assert len(trail.page_after(TrailFilter(), cursor=cursor, size=5)[0]) == 3


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        (TrailFilter(who="tidar"), 9),
        (TrailFilter(who="nobody"), 0),
        (TrailFilter(action="uji.0"), 5),
        (TrailFilter(subject_kind="uji", subject_id="4"), 1),
        (TrailFilter(since=later(minutes=1)), 6),
        (TrailFilter(until=later(minutes=1)), 3),
    ],
)
def test_the_trail_is_narrowed(asked, count) -> None:
    entries(9)
    assert len(trail.page_after(asked, cursor="", size=50)[0]) == count


def test_unread_notices_are_counted_in_one_query(django_assert_num_queries) -> None:
    user = person(role="producer", agency_code="dishub")
    api.notify(agency="dishub", permission="hub.deliver", sentence="x", url="", about="a", at=AT)
    with django_assert_num_queries(1):
        assert lists.unread_count(str(user.pk)) == 1
