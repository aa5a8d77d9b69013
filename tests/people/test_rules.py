"""When an assignment is in force, what it grants, how a change reads, what a spreadsheet may not run."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.common.actor import Actor, Grant
from tidar.people import rules

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("from_offset", "until_offset", "expected"),
    [(0, None, True), (0, 0, True), (-5, 0, True), (-5, -1, False), (1, None, False), (1, 9, False), (-5, 9, True)],
)
def test_both_days_of_an_assignment_count(from_offset: int, until_offset: int | None, expected: bool) -> None:
    until = None if until_offset is None else DAY + timedelta(until_offset)
    assert rules.is_in_force(from_date=DAY + timedelta(from_offset), until_date=until, today=DAY) is expected


def held(**changes: object) -> rules.Held:
    values = {"here": ("a",), "everywhere": ("b",), "agency": "", "area": "", "from_date": DAY, "until_date": None}
    return rules.Held(**(values | changes))  # type: ignore[arg-type]


def test_scoped_permissions_carry_agency_and_area_and_the_others_do_not() -> None:
    grants = rules.grants_of([held(agency="dishub", area="33.71")], today=DAY)
    assert grants == {Grant("a", agency="dishub", area="33.71"), Grant("b")}


def test_a_role_that_is_over_grants_nothing() -> None:
    assert (
        rules.grants_of([held(from_date=DAY - timedelta(9), until_date=DAY - timedelta(1))], today=DAY) == frozenset()
    )


@pytest.mark.parametrize(
    ("area", "allowed"),
    [("33.71.03", True), ("33.71.03.1001", True), ("33.71.03.1001.04", True), ("33.71.030", False), ("33.71", False),
     ("33.71.02", False)],
)  # fmt: skip
def test_an_area_covers_what_lies_in_it_and_nothing_else(area: str, allowed: bool) -> None:
    grants = rules.grants_of([held(area="33.71.03")], today=DAY)
    assert Actor(kind="user", id="1", name="x", grants=grants).may("a", area=area) is allowed


@given(st.text())
def test_no_exported_cell_can_be_a_formula(text: str) -> None:
    safe = rules.spreadsheet_safe(text)
    assert not safe.startswith(rules.FORMULA_STARTS)
    assert safe.removeprefix("'") == text or safe == text


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert rules.spreadsheet_safe(text) == f"'{text}"


def test_differences_name_new_gone_changed_and_same_fields() -> None:
    found = rules.differences({"a": 1, "b": 2, "d": 4}, {"a": 1, "b": 3, "c": True})
    assert [(d.field, d.before, d.after, d.kind) for d in found] == [
        ("a", "1", "1", "same"), ("b", "2", "3", "changed"), ("c", "—", "ya", "new"), ("d", "4", "—", "gone"),
    ]  # fmt: skip


def test_a_digest_is_sha256_in_hex() -> None:
    assert rules.digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_device_is_named_by_browser_and_system() -> None:
    agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"
    assert rules.device_name(agent) == "Chrome · Android"
    assert rules.device_name("curl/8") == ""
