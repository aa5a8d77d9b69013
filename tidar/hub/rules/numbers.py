"""Numbers as people write them: `1.234,5` here, `1,234.5` elsewhere, and the texts that could be either.

A column has one style, decided from all its cells, never from one: `12,5` or `1.234.567` can only be Indonesian,
`12.5` or `1,234,567` can only be English; `1.234` alone can be both and is never guessed where a fraction is possible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Literal

from tidar.hub.rules.book import BLANKS, DAY, FAULT, NO_VALUE, NUMBER

NumberStyle = Literal["", "id", "en", "mixed", "ambiguous"]
# "" only plain digits; "mixed" both styles, ambiguous cells are not read; "ambiguous" nothing but such cells

NOTHING = frozenset({"-", "--", "–", "—", "...", "…", "n/a", "na", "null", "none", "nan", "tidak ada data", "tad"})
_PLAIN = re.compile(r"[-+]?[0-9]+")
_ID = re.compile(r"[-+]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?")
_EN = re.compile(r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_SCIENTIFIC = re.compile(r"[-+]?[0-9](?:\.[0-9]+)?[eE][-+]?[0-9]{1,2}")
_SPACED = re.compile(r"[-+]?[0-9]{1,3}(?:[ \xa0\u202f][0-9]{3})+(?:[,.][0-9]+)?")
_MONEY = re.compile(r"^(?:rp|idr)\.?\s*", re.IGNORECASE)
_MONEY_END = re.compile(r",-+$|\.-$|,00-$")
_WORDS = (
    "jiwa",
    "orang",
    "rupiah",
    "unit",
    "buah",
    "kk",
    "kepala keluarga",
    "m2",
    "m²",
    "km2",
    "km²",
    "ha",
    "m",
    "km",
    "%",
)


def bare_number(text: str, unit: str = "") -> str:
    """The text without currency sign, `,-`, and the column's own unit; those do not change a number."""
    text = _MONEY_END.sub("", _MONEY.sub("", text.strip(BLANKS))).strip(BLANKS)
    lowered = text.lower()
    for word in dict.fromkeys((unit.lower(), unit.lower().partition("/")[0], *_same_unit(unit))):
        if word and lowered.endswith(word):
            return text[: -len(word)].strip(BLANKS)
    return text


def _same_unit(unit: str) -> tuple[str, ...]:
    pairs = {"jiwa": ("orang",), "orang": ("jiwa",), "kk": ("kepala keluarga",), "m2": ("m²",), "km2": ("km²",)}
    return pairs.get(unit.lower(), ())


def number_evidence(text: str) -> str:
    """What one text (or its shape with 9 for digits) proves: "plain", "id", "en", "ambiguous" or "other"."""
    if _PLAIN.fullmatch(text):
        return "plain"
    is_id, is_en = bool(_ID.fullmatch(text)), bool(_EN.fullmatch(text))
    if is_id and is_en:
        # A number that begins with 0 is not grouped: 0.125 and 0,125 have a decimal sign.
        if text.lstrip("+-").startswith("0"):
            return "en" if "." in text else "id"
        return "ambiguous"
    return "id" if is_id else "en" if is_en else "other"


def number_style(shapes: Mapping[str, int], *, unit: str = "") -> NumberStyle:
    """The style of a column from the shapes of all its cells."""
    seen = {number_evidence(bare_number(shape, unit)) for shape in shapes if shape[:1] not in (NUMBER, DAY)}
    if "id" in seen and "en" in seen:
        return "mixed"
    if "id" in seen:
        return "id"
    if "en" in seen:
        return "en"
    return "ambiguous" if "ambiguous" in seen else ""


def read_number(text: str, *, style: str, unit: str = "", whole: bool = False) -> tuple[Decimal | None, str]:
    """The number, or None and the word of the fault ("" means: a way to write "nothing").

    `whole`: fractions are impossible in this column, so in an ambiguous style `1.234` is one thousand.
    """
    if text[:1] in (NUMBER, DAY, NO_VALUE, FAULT):
        return _marked_number(text)
    if text.strip(BLANKS).lower() in NOTHING:
        return None, ""
    bare = bare_number(text, unit)
    evidence = number_evidence(bare)
    if evidence == "ambiguous":
        style = "id" if style == "ambiguous" and whole and "." in bare else style
        style = "en" if style == "ambiguous" and whole else style
        if style not in ("id", "en"):
            return None, "angka-ambigu"
        evidence = style
    if evidence in ("plain", "en"):
        return Decimal(bare.replace(",", "")), ""
    if evidence == "id":
        return Decimal(bare.replace(".", "").replace(",", ".")), ""
    return _unusual_number(bare)


def _marked_number(text: str) -> tuple[Decimal | None, str]:
    if text[0] == NUMBER:
        try:
            return Decimal(text[1:]), ""
        except InvalidOperation:
            return None, "bukan-angka"
    return None, {DAY: "tanggal-bukan-angka", NO_VALUE: "rumus-tanpa-nilai"}.get(text[0], "galat-rumus")


def _unusual_number(bare: str) -> tuple[Decimal | None, str]:
    if _SPACED.fullmatch(bare):
        return Decimal(re.sub(r"[ \xa0\u202f]", "", bare).replace(",", ".")), ""
    if _SCIENTIFIC.fullmatch(bare):
        return Decimal(bare), ""
    return None, "bukan-angka"


def likely_number(text: str) -> str:
    """A guess to offer (never to use) for a text in a number column: its only run of digits, or common slips mended."""
    mended = text.strip(BLANKS).translate(str.maketrans("OolI", "0011"))
    if _ID.fullmatch(mended) or _EN.fullmatch(mended):
        return mended
    runs = re.findall(r"[0-9][0-9.,]*", text)
    return runs[0].strip(".,") if len(runs) == 1 else ""


def written_id(number: Decimal) -> str:
    """The number in plain Indonesian writing, `1234,5`."""
    return format(number, "f").replace(".", ",")
