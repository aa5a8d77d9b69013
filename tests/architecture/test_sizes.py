"""Sizes of functions, files and templates stay within the limits of CONTRIBUTING.md; exceptions may only shrink."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES, FUNCTION_LINES, TEST_FUNCTION_LINES, TEMPLATE_LINES, SCRIPT_LINES, ARGUMENTS = 500, 60, 40, 250, 250, 6

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

# path or path::function → today's size. A new entry needs a reason in the commit; a smaller size must be written down.
EXCEPTIONS: dict[str, int] = {}


def _python() -> Iterator[Path]:
    for folder in ("tidar", "tests", "bench"):
        yield from (p for p in (ROOT / folder).rglob("*.py") if "migrations" not in p.parts)


def _over() -> dict[str, int]:
    return _long_files() | _long_functions() | _long_pages()


def _long_files() -> dict[str, int]:
    counts = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in _python()}
    return {name: count for name, count in counts.items() if count > FILE_LINES}


def _long_functions() -> dict[str, int]:
    found: dict[str, int] = {}
    for path in _python():
        name = str(path.relative_to(ROOT))
        limit = TEST_FUNCTION_LINES if name.startswith("tests/") and "/test_" in name else FUNCTION_LINES
        functions = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, FUNCTIONS)]
        sizes = {f"{name}::{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
        found |= {key: lines for key, lines in sizes.items() if lines > limit}
    return found


def _long_pages() -> dict[str, int]:
    found: dict[str, int] = {}
    for pattern, limit in (("*.html", TEMPLATE_LINES), ("*.js", SCRIPT_LINES)):
        for path in [*(ROOT / "ui").rglob(pattern), *(ROOT / "tidar").rglob(pattern)]:
            if not {"vendor", "built"} & set(path.parts) and (count := path.read_text().count("\n")) > limit:
                found[str(path.relative_to(ROOT))] = count
    return found


def test_nothing_is_larger_than_its_limit() -> None:
    assert {name: size for name, size in _over().items() if size > EXCEPTIONS.get(name, 0)} == {}


def test_exceptions_only_shrink() -> None:
    over = _over()
    assert {name: over.get(name, 0) for name in EXCEPTIONS} == EXCEPTIONS


def test_no_function_takes_many_arguments() -> None:
    wide = []
    for path in _python():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and path.parts[-1] != "conftest.py":
                names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
                if len([n for n in names if n not in ("self", "cls")]) > ARGUMENTS and "tests" not in path.parts:
                    wide.append(f"{path.relative_to(ROOT)}::{node.name}")
    assert wide == []


def test_no_shapeless_module_names() -> None:
    banned = {"utils.py", "helpers.py", "misc.py", "manager.py", "service.py", "services.py", "util.py"}
    assert [str(p.relative_to(ROOT)) for p in _python() if p.name in banned] == []
