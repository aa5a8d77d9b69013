"""Reading one MQTT message as an observation, and what a feed file declares about its sensors. Pure.

Topic and payload follow OGC SensorThings 1.1 (18-088), section 14: `v1.1/Datastreams(<id or code>)/Observations` with
`{"phenomenonTime": …, "result": …}`.
"""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import msgspec

Level = Literal["normal", "waspada", "siaga", "awas"]

LEVELS: tuple[Level, ...] = ("normal", "waspada", "siaga", "awas")  # their place is the event's severity
MAX_PAYLOAD_BYTES = 64 * 1024
MAX_TOPIC_LENGTH = 255
MAX_AHEAD = timedelta(minutes=5)
MAX_BEHIND = timedelta(days=30)
_TOPIC = re.compile(r"v1\.1/Datastreams\('?([^()/']{1,60})'?\)/Observations")


class UnreadableMessage(Exception):
    """Why a message is quarantined: a code for machines and a sentence for the producer."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


@dataclass(frozen=True, slots=True)
class RawMessage:
    """One message as it came from the broker."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Gauge:
    """A datastream with its thing's place, as reading needs it."""

    id: int
    code: str
    name: str
    thing_code: str
    unit: str
    feed_id: uuid.UUID
    area_code: str = ""
    lon: float | None = None
    lat: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    levels: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """A message that could be read."""

    gauge: Gauge
    result: float
    happened_at: datetime

    @property
    def level(self) -> Level:
        """How serious the value is by the datastream's own bounds."""
        return level_of(self.result, self.gauge.levels)


@dataclass(frozen=True, slots=True)
class ObservationView:
    """The newest observation of one datastream, as plain values."""

    datastream_id: int
    datastream_code: str
    datastream_name: str
    thing_code: str
    thing_name: str
    lon: float | None
    lat: float | None
    area_code: str
    unit: str
    level: Level
    result: float
    happened_at: datetime
    message_id: str
    feed_code: str
    sample: bool
    levels: Mapping[str, float]
    access_class: str = "open"


def level_of(result: float, levels: Mapping[str, float]) -> Level:
    """The highest level whose lower bound `result` reaches."""
    reached = [level for level in LEVELS[1:] if level in levels and result >= levels[level]]
    return reached[-1] if reached else "normal"


def severity_of(level: Level) -> int:
    """0 … 3, the severity of an event at `level`."""
    return LEVELS.index(level)


def topic_matches(pattern: str, topic: str) -> bool:
    """Whether an MQTT topic filter with `+` and `#` covers `topic` (MQTT 3.1.1, section 4.7)."""
    wanted, given = pattern.split("/"), topic.split("/")
    for place, part in enumerate(wanted):
        if part == "#":
            return True
        if place >= len(given) or part not in ("+", given[place]):
            return False
    return len(wanted) == len(given)


def datastream_name(topic: str) -> str:
    """The id or code of the datastream that `topic` names; raises `UnreadableMessage`."""
    found = _TOPIC.fullmatch(topic)
    if found is None:
        raise UnreadableMessage(
            "topic", "Alamat (topic) pesan tidak dikenal; yang diharapkan: v1.1/Datastreams(kode)/Observations."
        )
    return found.group(1)


def read_observation(message: RawMessage, gauges: Mapping[str, Gauge], *, at: datetime) -> Reading:
    """The message as a reading; raises `UnreadableMessage`. `gauges` is keyed by code and by id as text."""
    name = datastream_name(message.topic)
    gauge = gauges.get(name)
    if gauge is None:
        raise UnreadableMessage("datastream", f"Sensor “{name}” belum terdaftar di Tidar.")
    observation = _decoded(message.payload)
    result = _result(observation, gauge)
    return Reading(gauge, result, _moment(observation, at))


def _decoded(payload: bytes) -> dict[str, object]:
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise UnreadableMessage("size", f"Isi pesan terlalu besar ({len(payload)} byte); paling besar 65.536 byte.")
    try:
        value = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise UnreadableMessage("json", "Isi pesan bukan JSON yang benar.") from None
    if not isinstance(value, dict):
        raise UnreadableMessage("json", "Isi pesan harus berupa objek JSON dengan phenomenonTime dan result.")
    return value


