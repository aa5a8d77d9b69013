"""What a post prints: stickers, the roster for its wall, the paper form. Typst, its own fonts, no network, no clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import typst
from django.utils.formats import date_format

from tidar.documents.api import qr_svg
from tidar.places import api as places
from tidar.rojak.models import Checkpoint, FindingKind, Member, Post, Segment
from tidar.rojak.queries.posts import DayRow, place_of
from tidar.rojak.rules.codes import spoken

TEMPLATES = Path(__file__).resolve().parent.parent / "typst"


def stickers_pdf(post: Post, stickers: Sequence[Checkpoint], *, address: Callable[[str], str], at: datetime) -> bytes:
    """A sheet of stickers, twelve on a page of A4; `address` makes of a code what its QR says."""
    rows = [
        {
            "qr": qr_svg(address(one.code)), "code": spoken(one.code), "title": one.title,
            "segment": one.segment.title,
        }
        for one in stickers
    ]  # fmt: skip
    return _pdf("stickers", {**_head(post), "stickers": rows}, at=at)


def roster_pdf(post: Post, week: Sequence[DayRow], *, typing_page: str, at: datetime) -> bytes:
    """The week's roster for the post's wall, with names, and the QR of the page where paper is typed in."""
    days = [
        {
            "day": date_format(day.date, "l"), "date": date_format(day.date, "j F"), "holiday": day.holiday,
            "turns": [
                {"hours": f"{row.turn.starts_at:%H.%M}-{row.turn.ends_at:%H.%M}", "names": ", ".join(row.names)}
                for row in day.turns
            ],
        }
        for day in week
    ]  # fmt: skip
    span = f"{date_format(week[0].date, 'j F')} - {date_format(week[-1].date, 'j F Y')}" if week else ""
    return _pdf("roster", {**_head(post), "span": span, "days": days, "qr": qr_svg(typing_page)}, at=at)


def form_pdf(
    post: Post,
    *,
    segments: Sequence[Segment],
    members: Sequence[Member],
    kinds: Sequence[FindingKind],
    typing_page: str,
    at: datetime,
) -> bytes:
    """The form for a round without a phone: two sides, to be typed in by whoever leads the post."""
    content = {
        **_head(post),
        "qr": qr_svg(typing_page),
        "segments": [{"code": s.code, "title": s.title} for s in segments],
        "members": [member.name for member in members],
        "kinds": [{"title": kind.title, "is_person": kind.sensitivity == "orang"} for kind in kinds],
        "activities": [activity["title"] for activity in post.program.settings["activities"]],
    }
    return _pdf("form", content, at=at)


def _head(post: Post) -> dict[str, Any]:
    return {
        "region": places.region().name, "post": post.title, "place": place_of(post.area_code),
        "program": post.program.title, "words": post.program.words, "is_example": post.is_example,
    }  # fmt: skip


def _pdf(name: str, content: dict[str, Any], *, at: datetime) -> bytes:
    """The template with this content, as data and never as markup; `at` is the PDF's own date."""
    compiler = typst.Compiler(root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True)
    made = compiler.compile(
        input=str(TEMPLATES / f"{name}.typ"), format="pdf", timestamp=int(at.timestamp()),
        sys_inputs={"sheet": msgspec.json.encode(content).decode()},
    )  # fmt: skip
    return made if isinstance(made, bytes) else b"".join(made or ())


@cache
def _fonts() -> Any:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def next_monday(day: date) -> date:
    """The Monday of the week that a roster printed on `day` is for: this week's until Friday, then the next one's."""
    monday = day - timedelta(days=day.weekday())
    return monday if day.weekday() < 5 else monday + timedelta(days=7)
