"""Identifiers, actors, formats, audit: the words everything else uses."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.common import audit, formats
from tidar.common.actor import PUBLIC, Actor, Grant, system
from tidar.common.errors import UnableToAllow
from tidar.common.ids import uuid7
from tidar.common.models import AuditEntry
from tidar.common.money import rupiah_text

AT = datetime(2026, 11, 24, 3, 0, tzinfo=timezone.utc)


def test_uuid7_has_version_variant_and_time() -> None:
    made = uuid7(1_764_000_000_000)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == 1_764_000_000_000


@given(st.lists(st.integers(0, 2**47), min_size=2, unique=True))
def test_uuid7_sorts_by_time(stamps: list[int]) -> None:
    assert [u.int >> 80 for u in sorted(uuid7(s) for s in stamps)] == sorted(stamps)


def test_uuid7_is_unique_within_a_millisecond() -> None:
    assert len({uuid7(1) for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    ("agency", "area", "allowed"),
    [
        (None, None, True),
        ("dishub", None, True),
        ("dpupr", None, False),
        ("dishub", "33.71.01", True),
        ("dishub", "33.71.01.1003", True),
        ("dishub", "33.71.011", False),
        ("dishub", "33.71", False),
    ],
)
def test_a_grant_covers_its_agency_and_area_with_all_below(agency, area, allowed) -> None:
    actor = Actor("user", "1", "Sari", frozenset({Grant("hub.deliver", "dishub", "33.71.01")}))
    assert actor.may("hub.deliver", agency=agency, area=area) is allowed


def test_the_public_may_nothing_and_the_system_everything() -> None:
    assert not PUBLIC.may("wall.see")
    assert system("x").may("anything", agency="a", area="b")
    with pytest.raises(UnableToAllow):
        PUBLIC.must("wall.see")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234567, None, "1.234.567"),
        (Decimal("1234.5"), 1, "1.234,5"),
        (0.25, None, "0,25"),
        (None, None, "—"),
        (-5, 0, "-5"),
    ],
)
def test_numbers_as_indonesians_write_them(value, decimals, text) -> None:
    assert formats.number_text(value, decimals=decimals) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(5, "5 detik"), (61, "1 menit"), (7200, "2 jam"), (200_000, "2 hari"), (-3, "0 detik")]
)
def test_ages(seconds, text) -> None:
    assert formats.age_text(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(1, "1 second"), (61, "1 minute"), (7200, "2 hours"), (-3, "0 seconds")])
def test_ages_in_english(seconds, text) -> None:
    assert formats.age_text(seconds, language="en") == text


@pytest.mark.parametrize(
    ("period", "indonesian", "english"),
    [
        ("2026", "2026", "2026"),
        ("2026-05", "Mei 2026", "May 2026"),
        ("2026-08-04", "4 Agustus 2026", "4 August 2026"),
        ("2026-13", "2026-13", "2026-13"),
        ("triwulan 1", "triwulan 1", "triwulan 1"),
        ("", "", ""),
    ],
)
def test_periods_in_words(period, indonesian, english) -> None:
    assert formats.period_text(period) == indonesian
    assert formats.period_text(period, language="en") == english


@pytest.mark.parametrize(
    ("size", "text"), [(999, "999 B"), (1500, "1,5 kB"), (105_000_000, "105,0 MB"), (3e12, "3.000,0 GB")]
)
def test_sizes(size, text) -> None:
    assert formats.size_text(int(size)) == text


def test_money_is_whole_and_signed() -> None:
    assert (rupiah_text(1234567), rupiah_text(-5000)) == ("Rp1.234.567", "−Rp5.000")


@pytest.mark.django_db
def test_an_audit_entry_masks_secrets() -> None:
    audit.record(
        "x.made", by=system("t"), at=AT, subject=("x", "1"), after={"token": "abc", "nik": "33", "nama": "Sari"}
    )
    assert AuditEntry.objects.get().after == {"token": "•••", "nik": "•••", "nama": "Sari"}


@pytest.mark.django_db
def test_an_audit_entry_masks_secrets_that_lie_deeper() -> None:
    deeper = {"row": {"nik": "3371", "rt": 2}, "people": [{"password": "x", "name": "Sari"}, 7]}
    audit.record("x.y", by=system("uji"), at=AT, subject=("x", "1"), after=deeper)
    kept = AuditEntry.objects.get().after
    assert kept == {"row": {"nik": "•••", "rt": 2}, "people": [{"password": "•••", "name": "Sari"}, 7]}
