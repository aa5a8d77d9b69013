"""Answers held against their form; the vectors are shared with the phone."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.formulir.vectors import TODAY, VECTORS
from tidar.formulir.rules.answers import Sheet, check, said, shown, typed
from tidar.formulir.rules.xlsform import read_xlsform

FORM = VECTORS["definition"]
DAY = date.fromisoformat(TODAY)
ANYTHING = st.none() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=4)


def test_the_vectors_form_is_read_from_its_xlsform() -> None:
    assert read_xlsform(VECTORS["form"].encode(), file_name="contoh.md").definition == FORM


@pytest.mark.parametrize("vector", VECTORS["checks"], ids=range(len(VECTORS["checks"])))
def test_a_filled_in_form_gives_what_the_vectors_say(vector: dict) -> None:
    checked = check(FORM, vector["answers"], today=DAY, photos=vector.get("photos"))
    assert checked.answers == vector["kept"]
    assert [list(problem) for problem in checked.problems] == vector["problems"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([q["name"] for q in FORM["questions"]]) | st.text(max_size=5), ANYTHING))
def test_any_answers_are_checked_and_checking_what_was_kept_changes_nothing(answers: dict) -> None:
    once = check(FORM, answers, today=DAY)
    again = check(FORM, once.answers, today=DAY)
    assert again.answers == once.answers
    known = {name for name, _sentence in once.problems} & once.answers.keys()
    assert {name for name, _sentence in again.problems} == known


def test_hidden_questions_answer_nothing() -> None:
    assert "banyak" not in shown(FORM, {"ada": "tidak"}, today=DAY)
    assert check(FORM, {"ada": "tidak", "banyak": 3}, today=DAY).answers["banyak"] is None


def test_texts_of_a_browser_become_the_forms_types() -> None:
    texts = {"ada": ["ya"], "banyak": [" 6"], "jenis": ["a", "b"], "luas": [" 2.5 "], "catatan": [""], "kali": ["99"]}
    assert typed(FORM, texts) == {"ada": "ya", "banyak": 6, "jenis": ["a", "b"], "luas": "2.5"}


def test_what_is_no_number_stays_text_and_is_a_problem() -> None:
    answers = typed(FORM, {"ada": ["ya"], "banyak": ["6.5"]})
    assert dict(check(FORM, answers, today=DAY).problems)["banyak"] == "Isi bilangan bulat."


def test_labels_say_what_was_answered() -> None:
    sheet = Sheet(FORM, {"ada": "ya", "banyak": 6, "jenis": ["a", "c"], "luas": "2.5"}, today=DAY)
    assert sheet.words("${ jenis }: ${kali} dari ${ada}, ${tidak}") == "A, C: 15 dari Ya, "
    assert said(FORM, "jenis", ["a", "c"]) == "A, C"
