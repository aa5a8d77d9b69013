"""Answers held against their form: hidden questions answer nothing, computed ones are computed, the rest is checked.

The same on the phone (`ui/static/lapangan/formulir.js`), with the same sentences; `tests/formulir/vectors.json` is run
by both. Pure: the day of answering is given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tidar.formulir.rules.definition import ASKING, Definition, Question, choice_labels, questions_by_name
from tidar.formulir.rules.expressions import NUMBER, Tree, Value, as_boolean, as_number, as_text, evaluate

Answer = str | int | list[str] | None
Answers = Mapping[str, Any]
Rule = Tree | bool
LONGEST_TEXT, LARGEST_NUMBER = 2_000, 10**12
MENTION = re.compile(r"\$\{\s*([A-Za-z_][\w.-]*)\s*\}", re.ASCII)
SHA256 = re.compile(r"[0-9a-f]{64}")  # by which phones and our pages name a photograph
REQUIRED = "Wajib diisi."
NOT_FITTING = "Jawaban ini tidak sesuai."
UNKNOWN = "Pertanyaan ini tidak ada di formulir."
NO_SUCH_PHOTO = "Foto “{name}” tidak ada di antara foto yang disertakan."


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers as they may be kept (every asked or computed question, null where it has none), and what is wrong."""

    answers: dict[str, Answer]
    problems: tuple[tuple[str, str], ...]  # name of the question, sentence

    @property
    def is_fine(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def check(definition: Definition, answers: Answers, *, today: date, photos: Collection[str] | None = None) -> Checked:
    """Hold answers against a form; each wrong one is a problem with a sentence and is kept as it came, if it can be.

    `photos`: the names by which an answer may call a photograph (None: whatever it says, as it comes later).
    """
    sheet = Sheet(definition, answers, today=today, photos=photos)
    kept: dict[str, Answer] = {}
    problems: list[tuple[str, str]] = []
    for name, question in sheet.questions.items():
        if question["type"] == "calculate":
            kept[name] = sheet.computed(name)
        elif question["type"] in ASKING:
            kept[name] = sheet.answer(name) if sheet.is_shown(name) else None
            if sentence := sheet.fault(name):
                problems.append((name, sentence))
    problems += [(str(name)[:60], UNKNOWN) for name in answers if name not in kept and not is_blank(answers[name])]
    return Checked(kept, tuple(problems))


def shown(definition: Definition, answers: Answers, *, today: date) -> frozenset[str]:
    """The names of the questions that these answers ask."""
    sheet = Sheet(definition, answers, today=today)
    return frozenset(name for name in sheet.questions if sheet.is_shown(name))


class Sheet:
    """One filled-in form: what each question is worth, computed when asked and once."""

    def __init__(
        self, definition: Definition, answers: Answers, *, today: date, photos: Collection[str] | None = None
    ) -> None:
        self.questions = questions_by_name(definition)
        self.photos = photos
        self.answers = answers
        self.today = today.isoformat()
        self._values: dict[str, Value] = {}
        self._shown: dict[str, bool] = {}

    def is_shown(self, name: str) -> bool:
        """Whether the question is asked at all."""
        if name not in self._shown:
            self._shown[name] = self._is_true(self.questions[name].get("relevant", True))
        return self._shown[name]

    def value(self, name: str) -> Value:
        """What the question counts as in a formula."""
        if name not in self._values:
            self._values[name] = self._value(name)
        return self._values[name]

    def answer(self, name: str) -> Answer:
        """What was answered; null where nothing was, or nothing that can be kept."""
        given = self.answers.get(name)
        if is_blank(given):
            return None
        if isinstance(given, (list, tuple)):
            return [str(one)[:LONGEST_TEXT] for one in given[:500]]
        return given if type(given) is int else str(given)[:LONGEST_TEXT]

    def computed(self, name: str) -> str | None:
        """What a computed question gives, as text; null where it is hidden, blank or no number that can be written."""
        value = self.value(name)
        return None if isinstance(value, float) and not math.isfinite(value) else as_text(value) or None

    def words(self, text: str) -> str:
        """A label or hint with `${name}` replaced by what was answered."""
        return MENTION.sub(lambda found: self._said(found[1]), text)

    def _said(self, name: str) -> str:
        value, labels = self.value(name), choice_labels(self.questions.get(name, {}))
        if self.questions.get(name, {}).get("type") == "select_multiple":
            return ", ".join(labels.get(one, one) for one in as_text(value).split())
        return labels.get(as_text(value), as_text(value))

    def is_required(self, name: str) -> bool:
        """Whether the question must be answered, given the other answers."""
        return self._is_true(self.questions[name]["required"])

    def fault(self, name: str) -> str:
        """What is wrong with the answer to a shown question, "" when nothing."""
        question = self.questions[name]
        if not self.is_shown(name):
            return ""
        if is_blank(self.answers.get(name)):
            return REQUIRED if self.is_required(name) else ""
        if sentence := fault_of_kind(question, self.answers[name]) or self._missing(question, self.answers[name]):
            return sentence
        if self._is_true(question.get("constraint", True)):
            return ""
        return str(question.get("constraint_message") or NOT_FITTING)

    def _missing(self, question: Question, given: object) -> str:
        """Why a photograph that an answer names is none of those that came with it, "" when it is one."""
        if question["type"] != "photo" or self.photos is None or given in self.photos:
            return ""
        return NO_SUCH_PHOTO.format(name=str(given)[:12])

    def _value(self, name: str) -> Value:
        question = self.questions.get(name)
        if question is None or not self.is_shown(name):
            return ""
        if question["type"] == "calculate":
            return self._run(question["calculation"]) if "calculation" in question else ""
        return counted(question, self.answers.get(name))

    def _is_true(self, rule: Rule) -> bool:
        return rule if isinstance(rule, bool) else as_boolean(self._run(rule))

    def _run(self, tree: Tree) -> Value:
        return evaluate(tree, value_of=self.value, today=self.today)


def is_blank(given: object) -> bool:
    """Whether a question is left open by this answer."""
    return given is None or (isinstance(given, str) and not given.strip(" \t\r\n")) or given in ([], ())


def counted(question: Question, given: object) -> Value:
    """An answer as a formula sees it."""
    if is_blank(given):
        return ""
    if isinstance(given, (list, tuple)):
        return " ".join(str(one) for one in given)
    if question["type"] in ("integer", "decimal"):
        return as_number(str(given))
    return str(given)


def fault_of_kind(question: Question, given: object) -> str:
    """Why an answer is none of its question's type, "" when it is."""
    kind = question["type"]
    if kind == "integer":
        return "" if type(given) is int and abs(given) <= LARGEST_NUMBER else "Isi bilangan bulat."
    if kind == "select_multiple":
        return "" if isinstance(given, (list, tuple)) and _are_choices(question, given) else "Pilih dari daftar."
    if not isinstance(given, str):
        return "Isi ini bukan teks."
    if len(given) > LONGEST_TEXT or any(ord(c) < 32 and c not in "\t\r\n" for c in given):
        return "Terlalu panjang, atau memuat tanda yang tidak dapat disimpan."
    if kind == "select_one":
        return "" if _are_choices(question, [given]) else "Pilih dari daftar."
    return _fault_of_text(kind, given)


def _are_choices(question: Question, given: Sequence[object]) -> bool:
    values = {value for value, _label in question.get("choices", ())}
    return all(isinstance(one, str) and one in values for one in given) and len(set(map(str, given))) == len(given)


def _fault_of_text(kind: str, given: str) -> str:
    if kind == "decimal":
        return "" if len(given) <= 24 and NUMBER.fullmatch(given) else "Isi angka; pecahan ditulis dengan titik."
    if kind == "date":
        return "" if not math.isnan(as_number(given)) and len(given) == 10 and given[4] == "-" else "Isi tanggal."
    if kind == "geopoint":
        return "" if is_position(given) else "Posisi ini tidak ada di bumi."
    if kind == "photo":
        return (
            "" if len(given) <= 200 and "/" not in given and "\\" not in given else "Nama foto ini tidak dapat dipakai."
        )
    return ""


def is_position(given: str) -> bool:
    """Whether a text is "lat lon", or that with altitude and accuracy, in degrees and metres (WGS 84)."""
    numbers = [as_number(part) if NUMBER.fullmatch(part) else math.nan for part in given.split(" ")]
    if not 2 <= len(numbers) <= 4 or any(math.isnan(number) for number in numbers):
        return False
    return abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180


def typed(definition: Definition, texts: Mapping[str, Sequence[str]]) -> dict[str, Answer]:
    """Answers as a browser or an XForm writes them (texts, several for choices) in the form's own types.

    What cannot be a number stays text, so that `check` says what is wrong with it.
    """
    answers: dict[str, Answer] = {}
    for name, question in questions_by_name(definition).items():
        given = [text for text in texts.get(name, ()) if text.strip()]
        if question["type"] not in ASKING or not given:
            continue
        if question["type"] == "select_multiple":
            answers[name] = given
        elif question["type"] == "integer" and (number := NUMBER.fullmatch(given[0])) and "." not in number[1]:
            answers[name] = int(number[1]) if len(number[1]) < 16 else given[0]
        else:
            answers[name] = given[0].strip() if question["type"] != "text" else given[0]
    return answers


def said(definition: Definition, name: str, answer: Answer) -> str:
    """An answer in words for a page: labels instead of values, "" where there is none."""
    question = questions_by_name(definition).get(name, {})
    labels = choice_labels(question)
    if answer is None:
        return ""
    if question.get("type") == "photo" and SHA256.fullmatch(str(answer)):
        return f"foto {str(answer)[:12]}"  # as its file is called
    if isinstance(answer, list):
        return ", ".join(labels.get(one, one) for one in answer)
    return labels.get(str(answer), str(answer))
