"""What changed between two versions of a form, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tidar.formulir.rules.definition import Definition, Question, choice_labels, questions_by_name
from tidar.formulir.rules.formulas import formula_text

TYPE_WORDS = {
    "text": "teks", "integer": "bilangan bulat", "decimal": "bilangan pecahan", "select_one": "satu pilihan",
    "select_multiple": "beberapa pilihan", "photo": "foto", "note": "keterangan", "date": "tanggal",
    "geopoint": "posisi", "calculate": "hitungan", "group": "kelompok",
}  # fmt: skip
RULES = {"relevant": "muncul", "constraint": "batas", "calculation": "hitungan", "required": "wajib"}
WORDS = {"label": "pertanyaan", "hint": "petunjuk", "constraint_message": "teguran", "default": "isi awal"}


@dataclass(frozen=True, slots=True)
class Change:
    """One question that came, went or became different: each part in one sentence."""

    name: str
    label: str
    kind: str  # "baru", "hilang", "berubah"
    sentences: tuple[str, ...]


def differences(old: Definition, new: Definition) -> tuple[Change, ...]:
    """What is different in `new`, in the order of its questions; what is gone comes last."""
    before, after = questions_by_name(old), questions_by_name(new)
    found = [_change(before.get(name), question) for name, question in after.items()]
    gone = [Change(name, one["label"], "hilang", ()) for name, one in before.items() if name not in after]
    moved = _moved(list(before), list(after))
    return tuple(change for change in found if change) + tuple(gone) + moved


def _change(old: Question | None, new: Question) -> Change | None:
    if old is None:
        return Change(new["name"], new["label"], "baru", (f"Jenis: {TYPE_WORDS[new['type']]}.",))
    sentences = tuple(_sentences(old, new))
    return Change(new["name"], new["label"], "berubah", sentences) if sentences else None


def _sentences(old: Question, new: Question) -> Iterator[str]:
    if old["type"] != new["type"]:
        yield f"Jenis: {TYPE_WORDS[old['type']]} menjadi {TYPE_WORDS[new['type']]}."
    for key, word in WORDS.items():
        if old.get(key, "") != new.get(key, ""):
            yield f"{word.capitalize()}: “{old.get(key, '')}” menjadi “{new.get(key, '')}”."
    for key, word in RULES.items():
        if old.get(key) != new.get(key):
            yield f"Aturan {word}: {rule_text(old.get(key))} menjadi {rule_text(new.get(key))}."
    yield from _choice_sentences(old, new)


def _choice_sentences(old: Question, new: Question) -> Iterator[str]:
    before, after = choice_labels(old), choice_labels(new)
    if added := [label for value, label in after.items() if value not in before]:
        yield "Pilihan baru: " + ", ".join(added) + "."
    if gone := [label for value, label in before.items() if value not in after]:
        yield "Pilihan hilang: " + ", ".join(gone) + "."
    for value in before.keys() & after.keys():
        if before[value] != after[value]:
            yield f"Pilihan “{before[value]}” menjadi “{after[value]}”."


def _moved(before: list[str], after: list[str]) -> tuple[Change, ...]:
    both = set(before) & set(after)
    if [name for name in before if name in both] == [name for name in after if name in both]:
        return ()
    return (Change("", "Urutan pertanyaan", "berubah", ("Urutannya lain.",)),)


def rule_text(rule: object) -> str:
    """A rule as XLSForm writes it; "tidak ada" where there is none."""
    if isinstance(rule, bool):
        return "selalu" if rule else "tidak"
    return f"“{formula_text(rule)}”" if isinstance(rule, list) else "tidak ada"
