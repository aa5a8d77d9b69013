"""What a form computes: a small tree that runs here and on the phone with the same answer.

A tree is a nested list: its head, then its parts.

| head | parts | gives |
|---|---|---|
| `q` | name | the answer: a number for numeric questions, else text (several choices joined by spaces); blank is "" |
| `s`, `n` | text | that text; the number so written |
| `and or not true false boolean` | trees | truth; text is true unless blank, a number unless 0 or not a number |
| `= != < <= > >=` | two | as XPath 1.0, section 3.4: truth before number before text; order always by number |
| `+ - * div mod neg` | trees | IEEE 754 doubles; `mod` keeps the sign of the dividend |
| `if coalesce string number int round abs min max` | trees | `round` half up, to at most 9 places; `int` towards zero |
| `selected selected-at count-selected` | list, … | over choices that are joined by spaces; places count from 0 |
| `string-length contains starts-with ends-with concat substr normalize-space` | trees | over characters (code points) |
| `regex` | text, pattern | the whole text matches; texts over 200 characters never do |
| `today` | – | the day of answering, "2026-11-25" |

`concat` gives at most 10,000 characters; what is beyond them is left out.

A text that is a day counts as days since 1970-01-01 where a number is asked (as JavaRosa does), so days can be compared
and subtracted. `ui/static/lapangan/formulir.js` is the same in JavaScript; both run `tests/formulir/vectors.json`.
Sources: XPath 1.0 (W3C), ODK XForms specification, section "XPath functions". Pure: no clock, no database.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

Tree = list[Any]
Value = str | float | bool
NUMBER = re.compile(r"[ \t\r\n]*(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))[ \t\r\n]*")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EPOCH = date(1970, 1, 1).toordinal()
LONGEST_MATCHED = 200
LONGEST_JOINED = 10_000  # characters that `concat` gives; what is beyond is left out
SPACES = re.compile(r"[ \t\r\n]+")


def evaluate(tree: Tree, *, value_of: Callable[[str], Value], today: str) -> Value:
    """What the tree gives; `value_of` answers for a question, `today` is the day of answering ("2026-11-25")."""
    head, *parts = tree
    if head == "q":
        return value_of(parts[0])
    if head in ("s", "n"):
        return parts[0] if head == "s" else as_number(parts[0])
    if head == "today":
        return today
    return OPERATIONS[head](*(evaluate(part, value_of=value_of, today=today) for part in parts))


def as_boolean(value: Value) -> bool:
    """Whether a value counts as true."""
    if isinstance(value, bool):
        return value
    return value != "" if isinstance(value, str) else not (value == 0 or math.isnan(value))


def as_number(value: Value) -> float:
    """A value as a number; not a number where it is none."""
    if not isinstance(value, str):
        return float(value)
    if found := NUMBER.fullmatch(value):
        return float(found[1])
    return _days(value) if DAY.fullmatch(value) else math.nan


def as_text(value: Value) -> str:
    """A value as text; numbers without exponent, whole ones without a point."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return format(Decimal(repr(value)), "f").removesuffix(".0") if value != 0 else "0"


def _days(day: str) -> float:
    try:
        return float(date.fromisoformat(day).toordinal() - EPOCH)
    except ValueError:
        return math.nan


def _equal(a: Value, b: Value) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return as_boolean(a) == as_boolean(b)
    if isinstance(a, str) and isinstance(b, str):
        return a == b
    return as_number(a) == as_number(b)


def _divided(a: Value, b: Value) -> float:
    above, below = as_number(a), as_number(b)
    if below != 0:
        return above / below
    if above == 0 or math.isnan(above) or math.isnan(below):
        return math.nan
    return math.copysign(math.inf, above) * math.copysign(1.0, below)


def _remainder(a: Value, b: Value) -> float:
    left, right = as_number(a), as_number(b)
    return math.nan if right == 0 or math.isinf(left) or math.isnan(right) else math.fmod(left, right)


def _multiplied(a: Value, b: Value) -> float:
    return as_number(a) * as_number(b)


def _whole(a: Value) -> float:
    number = as_number(a)
    return number if math.isnan(number) or math.isinf(number) else float(math.trunc(number))


def _rounded(a: Value, places: Value = 0.0) -> float:
    number, count = as_number(a), as_number(places)
    if math.isnan(number) or math.isinf(number) or math.isnan(count):
        return math.nan if math.isnan(count) else number
    scale = 10.0 ** int(min(9.0, max(0.0, count)))
    scaled = number * scale
    if math.isinf(scaled):
        return number
    below = math.floor(scaled)
    return float(below if scaled - below < 0.5 else below + 1) / scale