def _result(observation: Mapping[str, object], gauge: Gauge) -> float:
    value = observation.get("result")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _is_finite(value):
        raise UnreadableMessage("result", "Nilai hasil (result) tidak ada atau bukan angka.")
    low, high = gauge.minimum, gauge.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"{low if low is not None else '−∞'} sampai {high if high is not None else '∞'} {gauge.unit}"
        raise UnreadableMessage("range", f"Nilai {value:g} {gauge.unit} di luar batas {gauge.name}: {bounds}.")
    return float(value)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer too large for a float
        return False


def _moment(observation: Mapping[str, object], at: datetime) -> datetime:
    """The instant of `phenomenonTime`; of an interval, its end."""
    text = observation.get("phenomenonTime")
    if not isinstance(text, str) or not text:
        raise UnreadableMessage("time", "Pesan tidak menyebut waktu pengukuran (phenomenonTime).")
    try:
        if not text.isprintable():  # `fromisoformat` overlooks some hidden characters
            raise ValueError(text)
        moment = datetime.fromisoformat(text.rsplit("/", 1)[-1])
    except ValueError:
        raise UnreadableMessage("time", f"Waktu pengukuran “{text[:40]}” tidak dapat dibaca.") from None
    if moment.tzinfo is None:
        raise UnreadableMessage("time", f"Waktu pengukuran “{text[:40]}” tidak menyebut zona waktu.")
    return _plausible(moment, text, at)


def _plausible(moment: datetime, text: str, at: datetime) -> datetime:
    try:
        distance = moment - at
    except OverflowError:
        raise UnreadableMessage("time", f"Waktu pengukuran “{text[:40]}” tidak dapat dibaca.") from None
    if distance > MAX_AHEAD:
        raise UnreadableMessage("future", f"Waktu pengukuran {text[:40]} ada di masa depan; periksa jam sensor.")
    if -distance > MAX_BEHIND:
        raise UnreadableMessage("ancient", f"Waktu pengukuran {text[:40]} lebih dari 30 hari yang lalu.")
    return moment


def readable_payload(payload: bytes, *, length: int = 300) -> str:
    """The beginning of a payload for a person: text where it is text, otherwise its bytes in hexadecimal."""
    try:
        text = payload[: length * 4].decode()
    except UnicodeDecodeError as error:
        if error.start < len(payload[: length * 4]) - 3:
            return payload[: length // 3].hex(" ")
        text = payload[: error.start].decode()
    shown = "".join(c if c.isprintable() or c in "\n\t" else "·" for c in text[:length])
    return shown + ("…" if len(text) > length or len(payload) > length * 4 else "")


class PropertyDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is measured."""

    code: str
    name: str
    definition: str = ""


class ThingDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device or site."""

    code: str
    name: str
    description: str = ""
    area_code: str = ""
    lon: float | None = None
    lat: float | None = None


class DatastreamDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One property of one thing."""

    code: str
    name: str
    thing: str
    observed_property: str
    unit: str
    minimum: float | None = None
    maximum: float | None = None
    levels: dict[str, float] = {}


class Sensing(msgspec.Struct, frozen=True, kw_only=True):
    """`[[observed_properties]]`, `[[things]]` and `[[datastreams]]` of a feed file; its other keys are the feed's."""

    observed_properties: tuple[PropertyDeclaration, ...] = ()
    things: tuple[ThingDeclaration, ...] = ()
    datastreams: tuple[DatastreamDeclaration, ...] = ()


def sensing_from(data: object) -> Sensing:
    """The declarations in a feed file; raises `msgspec.ValidationError` or `ValueError` naming what is wrong."""
    sensing = msgspec.convert(data, Sensing)
    things = {thing.code for thing in sensing.things}
    properties = {prop.code for prop in sensing.observed_properties}
    for stream in sensing.datastreams:
        if stream.thing not in things or stream.observed_property not in properties:
            raise ValueError(f"datastream {stream.code} names a thing or property that is not declared")
        bounds = [stream.levels[level] for level in LEVELS if level in stream.levels]
        if set(stream.levels) - set(LEVELS[1:]) or bounds != sorted(bounds):
            raise ValueError(f"levels of datastream {stream.code} must be waspada ≤ siaga ≤ awas")
    return sensing
