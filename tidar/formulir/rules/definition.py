"""What a form asks, as the compact definition that the server and every phone run.

`{"v": 1, "key", "version", "title", "questions": [question, …]}`; a question has

* always: `name` (unique in the form), `type`, `label`, `required` (truth or tree);
* where it has one: `hint`, `relevant` (tree; that of its groups is joined in), `constraint` (tree),
  `constraint_message`, `choices` [[value, label], …], `default` (text), `appearance`, `calculation` (tree), `group`.

Types: `text integer decimal select_one select_multiple photo note date geopoint calculate group`. A group is a heading;
its questions follow it in the flat list. `meta` (where the XLSForm asks for it) names the leaves in which ODK clients
note `start`, `end` and `deviceid`. Answers are flat too: name → text, whole number, list of texts, or null; decimals,
dates and positions ("lat lon altitude accuracy") are texts, so that a signed record has whole numbers only.

Trees are those of `tidar.formulir.rules.expressions`. Pure.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from tidar.common.errors import UnableTo
from tidar.formulir.rules.expressions import Tree, questions_in
from tidar.formulir.rules.formulas import UnableToReadFormula, read_formula

Question = dict[str, Any]
Definition = dict[str, Any]
TYPES = {
    "text": "text", "string": "text", "integer": "integer", "int": "integer", "decimal": "decimal",
    "range": "integer", "select one": "select_one", "select all that apply": "select_multiple", "photo": "photo",
    "image": "photo", "note": "note", "date": "date", "geopoint": "geopoint", "calculate": "calculate",
    "group": "group",
}  # fmt: skip
LEFT_OUT = frozenset(("start", "end", "today", "deviceid", "username", "audit"))  # what a client notes about itself
ASKING = frozenset(TYPES.values()) - {"note", "group", "calculate"}
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,59}")
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
MOST_QUESTIONS, MOST_CHOICES, LONGEST_LABEL = 200, 300, 1_000
YES, NO = ("yes", "true", "true()"), ("", "no", "false", "false()")


class UnableToUseForm(UnableTo):
    """The XLSForm is none, or asks something that our forms cannot ask; the sentence says where."""


def definition_of(survey: Mapping[str, Any]) -> Definition:
    """The definition of a form as pyxform read it. Raises `UnableToUseForm`."""
    key, version = str(survey.get("id_string", "")), str(survey.get("version") or "")
    if not KEY.fullmatch(key):
        _refuse("form_id pada lembar settings harus huruf kecil, angka, dan tanda hubung, paling panjang 60.")
    if not 0 < len(version) <= 60:
        _refuse("version pada lembar settings harus diisi, paling panjang 60 tanda.")
    reader = _Questions(str(survey.get("default_language") or "default"))
    questions = list(reader.of(survey.get("children", ()), group="", relevant=None))
    _must_fit(questions)
    title = reader.words(survey.get("title")) or key
    found: Definition = {"v": 1, "key": key, "version": version, "title": title[:200], "questions": questions}
    return found | {"meta": reader.meta} if reader.meta else found


def definition_hash(definition: Definition) -> str:
    """SHA-256 of the canonical definition."""
    return hashlib.sha256(json.dumps(definition, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def questions_by_name(definition: Definition) -> dict[str, Question]:
    """The questions by their names, in their order."""
    return {question["name"]: question for question in definition["questions"]}


def choice_labels(question: Question) -> dict[str, str]:
    """What each choice is called."""
    return dict(question.get("choices", ()))


def _refuse(sentence: str) -> NoReturn:
    raise UnableToUseForm(sentence)


class _Questions:
    """Reads pyxform's tree of questions, flat and in order."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.meta: dict[str, str] = {}

    def of(self, children: Sequence[Mapping[str, Any]], *, group: str, relevant: Tree | None) -> Iterator[Question]:
        for child in children:
            kind, name = str(child.get("type", "")), str(child.get("name", ""))
            if kind in LEFT_OUT or (kind == "group" and name == "meta"):
                self.meta |= {kind: name} if kind in LEFT_OUT else {}
                continue
            question = self.question(child, group=group, relevant=relevant)
            yield question
            if question["type"] == "group":
                yield from self.of(child.get("children", ()), group=name, relevant=question.get("relevant"))

    def question(self, child: Mapping[str, Any], *, group: str, relevant: Tree | None) -> Question:
        kind, name = str(child.get("type", "")), str(child.get("name", ""))
        if kind not in TYPES:
            _refuse(f"Pertanyaan “{name}”: jenis “{kind}” belum dapat dipakai.")
        if not NAME.fullmatch(name):
            _refuse(f"Nama pertanyaan “{name[:60]}” tidak dapat dipakai.")
        if child.get("choice_filter") or child.get("query"):
            _refuse(f"Pertanyaan “{name}”: choice_filter dan pilihan dari berkas belum dapat dipakai.")
        bind = child.get("bind") or {}
        own = self.formula(bind.get("relevant"), name, "relevant")
        question: Question = {
            "name": name,
            "type": TYPES[kind],
            "label": self.words(child.get("label")),
            "required": self.truth(bind.get("required"), name),
            "hint": self.words(child.get("hint")),
            "relevant": ["and", relevant, own] if relevant and own else relevant or own,
            "constraint": self.formula(bind.get("constraint"), name, "constraint"),
            "constraint_message": self.words(bind.get("jr:constraintMsg")),
            "calculation": self.formula(bind.get("calculate"), name, "calculation"),
            "choices": self.choices(child, name),
            "default": self.default(child, name),
            "appearance": str((child.get("control") or {}).get("appearance", ""))[:60],
            "group": group,
        }
        if kind == "range":
            question |= self.bounds(child.get("parameters") or {}, question)
        return {key: value for key, value in question.items() if key == "label" or value not in (None, "", [])}

    def words(self, written: object) -> str:
        """A text in the form's own language (the first one where it names none)."""
        if isinstance(written, Mapping):
            written = written.get(self.language) or next(iter(written.values()), "")
        return str(written or "").strip()[:LONGEST_LABEL]

    def formula(self, written: object, name: str, column: str) -> Tree | None:
        if not written:
            return None
        try:
            return read_formula(str(written), own_name=name)
        except UnableToReadFormula as error:
            _refuse(f"Pertanyaan “{name}”, kolom {column}: {error.sentence}")

    def truth(self, written: object, name: str) -> bool | Tree:
        text = str(written or "").strip()
        if text.lower() in (*YES, *NO):
            return text.lower() in YES
        return self.formula(text, name, "required") or False

    def choices(self, child: Mapping[str, Any], name: str) -> list[list[str]]:
        found = [
            [str(one["name"]), self.words(one.get("label")) or str(one["name"])] for one in child.get("choices", ())
        ]
        if len(found) > MOST_CHOICES:
            _refuse(f"Pertanyaan “{name}”: paling banyak {MOST_CHOICES} pilihan.")
        return found

    def default(self, child: Mapping[str, Any], name: str) -> str:
        text = str(child.get("default", "") or "")
        if "(" in text or "${" in text:
            _refuse(f"Pertanyaan “{name}”: isi awal (default) harus nilai biasa, bukan rumus.")
        return text[:LONGEST_LABEL]

    def bounds(self, parameters: Mapping[str, Any], question: Question) -> Question:
        """A range is a number with bounds; whole where its step and start are."""
        start, end, step = (
            str(parameters.get(key, usual)) for key, usual in (("start", "1"), ("end", "10"), ("step", "1"))
        )
        me: Tree = ["q", question["name"]]
        within: Tree = ["and", [">=", me, ["n", start]], ["<=", me, ["n", end]]]
        is_whole = "." not in start + step
        message = question["constraint_message"] or f"Isi antara {start} dan {end}."
        own = question["constraint"]
        return {
            "type": "integer" if is_whole else "decimal",
            "constraint": ["and", within, own] if own else within,
            "constraint_message": message,
        }


