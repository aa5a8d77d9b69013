"""The patrol in the lake: what items touched, the night, late items, and what the public reads."""

from __future__ import annotations

import json
import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.rojak import builders as patrol
from tidar.lake import api as lake
from tidar.rojak.actions.covering import cover_nights, days_touched
from tidar.rojak.actions.exporting import export_patrol, export_segments
from tidar.rojak.actions.publishing import public_rows, publish_patrol
from tidar.rojak.metrics import TABLES
from tidar.rojak.models import Check, LakeCursor, PatrolItem
from tidar.rojak.queries.touched import Touched
from tidar.rojak.rules.lake import hour_of_row, hour_row
from tidar.rojak.rules.suppression import LEAST, hidden

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(home) -> None:
    """Lake files of their own."""


def rows(sql: str) -> list[dict[str, Any]]:
    return lake.read(sql).to_pylist()


def walked(made: patrol.City, day: int, *, n: int = 0) -> patrol.Round:
    """A round with one certain check and its items."""
    found = patrol.make_round(made.post, patrol.wib(day, 9), members=made.members[:2])
    patrol.make_item(found.pk, "round_start", made.post, found.started_at)
    checked(made, day, n=n, round_=found)
    return found


def checked(made: patrol.City, day: int, *, n: int = 0, **more: Any) -> Check:
    found = patrol.check(made.segments[n], patrol.wib(day, 9, 30), **more)
    patrol.make_item(found.pk, "check", made.post, found.happened_at)
    return found


def test_rounds_and_findings_are_in_the_lake_once_and_corrected():
    made = patrol.city()
    first = walked(made, 24)
    kind = patrol.make_kind(made.program)
    finding = patrol.make_finding(kind, made.segments[0], patrol.wib(24, 9, 40), round_=first, note="rahasia sekali")
    patrol.make_item(finding.pk, "finding", made.post, finding.happened_at)
    assert {version.table for version in export_patrol(at=patrol.AT)} == {"patrol_rounds", "patrol_findings"}
    (row,) = rows("SELECT * FROM patrol_rounds")
    assert (row["started_date"], row["hours"], row["kilometres"]) == (date(2026, 11, 24), 1.0, 1.5)
    assert (row["people"], row["checks"], row["segments"], row["findings"], row["planned"]) == (2, 1, 1, 1, False)
    assert row["_row"] == PatrolItem.objects.get(item_id=first.pk).pk
    (row,) = rows("SELECT * FROM patrol_findings")
    assert (row["state"], row["fixed"], row["findings"], row["area_code"]) == ("terbuka", False, 1, f"{patrol.RW}.001")
    assert "rahasia" not in str(row)
    assert export_patrol(at=patrol.AT + timedelta(minutes=5)) == ()  # nothing new adds nothing
    checked(made, 24, n=1, round_=first)  # came later
    assert next(v.table for v in export_patrol(at=patrol.AT + timedelta(minutes=10))) == "patrol_rounds"
    assert [(r["checks"], r["segments"]) for r in rows("SELECT checks, segments FROM patrol_rounds")] == [(2, 2)]


def test_an_item_that_only_names_its_round_brings_the_round_again():
    made = patrol.city()
    found = walked(made, 24)
    export_patrol(at=patrol.AT)
    found.distance_metres = 3000
    found.save()
    body = json.dumps({"round": str(found.pk)}).encode()
    patrol.make_item(patrol.uuid7(), "round_end", made.post, patrol.wib(24, 10), body=body)
    export_patrol(at=patrol.AT + timedelta(minutes=5))
    assert rows("SELECT kilometres FROM patrol_rounds") == [{"kilometres": 3.0}]


