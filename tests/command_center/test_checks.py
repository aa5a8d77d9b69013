"""The health strip says what the system found when it checked itself, and layers write values beside markers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.command_center.builders import PART, event, operator
from tidar.command_center.queries import mapping, plan, state
from tidar.command_center.rules import Layer, WallPlan
from tidar.common import clock
from tidar.common.formats import short_number_text
from tidar.lake import api as lake


def test_the_strip_shows_the_ledgers_check(db, home) -> None:
    event("ledger.checked", subject="Buku besar", data={"fault_count": 0})
    (line,) = state.check_lines(at=clock.now())
    assert (line.check.title, line.kind, line.word) == ("Buku besar", "ok", "cocok")
    text = operator().get("/wall/bagian/umpan/", headers=PART).content.decode()
    assert "Buku besar" in text
    assert "cocok" in text


def test_a_broken_or_missed_check_stands_out(db, home) -> None:
    event("ledger.checked", subject="Buku besar", severity=3, data={"fault_count": 2, "faults": ["a", "b"]})
    event("lake.checked", subject="Danau data", data={"fault_count": 0}, at=clock.now() - timedelta(days=2))
    lines = {line.check.title: (line.kind, line.word) for line in state.check_lines(at=clock.now())}
    assert lines == {"Buku besar": ("bad", "2 hal tidak cocok"), "Danau data": ("warn", "belum diperiksa lagi")}
    assert "a; b" in operator().get("/wall/bagian/umpan/", headers=PART).content.decode()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (950, "950"), (1000, "1 rb"), (12_345, "12 rb"), (1_260_000, "1,3 jt"), (3_400_000_000, "3,4 M")],
)
def test_a_value_is_short_beside_its_marker(value: int, text: str) -> None:
    assert short_number_text(value) == text


def test_of_layers_with_one_code_the_first_that_can_be_read_is_shown(db, monkeypatch) -> None:
    row = {"code": "a", "name": "Pasar A", "kind": "pasar", "lon": 110.2, "lat": -7.4}

    class Answer:
        def __init__(self, rows: list[dict[str, object]]) -> None:
            self.to_pylist = lambda: rows

    answers = {"empty": [], "first": [row | {"value": 2_500_000}], "second": [row]}
    monkeypatch.setattr(lake, "read", lambda sql, **_more: Answer(answers[sql]))
    monkeypatch.setattr(lake, "current_version", lambda _table: object())
    layers = tuple(Layer("pasar", "Pasar", sql, (), {}, "Rp{value} hari ini") for sql in ("empty", "first", "second"))
    monkeypatch.setattr(mapping, "plan", lambda: WallPlan(layers=layers))
    assert [(p.label, p.note) for p in mapping.points()] == [("2,5 jt", "Rp2.500.000 hari ini")]
    assert plan.plan().tiles[0] == "penerimaan-retribusi-harian"
