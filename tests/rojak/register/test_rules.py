"""Pure rules of the register: turns of days, lines, codes, drawings, sheets; tables and properties."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.rojak.rules.codes import ALPHABET, public_code, slug_of, spoken, sticker_code
from tidar.rojak.rules.items import read_item
from tidar.rojak.rules.lines import UnableToDraw, length_metres, read_line, read_point, typed
from tidar.rojak.rules.paper import PaperActivity, PaperCheck, PaperFinding, PaperRound, bodies
from tidar.rojak.rules.program import program_patrol, setting_values, settings_of
from tidar.rojak.rules.roster import Rule, Swap, day_key, turns
from tidar.rojak.rules.sketch import HEIGHT, WIDTH, sketch

ZONE = ZoneInfo("Asia/Jakarta")
BOUNDS = (110.190, -7.516, 110.246, -7.424)
WEEKDAYS = frozenset({1, 2, 3, 4, 5})
CHRISTMAS = date(2026, 12, 25)  # a Friday
LONG_AGO = date(2026, 1, 1)


def _rule(pk: int = 1, day: str = "5", members: tuple[int, ...] = (1, 2), **more: object) -> Rule:
    fields = {"from_date": LONG_AGO, "until_date": None, "starts": time(8, 30), "ends": time(10, 30)} | more
    return Rule(id=pk, day=day, members=tuple((m, LONG_AGO, None) for m in members), **fields)  # type: ignore[arg-type]


def _turns(rules: list[Rule], first: date, last: date, swaps: tuple[Swap, ...] = ()) -> list:
    off = {CHRISTMAS, date(2026, 8, 16)}
    return list(turns(rules, (first, last), swaps=swaps, days_off=off, weekdays=WEEKDAYS, zone=ZONE))


def test_a_weekday_rule_gives_its_turn_every_week_in_the_regions_zone() -> None:
    found = _turns([_rule()], date(2026, 11, 23), date(2026, 12, 6))
    assert [turn.date for turn in found] == [date(2026, 11, 27), date(2026, 12, 4)]
    assert found[0].starts_at == datetime(2026, 11, 27, 8, 30, tzinfo=ZONE)
    assert found[0].member_ids == (1, 2)


def test_a_holiday_goes_before_its_weekday() -> None:
    rules = [_rule(), _rule(2, "libur", (3,), starts=time(8), ends=time(9))]
    assert [(t.rule_id, t.member_ids) for t in _turns(rules, CHRISTMAS, CHRISTMAS)] == [(2, (3,))]
    assert _turns([_rule()], CHRISTMAS, CHRISTMAS) == []


@pytest.mark.parametrize(
    ("day", "key"), [(date(2026, 11, 27), "5"), (CHRISTMAS, "libur"), (date(2026, 8, 16), ""), (date(2026, 8, 15), "6")]
)
def test_a_holiday_without_patrol_has_no_rule(day: date, key: str) -> None:
    assert day_key(day, days_off={CHRISTMAS, date(2026, 8, 16)}, weekdays=WEEKDAYS) == key


def test_a_rule_and_a_member_count_only_while_they_last() -> None:
    friday = date(2026, 11, 27)
    ended = _rule(until_date=date(2026, 11, 26))
    later = _rule(2, from_date=date(2026, 11, 28))
    assert _turns([ended, later], friday, friday) == []
    left = Rule(3, "5", time(8), time(9), LONG_AGO, None, ((1, LONG_AGO, date(2026, 11, 26)), (2, friday, None)))
    assert _turns([left], friday, friday)[0].member_ids == (2,)


def test_an_agreed_swap_changes_that_turn_only_and_names_nobody_twice() -> None:
    swap = Swap(1, date(2026, 11, 27), 1, 9)
    found = _turns([_rule()], date(2026, 11, 27), date(2026, 12, 4), (swap,))
    assert [turn.member_ids for turn in found] == [(9, 2), (1, 2)]
    both = (swap, Swap(1, date(2026, 11, 27), 2, 9))
    assert _turns([_rule()], date(2026, 11, 27), date(2026, 11, 27), both)[0].member_ids == (9,)


LINE = [[110.2145, -7.4869], [110.215, -7.4868]]
SAME = (
    "-7.4869, 110.2145\n-7.4868, 110.2150",
    "-7.4869 110.2145\n\n(-7.4868; 110.2150)",
    "110.2145, -7.4869\n110.2150, -7.4868",  # turned: it can only be the other way round
    json.dumps({"type": "LineString", "coordinates": LINE}),
    json.dumps({"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": LINE}}),
    json.dumps(LINE),
    json.dumps({"type": "LineString", "coordinates": [[*LINE[0], 300.0], LINE[0], LINE[1]]}),  # height, a repeat
)


@pytest.mark.parametrize("text", SAME)
def test_a_line_is_read_however_it_is_written(text: str) -> None:
    assert read_line(text, bounds=BOUNDS) == LINE
    assert read_line(typed(LINE), bounds=BOUNDS) == LINE


NOT_LINES = (
    "x", "-7.4869, 110.2145", "-7.4869, 110.2145\n-7.4869, 110.2145", "0, 0\n1, 1", "{", "[1, 2]",
    '[["a", "b"]]', "[[1]]",
    '{"type": "FeatureCollection", "features": []}', '{"type": "Polygon", "coordinates": []}', '{"type": "Feature"}',
    "[[NaN, NaN], [110.2, -7.4]]", "\n".join(["-7.48, 110.21", "-7.47, 110.22"] * 251), "[" * 50_000, "1" * 70_000,
    '{"type": "LineString", "coordinates": [[1e999, 2], [3, 4]]}',
)  # fmt: skip


@pytest.mark.parametrize("text", NOT_LINES, ids=range(len(NOT_LINES)))
def test_what_is_no_line_of_this_region_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(UnableToDraw) as refused:
        read_line(text, bounds=BOUNDS)
    assert refused.value.sentence.endswith(".")


@given(st.text(max_size=200))
def test_any_text_is_a_line_or_a_sentence(text: str) -> None:
    try:
        line = read_line(text, bounds=BOUNDS)
    except UnableToDraw:
        return
    assert line == [] or len(line) > 1


def test_one_point_or_none() -> None:
    assert read_point(" ", bounds=BOUNDS) is None
    assert read_point("-7.4869, 110.2145", bounds=BOUNDS) == (110.2145, -7.4869)
    for wrong in ("-6.2, 106.8", typed(LINE), "di sana"):
        with pytest.raises(UnableToDraw):
            read_point(wrong, bounds=BOUNDS)


def test_length_by_hand() -> None:
    # 0.001 degrees of latitude on the mean sphere: 6371008.8 × π / 180000 = 111.195 m
    assert length_metres([[110.2, -7.480], [110.2, -7.481], [110.2, -7.480]]) == 222
    assert length_metres([]) == 0


@given(st.binary(min_size=8, max_size=8))
def test_codes_have_no_letters_that_are_mistaken(entropy: bytes) -> None:
    sticker, page = sticker_code(entropy), public_code(entropy)
    assert (len(sticker), len(page)) == (8, 12)
    assert set(sticker + page) <= set(ALPHABET) and not set("ILOU") & set(ALPHABET)
    assert spoken(sticker).replace(" ", "") == sticker


def test_codes_differ_in_every_bit() -> None:
    assert len({sticker_code((1 << n).to_bytes(5, "big")) for n in range(40)}) == 40
    assert slug_of("Kampung Kemiri-Kerep, RW 04!") == "kampung-kemiri-kerep-rw-04"


def test_a_drawing_keeps_proportions_and_stays_in_its_frame() -> None:
    square = [[110.2, -7.48], [110.201, -7.48], [110.201, -7.479], [110.2, -7.479]]
    drawn = sketch([square, []], [(110.2005, -7.4795)])
    assert drawn is not None and drawn.lines[1] == ""
    points = [tuple(map(int, pair.split(","))) for pair in drawn.lines[0].split()]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in [*points, *drawn.spots])
    wide, high = points[1][0] - points[0][0], points[0][1] - points[3][1]
    assert wide == pytest.approx(high * 0.9914, abs=2) and points[0][1] > points[3][1]  # cos 7.48°; north is up
    assert sketch([[]]) is None


def test_a_sheet_becomes_items_that_a_phone_might_have_signed() -> None:
    paper = PaperRound(
        id=uuid.UUID("01900000-0000-7000-8000-000000000001"), date=date(2026, 11, 25), starts=time(8, 30),
        ends=time(10), leader=7, present=(7, 8), note="Aman.\nSepi.",
        checks=(PaperCheck("L01", time(8, 40)), PaperCheck("L02")),
        findings=(PaperFinding("sampah", 2, "L02", "di selokan"), PaperFinding("sampah", 2, "L02", "di selokan")),
        activities=(PaperActivity("penyuluhan", 12, 30),),
    )  # fmt: skip
    made = [read_item(body) for body in bodies(paper, post="kemirirejo-04", rule=3, zone=ZONE)]
    assert [item.kind for item in made] == [
        "round_start", "check", "check", "finding", "finding", "activity", "round_end",
    ]  # fmt: skip
    assert {item.round for item in made[1:]} == {paper.id} and len({item.id for item in made}) == 7
    assert made[1].at == datetime(2026, 11, 25, 8, 40, tzinfo=ZONE) and made[2].at == made[0].at
    again = bodies(paper, post="kemirirejo-04", rule=3, zone=ZONE)
    assert [read_item(body).hash for body in again] == [item.hash for item in made]


def test_settings_that_an_older_version_kept_have_the_engines_values() -> None:
    kept = {"worst_fix_metres": 20, "unknown_number": 3, "activities": []}
    assert (settings_of(kept).worst_fix_metres, settings_of(kept).round_hours) == (20, 4)
    root = Path(__file__).resolve().parents[3]
    for program in ("rojak", "rojak-sungai"):
        read = program_patrol((root / "programs" / program / "patrol.toml").read_text(encoding="utf-8"))
        assert settings_of(setting_values(read)) == read.settings