def test_findings_about_persons_are_counts_and_small_ones_are_empty():
    made = patrol.city()
    odd, drunk = (patrol.make_kind(made.program, key, person=True) for key in ("orang-asing", "mabuk"))
    for kind, count in ((odd, LEAST), (drunk, LEAST - 1)):
        for n in range(count):
            patrol.make_finding(kind, made.segments[0], patrol.wib(20, 8, n), note="nama orang")
    export_patrol(at=patrol.AT)
    found = {row["kind"]: row for row in rows("SELECT * FROM patrol_findings")}
    assert (found["orang-asing"]["findings"], found["mabuk"]["findings"]) == (LEAST, None)
    for row in found.values():
        assert (row["area_code"], row["found_date"], row["about"]) == (patrol.VILLAGE, date(2026, 11, 1), "orang")
        assert (row["lon"], row["state"], row["severity"], row["_row"]) == (None, None, None, 0)


def test_the_night_writes_every_whole_day_once():
    made = patrol.city(segments=2, due_hours=8)
    patrol.Post.objects.update(from_date=date(2026, 11, 24))
    walked(made, 24)
    (version,) = cover_nights(at=patrol.AT)
    assert version.table == "patrol_coverage"
    found = rows(
        "SELECT date, sum(due_minutes) AS due, sum(covered_minutes) AS covered FROM patrol_coverage"
        " GROUP BY 1 ORDER BY 1"
    )
    assert found == [
        {"date": date(2026, 11, 24), "due": 960.0, "covered": 390.0},  # 09.30 to 16.00
        {"date": date(2026, 11, 25), "due": 960.0, "covered": 90.0},  # until 09.30
    ]
    assert cover_nights(at=patrol.AT) == ()
    assert len(cover_nights(at=patrol.AT + timedelta(days=1))) == 1
    assert rows("SELECT count(DISTINCT date) AS n FROM patrol_coverage") == [{"n": 3}]


def test_late_items_bring_back_the_days_they_reach_over_and_only_their_post():
    made = patrol.city(segments=1, due_hours=8)
    other = patrol.make_segment(patrol.make_post(made.program), due_hours=8)
    patrol.Post.objects.update(from_date=date(2026, 11, 16))
    cover_nights(at=patrol.AT)
    before = {(r["post"], r["date"]): r["covered"] for r in by_day()}
    assert set(before.values()) == {0.0}
    late = checked(made, 20)  # a Friday, 09.30; due on Monday 23rd, 09.30
    (version,) = cover_nights(at=patrol.AT + timedelta(hours=1))
    after = {(r["post"], r["date"]): r["covered"] for r in by_day()}
    changed = {key: value for key, value in after.items() if value != before[key]}
    assert changed == {(made.post.code, date(2026, 11, 20)): 390.0, (made.post.code, date(2026, 11, 23)): 90.0}
    assert other.post.code in {key[0] for key in after}
    assert version.row_count == 2 * 8 * 8  # eight days of two posts: nothing is doubled
    touched = Touched({}, checks=frozenset([late.pk]))
    assert days_touched(touched, date(2026, 11, 25)) == {(date(2026, 11, 20), date(2026, 11, 23)): {made.post.pk}}


def by_day() -> list[dict[str, Any]]:
    return rows("SELECT post, date, sum(covered_minutes) AS covered FROM patrol_coverage GROUP BY ALL")


def test_the_night_after_any_pause_gives_the_same_lake():
    made = patrol.city(segments=3, due_hours=8)
    patrol.Post.objects.update(from_date=date(2026, 11, 16))
    for day in (17, 18, 24):
        walked(made, day, n=day % 3)
    for day in (18, 21, 26):
        cover_nights(at=patrol.wib(day, 1))
    in_turns = rows("SELECT * EXCLUDE (_delivery) FROM patrol_coverage ORDER BY ALL")
    LakeCursor.objects.all().delete()
    cover_nights(at=patrol.AT)
    assert rows("SELECT * EXCLUDE (_delivery) FROM patrol_coverage ORDER BY ALL") == in_turns


