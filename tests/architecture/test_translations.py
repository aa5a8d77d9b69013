"""Every text on the screens has an English translation, and the compiled catalogue is the one in the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import templatize

Key = tuple[str, str]  # context, Indonesian text

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tidar" / "locale" / "en" / "LC_MESSAGES"
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
LITERAL = r"(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}")
COMMANDS = "Run the two commands of docs/translations.md and translate the new entries. No texts within f-strings."


@cache
def _source() -> polib.POFile:
    return polib.pofile(str(FOLDER / "django.po"))


def _key(entry: polib.POEntry) -> Key:
    return (entry.msgctxt or "", entry.msgid)


def _texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def _of_code(text: str) -> Iterator[Key]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if words:
                yield (words[0], words[1]) if node.func.id.startswith("p") else ("", words[0])


def _of_template(text: str) -> Iterator[Key]:
    """What Django itself would look up: its own reading of the tags, turned into Python calls."""
    calls = templatize(text)
    for match in re.finditer(rf"\b(?:_|n?gettext|n?(p)gettext)\(u?({LITERAL})(?:, *u?({LITERAL}))?", calls):
        with_context, first, second = match.groups()
        words = ast.literal_eval(first)
        yield (words, ast.literal_eval(second)) if with_context else ("", words)


def _used() -> Iterator[tuple[Key, str]]:
    """Every literal text for translation, with the file it stands in."""
    for path in sorted((ROOT / "tidar").rglob("*.py")):
        yield from ((text, str(path.relative_to(ROOT))) for text in _of_code(path.read_text()))
    for folder in (settings.UI_DIR, ROOT / "tidar"):
        for path in sorted((*folder.rglob("*.html"), *folder.rglob("*.txt"))):
            if "vendor" not in path.parts:
                yield from ((text, str(path.relative_to(ROOT))) for text in _of_template(path.read_text()))


def test_every_text_has_an_entry() -> None:
    known = {_key(entry) for entry in _source()}
    missing = sorted({f"{path}: {key[1]}" for key, path in _used() if key[1] and key not in known})
    assert missing == [], COMMANDS


def test_every_entry_is_translated() -> None:
    open_entries = [e.msgid for e in _source() if e.fuzzy or e.obsolete or not all(t.strip() for t in _texts(e))]
    assert open_entries == [], COMMANDS


def test_placeholders_agree() -> None:
    """A named placeholder may move; unnamed ones keep their order. A singular may do without its number."""
    wrong = []
    for entry in _source():
        needed = PLACEHOLDER.findall(entry.msgid_plural or entry.msgid)
        for text in _texts(entry):
            found = PLACEHOLDER.findall(text)
            same = sorted(found) == sorted(needed) and [p for p in found if p in ("%s", "%d")] == [
                p for p in needed if p in ("%s", "%d")
            ]
            if not same and not (entry.msgid_plural and sorted(found) == sorted(PLACEHOLDER.findall(entry.msgid))):
                wrong.append(f"{entry.msgid} -> {text}")
    assert wrong == []


def test_markup_and_white_space_at_the_ends_agree() -> None:
    tags = re.compile(r"</?\w+|^\s|\s$")
    wrong = [e.msgid for e in _source() for t in _texts(e) if sorted(tags.findall(e.msgid)) != sorted(tags.findall(t))]
    assert wrong == []


def test_the_compiled_catalogue_is_the_source() -> None:
    def content(catalogue: polib.POFile | polib.MOFile) -> dict[Key, list[str]]:
        return {_key(entry): _texts(entry) for entry in catalogue if entry.msgid}

    assert content(polib.mofile(str(FOLDER / "django.mo"))) == content(_source()), COMMANDS


@pytest.mark.parametrize(
    ("count", "text"), [(1, "1 other session has been ended."), (3, "3 other sessions have been ended.")]
)
def test_django_reads_the_catalogue(count: int, text: str) -> None:
    words = "%d sesi lain sudah diakhiri."
    with translation.override("en"):
        assert translation.gettext("Masuk") == "Sign in"
        assert translation.ngettext(words, words, count) % count == text
    assert translation.gettext("Masuk") == "Masuk"
