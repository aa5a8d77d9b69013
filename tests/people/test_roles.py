"""The table of roles: complete, consistent, and least privilege where it matters."""

from __future__ import annotations

import pytest

from tidar.people.roles import ALL_ROLES, PERMISSIONS, ROLES, roles_with

EXPECTED = {
    "administrator", "walidata", "producer", "operator", "leader", "treasurer", "collector", "rw_head", "patrol",
    "resident", "public", "market_head", "levy_officer", "levy_signer", "auditor", "lurah", "follow_up",
}  # fmt: skip


def test_every_role_of_the_city_is_there_once() -> None:
    assert {r.key for r in ALL_ROLES} == EXPECTED
    assert len(ALL_ROLES) == len(EXPECTED)


@pytest.mark.parametrize("role", ALL_ROLES, ids=lambda r: r.key)
def test_a_role_names_only_known_permissions_and_none_twice(role) -> None:
    named = [*role.here, *role.everywhere]
    assert set(named) <= set(PERMISSIONS)
    assert len(named) == len(set(named))
    assert str(role.title) and str(role.purpose)


@pytest.mark.parametrize("role", ALL_ROLES, ids=lambda r: r.key)
def test_scoped_permissions_need_something_to_be_scoped_to(role) -> None:
    assert not role.here or "required" in (role.agency, role.area)


def test_every_permission_is_held_by_some_role() -> None:
    assert all(roles_with(p) for p in PERMISSIONS)


def test_nobody_who_takes_money_also_books_it_and_nobody_who_assesses_signs() -> None:
    for one, other in (("levies.collect", "levies.treasury"), ("levies.assess", "levies.sign")):
        both = {r.key for r in roles_with(one)} & {r.key for r in roles_with(other)}
        assert both <= {"administrator"}


def test_the_auditor_reads_everything_of_levies_and_changes_nothing() -> None:
    auditor = ROLES["auditor"].permissions
    assert {"levies.see", "levies.lead", "audit.read"} <= auditor
    changing = {"register", "tariffs", "assess", "sign", "collect", "treasury", "supervise"}
    assert not auditor & {f"levies.{verb}" for verb in changing}


def test_only_administrators_administer_people() -> None:
    assert [r.key for r in roles_with("people.administer")] == ["administrator"]


def test_leaders_residents_and_the_public_can_change_nothing() -> None:
    writing = {"people.administer", "hub.deliver", "hub.administer"}
    for key in ("leader", "operator", "resident", "public", "patrol", "rw_head"):
        assert not ROLES[key].permissions & writing


def test_a_producer_delivers_only_for_its_agency() -> None:
    assert "hub.deliver" in ROLES["producer"].here
    assert ROLES["producer"].agency == "required"


def test_the_public_role_is_not_given() -> None:
    assert not ROLES["public"].given
    assert ROLES["public"].permissions == frozenset()