def _least(*values: Value) -> float:
    numbers = [as_number(value) for value in values]
    return math.nan if not numbers or any(math.isnan(n) for n in numbers) else min(numbers)


def _most(*values: Value) -> float:
    return -_least(*(-as_number(value) for value in values)) if values else math.nan


def _split(value: Value) -> list[str]:
    return [part for part in SPACES.split(as_text(value)) if part]


def _chosen_at(value: Value, place: Value) -> str:
    chosen, number = _split(value), as_number(place)
    return chosen[int(number)] if 0 <= number < len(chosen) else ""


def _part(value: Value, start: Value, end: Value | None = None) -> str:
    text = as_text(value)
    first, last = _place(start, len(text)), len(text) if end is None else _place(end, len(text))
    return text[first:last] if first < last else ""


def _place(value: Value, length: int) -> int:
    number = as_number(value)
    if math.isnan(number):
        return 0
    whole = number if math.isinf(number) else math.trunc(number)
    return int(min(length, max(0, whole + length if whole < 0 else whole)))


def _matches(value: Value, pattern: Value) -> bool:
    text = as_text(value)
    return len(text) <= LONGEST_MATCHED and re.fullmatch(same_pattern(as_text(pattern)), text, re.ASCII) is not None


def same_pattern(pattern: str) -> str:
    """The pattern with a dot that means the same here as in JavaScript: any character but the four line ends."""
    return re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]|\.", lambda m: r"[^\n\r\u2028\u2029]" if m[0] == "." else m[0], pattern)


def _coalesced(*values: Value) -> Value:
    return next((value for value in values if as_text(value) != ""), "")


def _chosen(condition: Value, yes: Value, no: Value) -> Value:
    return yes if as_boolean(condition) else no


OPERATIONS: Mapping[str, Callable[..., Value]] = {
    "and": lambda *values: all(as_boolean(value) for value in values),
    "or": lambda *values: any(as_boolean(value) for value in values),
    "not": lambda a: not as_boolean(a),
    "true": lambda: True,
    "false": lambda: False,
    "boolean": as_boolean,
    "=": _equal,
    "!=": lambda a, b: not _equal(a, b),
    "<": lambda a, b: as_number(a) < as_number(b),
    "<=": lambda a, b: as_number(a) <= as_number(b),
    ">": lambda a, b: as_number(a) > as_number(b),
    ">=": lambda a, b: as_number(a) >= as_number(b),
    "+": lambda a, b: as_number(a) + as_number(b),
    "-": lambda a, b: as_number(a) - as_number(b),
    "*": _multiplied,
    "div": _divided,
    "mod": _remainder,
    "neg": lambda a: -as_number(a),
    "if": _chosen,
    "coalesce": _coalesced,
    "string": as_text,
    "number": as_number,
    "int": _whole,
    "round": _rounded,
    "abs": lambda a: abs(as_number(a)),
    "min": _least,
    "max": _most,
    "selected": lambda a, b: SPACES.sub("", as_text(b)) != "" and as_text(b).strip(" \t\r\n") in _split(a),
    "selected-at": _chosen_at,
    "count-selected": lambda a: float(len(_split(a))),
    "string-length": lambda a: float(len(as_text(a))),
    "contains": lambda a, b: as_text(b) in as_text(a),
    "starts-with": lambda a, b: as_text(a).startswith(as_text(b)),
    "ends-with": lambda a, b: as_text(a).endswith(as_text(b)),
    "concat": lambda *values: "".join(as_text(value) for value in values)[:LONGEST_JOINED],
    "substr": _part,
    "normalize-space": lambda a: " ".join(_split(a)),
    "regex": _matches,
}

# How many parts each may have: (least, most).
ARITY: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(("and", "or", "concat", "coalesce", "min", "max"), (1, 20)),
    **dict.fromkeys(("not", "boolean", "neg", "string", "number", "int", "abs"), (1, 1)),
    **dict.fromkeys(("count-selected", "string-length", "normalize-space"), (1, 1)),
    **dict.fromkeys(("true", "false", "today"), (0, 0)),
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod"), (2, 2)),
    **dict.fromkeys(("selected", "selected-at", "contains", "starts-with", "ends-with", "regex"), (2, 2)),
    "if": (3, 3),
    "round": (1, 2),
    "substr": (2, 3),
}


def questions_in(tree: Tree) -> frozenset[str]:
    """The names of the questions that a tree reads."""
    if tree[0] == "q":
        return frozenset((tree[1],))
    return frozenset().union(*(questions_in(part) for part in tree[1:] if isinstance(part, list)))
