"""Words of the spine as plain values: what an event says, what made it, and in which order events stand."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tidar.common.actor import Actor

CHANNEL = "tidar_spine"  # the one NOTIFY channel; its payload is the last sequence number given
SUBJECT_LENGTH = 200

SourceKind = Literal["delivery", "message", "action"]


@dataclass(frozen=True, slots=True)
class SourceRef:
    """What made an event: a delivery and line, a message, or an action with its record's id."""

    kind: SourceKind
    id: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class EventFields:
    """What an event says besides its kind and times; leave out what does not apply.

    `permission` names who may see it on streams: holders of that permission in the event's area, for the agency that
    `data["agency"]` names; without one, only those who hold it for every agency. Empty: everyone who may see the
    stream. `severity` is 0 (information) … 3 (awas).
    """

    subject: str = ""
    severity: int = 0
    area_code: str = ""
    lon: float | None = None
    lat: float | None = None
    datastream_id: int | None = None
    result: float | None = None
    data: dict[str, Any] = field(default_factory=dict)
    permission: str = ""


@dataclass(frozen=True, slots=True)
class EventView:
    """One numbered event as plain values."""

    seq: int
    id: uuid.UUID
    kind: str
    happened_at: datetime
    recorded_at: datetime
    subject: str
    severity: int
    area_code: str
    lon: float | None
    lat: float | None
    source: SourceRef
    datastream_id: int | None
    result: float | None
    data: dict[str, Any] = field(default_factory=dict)
    permission: str = ""


def may_see(actor: Actor, event: EventView) -> bool:
    """Whether the reader of a stream may see this event of it."""
    agency = str(event.data.get("agency") or "")
    return not event.permission or actor.may(event.permission, agency=agency, area=event.area_code or None)


@dataclass(frozen=True, slots=True)
class StreamFilter:
    """Which events a reader of a stream asked for; empty means all."""

    kinds: tuple[str, ...] = ()
    area: str = ""

    def wants(self, event: EventView) -> bool:
        """Whether `event` is of a wanted kind ("feed." wants every kind below it) and inside the wanted area."""
        return self._wants_kind(event.kind) and self._wants_area(event.area_code)

    def _wants_kind(self, kind: str) -> bool:
        return not self.kinds or any(kind == k or (k.endswith(".") and kind.startswith(k)) for k in self.kinds)

    def _wants_area(self, area_code: str) -> bool:
        return not self.area or area_code == self.area or area_code.startswith(self.area + ".")


def event_data(event: EventView) -> dict[str, Any]:
    """The event as every stream writes it (JSON-able but for times and the id, which encode as ISO 8601 and text)."""
    source = {"kind": event.source.kind, "id": event.source.id, "line": event.source.line}
    return {
        "seq": event.seq,
        "id": event.id,
        "kind": event.kind,
        "happened_at": event.happened_at,
        "recorded_at": event.recorded_at,
        "subject": event.subject,
        "severity": event.severity,
        "area_code": event.area_code,
        "lon": event.lon,
        "lat": event.lat,
        "source": source,
        "datastream_id": event.datastream_id,
        "result": event.result,
        "data": event.data,
    }


def shortened(subject: str) -> str:
    """`subject` in at most 200 characters: an event is never refused for its wording."""
    return subject if len(subject) <= SUBJECT_LENGTH else subject[: SUBJECT_LENGTH - 1] + "…"


def ordered_id(tick: int, random_bits: int) -> uuid.UUID:
    """UUIDv7 with a sub-millisecond fraction (RFC 9562, section 6.2, method 3).

    `tick` counts 1/4096 ms since 1970: 48 bits of milliseconds and 12 bits of fraction, so that ids made one after the
    other on one machine sort in that order.
    """
    milliseconds, fraction = tick >> 12, tick & 0xFFF
    tail = random_bits & (1 << 62) - 1
    return uuid.UUID(int=(milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | tail)
