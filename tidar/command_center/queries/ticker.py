"""The ticker: what happened, in sentences. The same templates are filled here and, for live events, in the browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from tidar.command_center.queries.gauges import level_text
from tidar.common.actor import Actor
from tidar.common.formats import number_text
from tidar.hub import api as hub
from tidar.hub.api import EventView

HOURS, MOST = 24, 12
SLOT = re.compile(r"\{(\w+)\}")
KINDS = (
    "delivery.published", "delivery.held", "delivery.refused", "quarantine.released",
    "feed.late", "feed.stale", "feed.fresh", "feed.pull_failed",
    "indicator.changed", "level.changed", "message.quarantined", "levy.paid", "levy.deposited",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the ticker."""

    seq: int
    happened_at: datetime
    severity: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Names:
    """Codes to the words that people know."""

    feeds: Mapping[str, str]
    indicators: Mapping[str, str]


def templates() -> dict[str, str]:
    """Sentence per kind of event; `{…}` is filled from the event's data, with codes turned into names."""
    return {
        "delivery.published": _("{feed}: {accepted} baris terbit"),
        "delivery.held": _("{feed}: kiriman ditahan, perlu dilihat petugas"),
        "delivery.refused": _("{feed}: kiriman ditolak"),
        "quarantine.released": _("{feed}: baris karantina dilepas setelah diperbaiki"),
        "feed.late": _("{feed} terlambat"),
        "feed.stale": _("{feed} sudah basi"),
        "feed.fresh": _("{feed} kembali segar"),
        "feed.pull_failed": _("{feed}: penarikan data gagal"),
        "indicator.changed": _("{indicator} dihitung ulang"),
        "level.changed": _("{level} {result} {unit}: {name}"),
        "message.quarantined": _("{subject}: pesan sensor dikarantina"),
        "levy.paid": _("{subject}: Rp{amount_rupiah} diterima"),
        "observation": "{stream} {result} {unit}",
        "": "{subject}",
    }


def recent_lines(*, names: Names, reader: Actor, at: datetime) -> tuple[Line, ...]:
    """The newest events of the last day that `reader` may see, newest first."""
    found = hub.recent_events(kinds=KINDS, since=at - timedelta(hours=HOURS), limit=MOST * 4)
    seen: set[tuple[str, str]] = set()
    lines: list[Line] = []
    for event in found:
        text = sentence(event, names)
        key = (event.kind, text)
        if key in seen or not hub.may_see(reader, event):
            continue
        seen.add(key)
        lines.append(Line(event.seq, event.happened_at, event.severity, text))
    return tuple(lines[:MOST])


def sentence(event: EventView, names: Names) -> str:
    """The event in one short sentence; an unknown kind says its subject."""
    words = templates()
    return filled(words.get(event.kind, words[""]), event, names) or event.kind


def filled(words: str, event: EventView, names: Names) -> str:
    """`words` with every `{name}` replaced; a name without a value leaves nothing behind."""
    feed = str(event.data.get("feed") or event.subject)
    indicator = str(event.data.get("indicator") or event.subject)
    known: dict[str, Any] = {
        **event.data,
        "subject": event.subject,
        "feed": names.feeds.get(feed, feed),
        "indicator": names.indicators.get(indicator, indicator),
        "level": level_text(str(event.data.get("level", ""))),
        "result": None if event.result is None else number_text(event.result, decimals=2),
    }
    return SLOT.sub(lambda match: _text(known.get(match.group(1))), words).strip()


def _text(value: Any) -> str:
    if value is None:
        return ""
    return number_text(value) if isinstance(value, int) else str(value)
