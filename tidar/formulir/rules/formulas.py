"""Formulas as XLSForm writes them ("${jumlah} > 0 and selected(., 'a')") read into trees.

The part of XPath 1.0 that forms use: questions, texts, numbers, operators and the functions of
`tidar.formulir.rules.expressions`. What is not known is refused with a sentence, never left out. Pure.
"""

from __future__ import annotations

import re
from typing import NoReturn

from tidar.common.errors import UnableTo
from tidar.formulir.rules.expressions import ARITY, LONGEST_MATCHED, Tree

LONGEST, DEEPEST = 2_000, 40
MOST_WAYS = 3
TOKEN = re.compile(
    r"""\s*(?:(?P<question>\$\{\s*[A-Za-z_][\w.-]*\s*\})|(?P<text>'[^']*'|"[^"]*")|(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    |(?P<name>[A-Za-z_][\w-]*)|(?P<sign><=|>=|!=|[=<>+*(),.-]))""",
    re.VERBOSE | re.ASCII,
)
LEVELS = (("or",), ("and",), ("=", "!="), ("<=", ">=", "<", ">"), ("+", "-"), ("*", "div", "mod"))
FUNCTIONS = frozenset(ARITY) - {"and", "or", "neg", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod"}
Token = tuple[str, str]
END: Token = ("end", "")
# A pattern that both Python and JavaScript read the same way, and neither for long.
PATTERN_PART = re.compile(r"\\[dw./+*?()\[\]{}|^$\\]|\[\^?(?:\\[dw./+*?()\[\]{}|^$\\-]|[^\]\\\[])+\]|[^\\\[\](){}*+?|]")
DOUBLED = re.compile(r"&&|\|\||~~|--")  # reserved for set operations inside brackets
PATTERN_COUNT = re.compile(r"\{[0-9]{1,3}(?:,(?:[0-9]{1,3})?)?\}|[*+?]")


class UnableToReadFormula(UnableTo):
    """The formula is not one that a form of ours can run."""


def read_formula(text: str, *, own_name: str) -> Tree:
    """The tree of a formula; `.` is the question `own_name` itself. Raises `UnableToReadFormula`."""
    if len(text) > LONGEST:
        _refuse("rumus terlalu panjang.")
    return _Reader(_tokens(text), own_name).whole()


def _refuse(sentence: str) -> NoReturn:
    raise UnableToReadFormula(sentence)


def _tokens(text: str) -> list[Token]:
    tokens, place, end = [], 0, len(text.rstrip())
    while place < end:
        found = TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            _refuse(f"tanda “{text[place:].strip()[:10]}” tidak dikenal di sini.")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        place = found.end()
    return tokens


class _Reader:
    """Recursive descent over tokens; one method per level of the grammar."""

    def __init__(self, tokens: list[Token], own_name: str) -> None:
        self.tokens, self.place, self.depth, self.own_name = tokens, 0, 0, own_name

    def whole(self) -> Tree:
        tree = self.level(0)
        if self.next != END:
            _refuse(f"ada “{self.next[1]}” yang berlebih.")
        return tree

    @property
    def next(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else END

    def take(self) -> Token:
        token = self.next
        self.place += 1
        return token

    def must(self, sign: str) -> None:
        if self.take() != ("sign", sign):
            _refuse(f"tanda “{sign}” kurang.")

    def level(self, number: int) -> Tree:
        if number == len(LEVELS):
            return self.negated()
        tree = self.level(number + 1)
        while self.next[1] in LEVELS[number] and self.next[0] in ("sign", "name"):
            head = self.take()[1]
            tree = [head, tree, self.level(number + 1)]
        return tree

    def negated(self) -> Tree:
        self.depth += 1
        if self.depth > DEEPEST:
            _refuse("rumus terlalu dalam.")
        minus = self.next == ("sign", "-")
        if minus:
            self.take()
        tree = ["neg", self.negated()] if minus else self.single()
        self.depth -= 1
        return tree

    def single(self) -> Tree:
        kind, written = self.take()
        if kind == "question":
            return ["q", written[2:-1].strip()]
        if kind == "text":
            return ["s", written[1:-1]]
        if kind == "number":
            return ["n", written]
        if kind == "name":
            return self.function(written)
        return self.other(written)

    def other(self, sign: str) -> Tree:
        if sign == ".":
            return ["q", self.own_name]
        if sign == "(":
            tree = self.level(0)
            self.must(")")
            return tree
        return _refuse(f"ada “{sign}” di tempat yang tidak semestinya." if sign else "rumus belum selesai.")

    def function(self, name: str) -> Tree:
        if name not in FUNCTIONS:
            _refuse(f"fungsi “{name}” tidak dikenal.")
        self.must("(")
        parts: list[Tree] = []
        while self.next != ("sign", ")"):
            parts.append(self.level(0))
            if self.next != ("sign", ","):
                break
            self.take()
        self.must(")")
        least, most = ARITY[name]
        if not least <= len(parts) <= most:
            _refuse(f"fungsi “{name}” mendapat {len(parts)} bagian.")
        if name == "regex":
            _must_be_pattern(parts[1])
        return [name, *parts]


def _must_be_pattern(tree: Tree) -> None:
    """A pattern is written out and plain: no repeated groups, at most three places where it may go several ways."""
    if tree[0] != "s" or not is_plain_pattern(tree[1]):
        _refuse("pola regex harus ditulis langsung dan sederhana: huruf, [kelompok], \\d, dan {jumlah}.")


def is_plain_pattern(pattern: str) -> bool:
    """Whether a pattern means the same in Python and JavaScript and is quick on any text.

    Each variable count (`*`, `+`, `?`, `{1,5}`) and each group multiplies the ways that a text can be
    tried: there are at most three of them.
    """
    place = depth = ways = 0
    may_count = False
    while place < len(pattern):
        if pattern[place] in "()|":
            depth += {"(": 1, ")": -1}.get(pattern[place], 0)
            ways += pattern[place] == "("
            place, may_count = place + 1, False
        elif may_count and (count := PATTERN_COUNT.match(pattern, place)):
            bounds = [int(number) for number in re.findall("[0-9]+", count[0])]
            if max(bounds, default=0) > LONGEST_MATCHED:
                return False
            ways += _is_variable(count[0], bounds)
            place, may_count = count.end(), False
        elif part := PATTERN_PART.match(pattern, place):
            place, may_count = part.end(), part[0] not in "^$"
        else:
            return False
        if depth < 0:
            return False
    return depth == 0 and ways <= MOST_WAYS and not DOUBLED.search(pattern) and _compiles(pattern)


def _is_variable(count: str, bounds: list[int]) -> bool:
    return count in ("*", "+", "?") or (bounds[0] != bounds[1] if len(bounds) == 2 else count.endswith(",}"))


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern, re.ASCII)
    except re.error:
        return False
    return True


def formula_text(tree: Tree) -> str:
    """A tree as XLSForm writes it; reading it gives the same tree again."""
    return _written(tree, 0)


def _written(tree: Tree, outer: int) -> str:
    head, *parts = tree
    if head == "q":
        return f"${{{parts[0]}}}"
    if head == "n":
        return str(parts[0])
    if head == "s":
        return f'"{parts[0]}"' if "'" in parts[0] else f"'{parts[0]}'"
    if head == "neg":
        return "-" + _written(parts[0], len(LEVELS))
    level = next((number for number, heads in enumerate(LEVELS) if head in heads), None)
    if level is None:
        return f"{head}(" + ", ".join(_written(part, 0) for part in parts) + ")"
    joined = f"{_written(parts[0], level)} {head} {_written(parts[1], level + 1)}"
    return f"({joined})" if level < outer else joined
