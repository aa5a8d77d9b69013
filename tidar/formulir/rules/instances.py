"""What ODK clients send: one filled-in form as OpenRosa XML, read without opening any entity.

Source: ODK XForms specification, "Instance"; OpenRosa Form Submission API 1.0. A document type declaration is refused,
so no entity can be declared (XXE, billion laughs). Pure.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tidar.common.errors import UnableTo
from tidar.formulir.rules.definition import Definition

LARGEST_XML, MOST_ELEMENTS, DEEPEST = 1_000_000, 2_000, 20


class UnableToReadInstance(UnableTo):
    """The bytes are no filled-in form (HTTP 400)."""

    status = 400


@dataclass(frozen=True, slots=True)
class Instance:
    """One filled-in form: whose, which, and the text of every leaf by its name."""

    id: uuid.UUID
    form_key: str
    version: str
    texts: Mapping[str, str]


def read_instance(xml: bytes) -> Instance:
    """Read a submission. Raises `UnableToReadInstance`."""
    if len(xml) > LARGEST_XML:
        _refuse("Isi jawaban terlalu besar.")
    root = _root(xml)
    texts: dict[str, str] = {}
    instance_id = ""
    for depth, parents, leaf in _leaves(root):
        if depth > DEEPEST or len(texts) > MOST_ELEMENTS:
            _refuse("Isi jawaban terlalu dalam atau terlalu banyak.")
        name, text = _local(leaf), (leaf.text or "").strip()
        if name == "instanceID" and parents == "meta":
            instance_id = text
        elif parents != "meta":
            texts.setdefault(name, text)
    return Instance(_uuid(instance_id), root.get("id", ""), root.get("version", ""), texts)


def texts_of(definition: Definition, texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Texts as `answers.typed` takes them: several choices apart."""
    several = {one["name"] for one in definition["questions"] if one["type"] == "select_multiple"}
    return {name: text.split() if name in several else [text] for name, text in texts.items() if text}


def claimed_moment(definition: Definition, texts: Mapping[str, str]) -> datetime | None:
    """When the client says that the form was finished, else when it was begun; None when it says neither."""
    for kind in ("end", "start"):
        text = texts.get(definition.get("meta", {}).get(kind, ""), "")
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            continue
        if found.tzinfo is not None and 2000 < found.year < 9999:
            return found
    return None


def claimed_device(definition: Definition, texts: Mapping[str, str]) -> str:
    """The device as the client names it."""
    return texts.get(definition.get("meta", {}).get("deviceid", ""), "")[:120]


def _refuse(sentence: str) -> NoReturn:
    raise UnableToReadInstance(sentence)


def _root(xml: bytes) -> Element:
    try:
        found: Element = fromstring(xml, forbid_dtd=True)
    except DefusedXmlException:
        _refuse("Isi jawaban memuat deklarasi yang tidak diterima.")
    except (ParseError, ValueError, LookupError):
        _refuse("Isi jawaban tidak dapat dibaca sebagai XML.")
    return found


def _leaves(root: Element) -> list[tuple[int, str, Element]]:
    """(depth, name of the parent, element) of every element without children, in document order."""
    waiting, found = [(0, "", root)], []
    while waiting:
        depth, parent, element = waiting.pop()
        if len(element) == 0:
            found.append((depth, parent, element))
        if depth <= DEEPEST:
            waiting += [(depth + 1, _local(element), child) for child in reversed(element)]
    return found


def _local(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _uuid(instance_id: str) -> uuid.UUID:
    """The UUID that clients make; of any other unique text a UUID that follows from it (RFC 9562, version 5)."""
    if not 0 < len(instance_id) <= 200:
        _refuse("Jawaban ini tidak bernomor (instanceID).")
    try:
        return uuid.UUID(instance_id.removeprefix("uuid:"))
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_URL, instance_id)
