"""A form as a page asks it: the questions that these answers show, with what was answered and what is wrong. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tidar.formulir.rules.answers import SHA256, Answer, Answers, Sheet, said, typed
from tidar.formulir.rules.definition import Definition, Question

LONG = frozenset(("multiline", "textarea"))


@dataclass(frozen=True, slots=True)
class Field:
    """One question on a page."""

    name: str
    kind: str
    label: str
    hint: str
    is_required: bool
    value: str
    choices: tuple[tuple[str, str, bool], ...]  # value, label, whether it is chosen
    problem: str
    is_long: bool
    is_kept: bool  # a photograph that was sent before and is still chosen


def fields(
    definition: Definition, answers: Answers, *, today: date, problems: Mapping[str, str] | None = None
) -> tuple[Field, ...]:
    """The questions to ask now, in order; computed ones ask nothing. `problems`: name → sentence to show beside it."""
    sheet = Sheet(definition, answers, today=today)
    asked = [one for one in sheet.questions.values() if one["type"] != "calculate" and sheet.is_shown(one["name"])]
    return tuple(_field(sheet, question, (problems or {}).get(question["name"], "")) for question in asked)


def started(definition: Definition) -> dict[str, str]:
    """The texts with which a form begins."""
    return {question["name"]: question["default"] for question in definition["questions"] if question.get("default")}


def begun(definition: Definition) -> dict[str, Answer]:
    """The answers with which a form begins, in its own types."""
    several = {one["name"] for one in definition["questions"] if one["type"] == "select_multiple"}
    first = {name: text.split() if name in several else [text] for name, text in started(definition).items()}
    return typed(definition, first)


def _field(sheet: Sheet, question: Question, problem: str) -> Field:
    name = question["name"]
    answer = sheet.answers.get(name)
    chosen = answer if isinstance(answer, list) else [str(answer)]
    return Field(
        name=name,
        kind=question["type"],
        label=sheet.words(question["label"]),
        hint=sheet.words(question.get("hint", "")),
        is_required=sheet.is_required(name),
        value="" if answer is None or isinstance(answer, list) else str(answer),
        choices=tuple((value, label, value in chosen) for value, label in question.get("choices", ())),
        problem=problem,
        is_long=question.get("appearance", "") in LONG,
        is_kept=question["type"] == "photo" and isinstance(answer, str) and bool(SHA256.fullmatch(answer)),
    )


def read_aloud(definition: Definition, answers: Answers) -> tuple[tuple[str, str], ...]:
    """(label, answer in words) of every answered question; computed ones by their name."""
    questions: Sequence[Question] = definition["questions"]
    pairs = [
        (one["label"] or one["name"], said(definition, one["name"], answers.get(one["name"]))) for one in questions
    ]
    return tuple((label, text) for label, text in pairs if text)
