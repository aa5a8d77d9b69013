"""What the patrol puts on the city's wall: indicators from the lake, live rounds, gaps and findings on the map."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from tests.rojak import builders as patrol
from tidar.command_center.queries import mapping, plan
from tidar.common.actor import system
from tidar.indicators import api as indicators
from tidar.lake import api as lake
from tidar.rojak.actions.covering import cover_nights
from tidar.rojak.actions.exporting import export_patrol, export_segments

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now", "home")]


@pytest.fixture
def made() -> patrol.City:
    """A round of yesterday, one that is under way, a finding about a place and one about a person; all in the lake."""
    plan._plan.cache_clear()
    made = patrol.city(segments=4, due_hours=8)
    patrol.Post.objects.update(from_date=patrol.wib(24).date())
    walked = patrol.make_round(made.post, patrol.wib(25, 8), members=made.members[:1])
    patrol.make_round(made.post, patrol.wib(26, 8, 30), minutes=0)
    for segment in made.segments[:2]:
        patrol.check(segment, patrol.wib(25, 12), round_=walked)
    for kind in (patrol.make_kind(made.program), patrol.make_kind(made.program, "orang-asing", person=True)):
        patrol.make_finding(kind, made.segments[0], patrol.wib(25, 9))
    export_patrol(at=patrol.AT)
    cover_nights(at=patrol.AT)
    export_segments(at=patrol.AT)
    return made


def test_the_map_shows_live_rounds_gaps_and_findings_about_places(made):
    points = [one for one in mapping.points() if one.layer in ("ronda-berjalan", "celah-ronda", "temuan-ronda")]
    found = {one.layer: one for one in points}
    assert len(points) == 3
    assert found["ronda-berjalan"].name == f"Ronda {made.post.code}"
    assert (found["celah-ronda"].label, found["celah-ronda"].note) == ("2", "2 celah")
    assert found["temuan-ronda"].name == "Sampah"


def test_every_icon_of_the_layers_exists():
    sprite = (Path(settings.PROGRAMS_DIR).parent / "ui/static/icons.svg").read_text()
    for layer in plan.plan().layers:
        assert all(f'id="{icon}"' in sprite for icon in layer.icons.values())


def test_indicators_are_what_the_rows_say(made):
    indicators.compute_indicators(by=system("uji"), at=patrol.AT)
    values = {v.indicator: v for v in indicators.current_values(area_codes=["33.71"], at=patrol.AT)}
    # four segments × 8 hours × 2 days = 64 hours; two checks at 12.00 cover four hours each of Wednesday
    assert float(values["cakupan-ronda"].value) == pytest.approx(100 * 8 / 64)
    assert float(values["jam-ronda"].value) == 1
    assert float(values["temuan-beres"].value) == 0
    # RT 001 has segments 1 and 4 (4 of 32 hours), RT 002 segment 2 (4 of 16), RT 003 none: 0 over the mean
    assert float(values["rasio-kerataan-ronda"].value) == 0
    assert "jam ronda" in values["cakupan-ronda"].narrative


def test_a_number_leads_down_to_the_hours_it_is_made_of(made):
    indicators.compute_indicators(by=system("uji"), at=patrol.AT)
    (view,) = indicators.current_values(indicators=["cakupan-ronda"], area_codes=[patrol.VILLAGE], at=patrol.AT)
    rows = [source.row for row in indicators.lineage(view.id, at=patrol.AT).rows for source in row.sources]
    reader = patrol.actor("patrol.see")
    found = [lake.record_of("patrol_coverage", "rojak:coverage", row, reader=reader) for row in rows]
    assert all(one is not None and one.title.startswith("Pos RW 04") for one in found)
    assert len(found) > 5