def _must_fit(questions: Sequence[Question]) -> None:
    names = [question["name"] for question in questions]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        _refuse(
            f"Nama “{twice[0]}” dipakai dua kali; nama harus lain di seluruh formulir, juga di kelompok yang berbeda."
        )
    if len(questions) > MOST_QUESTIONS:
        _refuse(f"Paling banyak {MOST_QUESTIONS} pertanyaan dalam satu formulir.")
    if not any(question["type"] in ASKING for question in questions):
        _refuse("Formulir ini tidak menanyakan apa pun.")
    _must_end({question["name"]: _needed(question) for question in questions})


def _needed(question: Question) -> frozenset[str]:
    """What must be known before the question's own value is: what hides it and what computes it."""
    trees = [question[key] for key in ("relevant", "calculation") if key in question]
    return frozenset().union(*(questions_in(tree) for tree in trees))


def _must_end(needed: Mapping[str, frozenset[str]]) -> None:
    """Refuses unknown names and rules that wait for each other."""
    unknown = sorted(frozenset().union(*needed.values()) - needed.keys())
    if unknown:
        _refuse(f"Ada rumus yang menyebut “{unknown[0]}”, tetapi pertanyaan itu tidak ada.")
    waiting = {name: set(names) for name, names in needed.items()}
    while free := [name for name, names in waiting.items() if not names]:
        for name in free:
            del waiting[name]
        for names in waiting.values():
            names.difference_update(free)
    if waiting:
        _refuse("Rumus pertanyaan-pertanyaan ini saling menunggu: " + ", ".join(sorted(waiting)) + ".")
