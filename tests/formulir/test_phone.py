"""The phone's side of forms, run in a browser: the shared vectors, and random formulas against Python."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, sync_playwright

from tests.browser import ARGUMENTS, executable
from tests.formulir.vectors import TODAY, VECTORS
from tidar.formulir.rules.answers import Sheet, check
from tidar.formulir.rules.expressions import ARITY, as_text, evaluate

pytestmark = pytest.mark.journey
MODULE = Path(__file__).resolve().parents[2] / "ui" / "static" / "lapangan" / "formulir.js"
ENDED = "window.formulir = { evaluate, asText, check, Sheet };"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        opened = browser.new_page()
        opened.add_script_tag(content=MODULE.read_text() + ENDED, type="module")
        opened.wait_for_function("window.formulir")
        yield opened
        browser.close()


def _evaluated(page: Page, cases: list[Any]) -> list[list[str]]:
    """[type, text] of each (tree, values)."""
    return page.evaluate(
        """([cases, today]) => cases.map(([tree, values]) => {
            const given = formulir.evaluate(tree, (name) => values[name] ?? "", today);
            return [typeof given, formulir.asText(given)];
        })""",
        [cases, TODAY],
    )


def test_formulas_give_what_the_vectors_say(page: Page) -> None:
    vectors = VECTORS["expressions"]
    got = _evaluated(page, [[vector["tree"], vector["values"]] for vector in vectors])
    assert got == [[vector["kind"], vector["gives"]] for vector in vectors]


def test_filled_in_forms_give_what_the_vectors_say(page: Page) -> None:
    got = page.evaluate(
        "([form, checks, today]) => checks.map((one) => formulir.check(form, one.answers, today, one.photos ?? null))",
        [VECTORS["definition"], VECTORS["checks"], TODAY],
    )
    assert got == [{"answers": one["kept"], "problems": one["problems"]} for one in VECTORS["checks"]]


NUMBERS = st.sampled_from(["0", "1", "2.5", "10", ".5", "0.1", "1000000", "123456789012345678", "0.000000012"])
TEXTS = st.sampled_from(["", "a", "a b", " 12 ", "-3.5", "2026-11-25", "2026-02-30", "NaN", "x🌊y", "0"]) | st.text(
    max_size=4
)
LEAVES = st.one_of(
    st.builds(lambda text: ["n", text], NUMBERS),
    st.builds(lambda text: ["s", text], TEXTS),
    st.sampled_from([["q", "angka"], ["q", "teks"], ["q", "pilihan"], ["q", "kosong"], ["today"], ["true"], ["false"]]),
)
HEADS = sorted(head for head, (least, _most) in ARITY.items() if least and head != "regex")


def _branches(children: st.SearchStrategy[list]) -> st.SearchStrategy[list]:
    def parts(head: str) -> st.SearchStrategy[list]:
        least, most = ARITY[head]
        return st.lists(children, min_size=least, max_size=min(most, 3)).map(lambda found: [head, *found])

    return st.sampled_from(HEADS).flatmap(parts)


VALUES = {"angka": 7, "teks": "RW 04", "pilihan": "a c", "kosong": ""}


def _here(tree: list) -> list[str]:
    found = evaluate(tree, value_of=lambda name: float(v) if isinstance(v := VALUES[name], int) else v, today=TODAY)
    return [{bool: "boolean", str: "string", float: "number"}[type(found)], as_text(found)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees=st.lists(st.recursive(LEAVES, _branches, max_leaves=8), min_size=20, max_size=40))
def test_random_formulas_give_the_same_here_and_there(page: Page, trees: list) -> None:
    there = _evaluated(page, [[tree, VALUES] for tree in trees])
    for tree, got in zip(trees, there, strict=True):
        assert got == _here(tree), json.dumps(tree)


ANSWERS = (
    st.none() | st.integers(-(10**13), 10**13) | TEXTS | st.lists(st.sampled_from(["a", "b", "c", "x"]), max_size=4)
)
FILLED = st.dictionaries(
    st.sampled_from([q["name"] for q in VECTORS["definition"]["questions"]]),
    ANSWERS | st.sampled_from(["ya", "tidak", 6, "2.5"]),
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(filled=st.lists(FILLED, min_size=10, max_size=30))
def test_random_answers_are_checked_the_same_here_and_there(page: Page, filled: list) -> None:
    form = VECTORS["definition"]
    there = page.evaluate(
        "([form, filled, today]) => filled.map((one) => formulir.check(form, one, today))", [form, filled, TODAY]
    )
    for answers, got in zip(filled, there, strict=True):
        here = check(form, answers, today=date.fromisoformat(TODAY))
        assert got["answers"] == here.answers
        assert sorted(map(tuple, got["problems"])) == sorted(here.problems)


def test_numbers_without_exponent_are_the_same_here_and_there(page: Page) -> None:
    numbers = [10.0**power * digit for power in range(-30, 31) for digit in (1, 1.5, -7.25, math.pi)]
    there = page.evaluate("(numbers) => numbers.map(formulir.asText)", numbers)
    assert there == [as_text(number) for number in numbers]


def test_labels_say_the_same_here_and_there(page: Page) -> None:
    answers = {"ada": "ya", "banyak": 6, "jenis": ["a", "c"], "luas": "2.5"}
    label = "${ jenis }: ${kali} dari ${ada}, ${tidak} ${banyak}"
    there = page.evaluate(
        "([form, answers, label, today]) => new formulir.Sheet(form, answers, today).words(label)",
        [VECTORS["definition"], answers, label, TODAY],
    )
    assert there == Sheet(VECTORS["definition"], answers, today=date.fromisoformat(TODAY)).words(label)
    assert there == "A, C: 15 dari Ya,  6"
