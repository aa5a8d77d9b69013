"""Formulas: what they are read as, what they give, what is refused; the vectors are shared with the phone."""

from __future__ import annotations

import pytest

from tests.formulir.vectors import TODAY, VECTORS
from tidar.formulir.rules.expressions import Value, as_text, evaluate, questions_in
from tidar.formulir.rules.formulas import UnableToReadFormula, is_plain_pattern, read_formula

KINDS = {bool: "boolean", str: "string", float: "number"}


def _value(given: object) -> Value:
    return float(given) if isinstance(given, int) else str(given)


@pytest.mark.parametrize("vector", VECTORS["expressions"], ids=lambda vector: vector["formula"])
def test_a_formula_gives_what_the_vectors_say(vector: dict) -> None:
    assert read_formula(vector["formula"], own_name="ini") == vector["tree"]
    given = evaluate(vector["tree"], value_of=lambda name: _value(vector["values"].get(name, "")), today=TODAY)
    assert (KINDS[type(given)], as_text(given)) == (vector["kind"], vector["gives"])


def test_a_point_is_the_question_itself() -> None:
    assert read_formula(". > 0", own_name="jumlah") == [">", ["q", "jumlah"], ["n", "0"]]


def test_a_tree_says_which_questions_it_reads() -> None:
    assert questions_in(read_formula("if(${a} = 1, ${b}, today())", own_name="c")) == {"a", "b"}


REFUSED = {
    "${a} >": "rumus belum selesai.",
    "1 2": "ada “2” yang berlebih.",
    "pulldata('x')": "fungsi “pulldata” tidak dikenal.",
    "(1": "tanda “)” kurang.",
    "selected(${a})": "fungsi “selected” mendapat 1 bagian.",
    "${a} ; 1": "tanda “; 1” tidak dikenal di sini.",
    "'a": "tanda “'a” tidak dikenal di sini.",
    "regex(., ${pola})": "pola regex harus ditulis langsung",
    "regex(., '(a+)+')": "pola regex harus ditulis langsung",
    "-" * 50 + "1": "rumus terlalu dalam.",
    "(" * 50 + "1" + ")" * 50: "rumus terlalu dalam.",
    "1" * 3000: "rumus terlalu panjang.",
    "": "rumus belum selesai.",
}


@pytest.mark.parametrize(("formula", "sentence"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_not_known_is_refused_with_a_sentence(formula: str, sentence: str) -> None:
    with pytest.raises(UnableToReadFormula) as refused:
        read_formula(formula, own_name="x")
    assert refused.value.sentence.startswith(sentence)


@pytest.mark.parametrize(
    "pattern", ["^08[0-9]{8,11}$", r"[A-Za-z0-9._-]{1,40}", r"a|b|\d+", "(ya|tidak) sekali", "[0-9]{16}a?b?c?"]
)
def test_plain_patterns_are_accepted(pattern: str) -> None:
    assert is_plain_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["(a*)*", "(?=a)", r"\1", r"\s", "a{2,1}", "[z-a]", "[a&&b]", "[]", "a)", "(", "a**", ".*.*.*.*", r"a\-b",
     "a?" * 30 + "a" * 30, "a{0,99}a{0,99}a{0,99}a{0,99}b", "a{1,3}a?a*a+", "a{201}", "a{1,201}", "a{300,}",
     "(a|a)" * 30],
)  # fmt: skip
def test_patterns_that_differ_or_never_end_are_refused(pattern: str) -> None:
    assert not is_plain_pattern(pattern)