def test_segments_are_as_they_stand_now():
    made = patrol.city(segments=2)
    patrol.check(made.segments[0], patrol.wib(25, 9))
    export_segments(at=patrol.AT)
    found = rows("SELECT kind, is_gap, overdue_days, lon FROM patrol_segments ORDER BY segment_id")
    assert [(r["kind"], r["is_gap"]) for r in found] == [("terperiksa", False), ("belum", True)]
    assert all(r["lon"] for r in found)
    export_segments(at=patrol.AT + timedelta(hours=1))
    assert rows("SELECT count(*) AS n FROM patrol_segments") == [{"n": 2}]


def test_public_tables_tell_months_and_kelurahan_and_hide_small_cells():
    made = patrol.city(segments=5)
    for _n in range(7):
        walked(made, 24)
    other = patrol.make_post(made.program, area=patrol.OTHER_RW)
    patrol.make_segment(other)
    patrol.make_round(other, patrol.wib(24, 9))
    export_patrol(at=patrol.AT)
    cover_nights(at=patrol.AT)
    assert len(publish_patrol(at=patrol.AT)) == 3
    found = {r["area_code"]: r for r in rows("SELECT * FROM patrol_rounds_public WHERE month = '2026-11'")}
    assert {key: (r["rounds"], r["hours"], r["hidden"]) for key, r in found.items()} == {
        patrol.VILLAGE: (None, None, True),  # seven, but with the total it would tell the other's one
        "33.71.02.1003": (None, None, True),
        "33.71": (8, 8.0, False),
    }
    assert {table.access_class for table in TABLES if table.name.endswith("_public")} == {"open"}
    assert not {c.name for t in TABLES if t.name.endswith("_public") for c in t.columns} & {"post", "started_at"}


LINES = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), max_size=8)


@given(LINES)
def test_nothing_small_is_told_and_nothing_told_gives_it_away(counts: dict[str, int]):
    secret, total_secret = hidden(counts)
    assert all(place in secret for place, count in counts.items() if 0 < count < LEAST)
    if secret and not total_secret:
        assert len(secret) >= 2  # so no single one follows from the total
        assert sum(counts[place] for place in secret) >= LEAST
    if 0 < sum(counts.values()) < LEAST:
        assert total_secret


def test_no_more_is_hidden_than_must_be():
    assert hidden({"a": 3, "b": 5, "c": 9}) == (frozenset("ab"), False)
    assert hidden({"a": 3, "b": 4, "c": 9}) == (frozenset("ab"), False)
    assert hidden({"a": 0, "b": 9}) == (frozenset(), False)
    assert hidden({"a": 2}) == (frozenset("a"), True)
    rows_ = public_rows([("m", "a", 3, 1.5), ("m", "b", 9, 2.5)], area_at=1, region="R")
    assert rows_ == [("m", "a", None, None, True), ("m", "b", None, None, True), ("m", "R", 12, 4.0, False)]


def test_a_row_names_its_hour():
    assert hour_of_row(hour_row(date(2026, 11, 26), 8, 17)) == (date(2026, 11, 26), 8, 17)
    assert hour_of_row(5) is None


def test_no_column_tells_who_somebody_is_and_every_column_has_words():
    columns = [column for table in TABLES for column in table.columns]
    assert not {c.name for c in columns} & {"name", "member", "leader", "note", "house", "phone", "actor"}
    assert all(column.title for column in columns)


@pytest.mark.django_db(transaction=True)
def test_two_nights_at_once_write_once():
    made = patrol.city(segments=1)
    walked(made, 24)
    cover_nights(at=patrol.wib(25, 1))
    with transaction.atomic():
        LakeCursor.objects.select_for_update().get(pk="patrol_coverage")
        done: list[object] = []
        other = threading.Thread(target=lambda: done.append(_elsewhere()))
        other.start()
        other.join()
    assert done == [()]
    assert len(cover_nights(at=patrol.AT)) == 1


def _elsewhere() -> object:
    try:
        return cover_nights(at=patrol.AT)
    finally:
        connection.close()
