"""What a template prints: every field of a document as the text that stands on paper.

Pure, and without any setting: the same document gives the same texts for ever, on every machine.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tidar.common.formats import date_text
from tidar.common.money import rupiah_text
from tidar.documents.rules.content import Content
from tidar.documents.rules.kinds import TITLES, Line, read
from tidar.documents.rules.numbering import code_of, path_of
from tidar.documents.rules.qr import qr_image
from tidar.documents.rules.wording import amount_in_words

ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
LONG_WORD = re.compile(r"\S{25,}")  # longer than any Indonesian word or account code
PIECE = re.compile(r"\S{8}(?=\S)")
SLIPS = ("a6", "80mm", "58mm")
PAPERS: dict[str, tuple[str, ...]] = {  # the first is what a document is printed on unless somebody says otherwise
    "skrd": ("a4",),
    "karcis": SLIPS,
    "ssrd": ("a4", *SLIPS),
    "tbp": ("a4",),
    "sts": ("a4",),
}


def moment_text(moment: datetime, zone: str) -> str:
    """`25 November 2026 pukul 08.15 WIB`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{date_text(local)} pukul {local:%H.%M} {ZONES.get(zone, local.strftime('%z'))}"


def printed(content: Content, *, hash_text: str) -> dict[str, Any]:
    """Every text that the template of `content.kind` shows, ready for JSON."""
    sheet = read(content.kind, content.data)
    fields = {name: _text(name, getattr(sheet, name), content.zone) for name in sheet.__struct_fields__}
    site = content.origin.partition("://")[2] or content.origin
    local = content.issued_at.astimezone(ZoneInfo(content.zone))
    return fields | {
        "amount": fields["amount_rupiah"],
        "words": words_of(sheet.amount_rupiah),
        "title": TITLES[content.kind],
        "number": content.number,
        "issued_day": date_text(local),
        "place_and_day": ", ".join(filter(None, (sheet.place, date_text(local)))),
        "signer": signer_of(content.signed_by),
        "site": f"{site}/dok",
        "code": code_of(content.token),
        "qr": qr_image(content.origin + path_of(content.token)),
        "hash": hash_text,
        "short_hash": grouped(hash_text[:16]),
    }


def words_of(amount: int) -> str:
    """`Sembilan puluh ribu rupiah`."""
    words = amount_in_words(amount)
    return f"{words[0].upper()}{words[1:]} rupiah"


def signer_of(signed_by: str) -> dict[str, str]:
    """Name, office and employee number from the lines of `signed_by`; a single line is a name."""
    name, office, number, *_rest = [*(part.strip() for part in signed_by.split("\n")), "", "", ""]
    return {"name": breakable(name), "office": breakable(office), "id": breakable(number)}


def grouped(hash_text: str) -> str:
    """`3f2a 9c01 …`: four by four, as people compare it with paper."""
    return " ".join(hash_text[start : start + 4] for start in range(0, len(hash_text), 4))


def breakable(text: str) -> str:
    """The same text, in which a word that would not fit a line may be broken (zero-width spaces, U+200B)."""
    return LONG_WORD.sub(lambda word: PIECE.sub("\\g<0>\u200b", word[0]), text)


def _text(name: str, value: Any, zone: str) -> Any:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return [_line(one) if isinstance(one, Line) else breakable(one) for one in value if one]
    if isinstance(value, datetime):
        return moment_text(value, zone)
    if isinstance(value, date):
        return date_text(value)
    return rupiah_text(value) if name.endswith("_rupiah") else breakable(str(value))


def _line(line: Line) -> dict[str, str]:
    texts = {name: breakable(getattr(line, name)) for name in ("title", "note", "number")}
    return texts | {"amount": rupiah_text(line.amount_rupiah)}
