"""From a row of the lake down to the item that brought it, and what a reader without the permission gets."""

from __future__ import annotations

from datetime import date

import pytest

from tests.rojak import builders as patrol
from tidar.common.actor import PUBLIC
from tidar.lake import api as lake
from tidar.rojak.actions.covering import cover_nights
from tidar.rojak.actions.exporting import export_patrol, export_segments

pytestmark = pytest.mark.django_db
OURS = patrol.actor("patrol.see")
STRANGERS = (patrol.actor("patrol.see", area=patrol.OTHER_RW), PUBLIC)


@pytest.fixture(autouse=True)
def exported(home) -> patrol.City:
    """A round with a check and a finding, in the lake."""
    made = patrol.city(segments=2, due_hours=8)
    patrol.Post.objects.update(from_date=date(2026, 11, 24))
    walked = patrol.make_round(made.post, patrol.wib(25, 9), members=made.members[:1])
    patrol.make_item(walked.pk, "round_start", made.post, walked.started_at)
    found = patrol.check(made.segments[0], patrol.wib(25, 9, 30), round_=walked)
    patrol.make_item(found.pk, "check", made.post, found.happened_at)
    for kind in (patrol.make_kind(made.program), patrol.make_kind(made.program, "orang-asing", person=True)):
        finding = patrol.make_finding(kind, made.segments[0], patrol.wib(25, 9, 40), note="catatan rahasia")
        patrol.make_item(finding.pk, "finding", made.post, finding.happened_at)
    export_patrol(at=patrol.AT)
    cover_nights(at=patrol.AT)
    export_segments(at=patrol.AT)
    return made


def first(table: str, where: str = "true") -> tuple[str, int]:
    row = lake.read(f"SELECT _delivery, _row FROM {table} WHERE {where} ORDER BY _row LIMIT 1").to_pylist()[0]  # noqa: S608
    return row["_delivery"], row["_row"]


@pytest.mark.parametrize(
    ("table", "where", "title", "said"),
    [
        ("patrol_rounds", "true", "Ronda RJ-", "1 pasti, 0 tidak pasti"),
        ("patrol_findings", "about = 'tempat'", "Temuan RJ-", "Sampah"),
        ("patrol_coverage", "checks > 0", "Pos RW 04", "RJ-"),
        ("patrol_coverage", "checks = 0", "Pos RW 04", "pemeriksaan sebelumnya"),
        ("patrol_segments", "kind = 'hari-ini'", "Lorong L1", "RJ-"),
    ],
)
def test_every_row_finds_its_item(table: str, where: str, title: str, said: str):
    found = lake.record_of(table, *first(table, where), reader=OURS)
    assert found is not None
    assert found.title.startswith(title)
    assert said in " ".join(cell.text for cell in found.cells)
    assert "rahasia" not in str(found)
    assert found.url.startswith("/rojak/")


@pytest.mark.parametrize("table", ["patrol_rounds", "patrol_findings", "patrol_coverage", "patrol_segments"])
def test_a_stranger_learns_nothing(table: str):
    where = "about = 'tempat'" if table == "patrol_findings" else "true"
    for reader in STRANGERS:
        found = lake.record_of(table, *first(table, where), reader=reader)
        assert found is not None
        assert (found.cells, found.url) == ((), "")
        assert "hanya dapat dibuka" in found.note


@pytest.mark.parametrize("table", ["patrol_rounds", "patrol_findings", "patrol_coverage", "patrol_segments"])
def test_a_row_that_is_nobodys_finds_nothing(table: str):
    delivery = f"rojak:{table.removeprefix('patrol_')}"
    for row in (0, -1, 10**15, 2**63):
        assert lake.record_of(table, delivery, row, reader=OURS) is None
    assert lake.record_of(table, "region:33.71", 2, reader=OURS) is None


def test_a_finding_about_a_person_has_no_way_down():
    assert first("patrol_findings", "about = 'orang'")[1] == 0
