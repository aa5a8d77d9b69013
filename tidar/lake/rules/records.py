"""The single record behind a row that an app exported: what a reader sees at the end of the way down. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tidar.common.actor import Actor


@dataclass(frozen=True, slots=True)
class RecordCell:
    """One fact of the record; `columns` are the lake columns that were made of it, for marking what a number used."""

    heading: str
    text: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record in the words of its app. `note` says why it cannot be shown to this reader, when it cannot."""

    title: str
    cells: tuple[RecordCell, ...] = ()
    url: str = ""  # its own page; empty: it has none
    link: str = ""  # what the link to that page says
    note: str = ""


Resolver = Callable[[str, int, Actor], RecordView | None]  # `_delivery`, `_row`, reader; None: not one of its rows
