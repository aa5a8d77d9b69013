"""The map that stands on the page at once: true to shape, small, coloured by state, without a script."""

from __future__ import annotations

import re

import pytest

from tests.people.builders import client_of, person
from tests.rojak import builders as patrol
from tidar.rojak.queries.segment_map import segment_map
from tidar.rojak.rules.segment_map import LONGEST, MARGIN, Outline, drawing

SQUARE = Outline("Desa", ([[110.0, -7.0], [110.01, -7.0], [110.01, -7.01], [110.0, -7.01], [110.0, -7.0]],))


def test_north_is_up_and_the_longer_side_fills_the_drawing():
    made = drawing([[[110.0, -7.0], [110.0, -7.01]], [[110.0, -7.01], [110.005, -7.01]]])
    assert made is not None
    assert made.paths == ("M0,0 0,1000", "M0,1000 496,1000")  # 0.005 × cos 7° of 0.01
    assert made.view_box == f"-60 -60 {496 + 2 * MARGIN} {LONGEST + 2 * MARGIN}"


def test_the_scale_is_as_long_as_it_says():
    made = drawing([[[110.0, -7.0], [110.0, -7.01]]])  # 1,113 m high
    assert made is not None
    units = int(made.scale.rpartition("h")[2])
    assert made.scale_metres == 200
    assert units * 1113.2 / LONGEST == pytest.approx(made.scale_metres, rel=0.01)
    assert not made.is_wide


def test_what_falls_on_one_point_is_a_dot_and_what_has_none_is_nothing():
    made = drawing([[[110.0, -7.0], [110.0, -7.05]], [[110.0, -7.0], [110.000001, -7.0]], []])
    assert made is not None
    assert made.paths[1:] == ("M0,0h0", "")
    assert drawing([]) is None
    assert drawing([[], []]) is None


def test_only_areas_that_are_near_are_drawn_and_names_keep_clear_of_lines():
    far = Outline("Jauh", ([[111.0, -7.0], [111.01, -7.0], [111.0, -7.01]],))
    made = drawing([[[110.004, -7.005], [110.006, -7.005]], [[110.0, -7.0], [110.01, -7.01]]], [SQUARE, far])
    assert made is not None
    assert len(made.ground) == 1
    ((_x, y, name),) = made.names
    assert name == "Desa"
    assert y > 500  # not in the middle, where the lines are


@pytest.fixture
def made(db, now) -> patrol.City:
    made = patrol.city()
    patrol.check(made.segments[0], patrol.wib(16, 9))
    patrol.check(made.segments[1], patrol.wib(25, 9), certain=False)
    patrol.check(made.segments[3], patrol.wib(25, 9))
    return made


def _page(made: patrol.City, address: str) -> str:
    client = client_of(person("ketua", role="rw_head", area=patrol.RW))
    return str(client.get(address).content.decode())


@pytest.mark.parametrize("address", ["/rojak/celah/", "/rojak/celah/{}/"])
def test_pages_stand_with_a_drawing_and_load_no_map_library(made, address: str):
    found = _page(made, address.format(made.post.code))
    kinds = re.findall(r'gap-map__line--([\w-]+)" d="M', found)
    assert kinds == ["terperiksa", "tidak-diketahui", "belum", "belum", "lewat"]
    assert "<title>Lorong L1: terlambat 8 hari</title>" in found
    assert 'role="img"' in found
    assert re.findall(r'(?:src|href)="[^"]*maplibre', found) == []


def test_many_segments_are_one_path_for_each_state(made, monkeypatch):
    monkeypatch.setattr("tidar.rojak.views.coverage.picture.TOLD_ONE_BY_ONE", 4)
    found = _page(made, "/rojak/celah/")
    assert re.findall(r'gap-map__line--([\w-]+)" d="M', found) == ["terperiksa", "tidak-diketahui", "belum", "lewat"]


def test_a_line_drawn_anew_is_drawn_anew(made):
    first = made.segments[0]
    before = segment_map([first.pk])
    first.line = [[110.21, -7.48], [110.22, -7.49], [110.22, -7.5]]
    first.save()
    after = segment_map([first.pk])
    assert before is not None
    assert after is not None
    assert before.paths != after.paths
    first.line = []
    first.save()
    assert segment_map([first.pk]) is None
