"""Frozen values that other apps get from this one. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tidar.formulir.rules.answers import Answer
from tidar.formulir.rules.definition import Definition


@dataclass(frozen=True, slots=True)
class FormView:
    """One version of a form: its name, the version text and number, what it asks, and whether it is in use."""

    key: str
    version: str
    number: int
    title: str
    definition: Definition
    state: str  # "draf", "terbit", "lama"
    version_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """What one person answered, once; `was_here` when the same had come before."""

    id: uuid.UUID
    key: str
    version: str
    answers: Mapping[str, Answer]
    problems: tuple[tuple[str, str], ...]
    state: str  # "diterima", "ditahan", "ditolak"
    sentence: str
    happened_at: datetime
    received_at: datetime
    actor_id: str
    photos: Mapping[str, str]  # name in the answers → SHA-256
    was_here: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """What an ODK client sent, complete and without problems, for the app whose form it is."""

    id: uuid.UUID
    key: str
    version: str
    answers: Mapping[str, Answer]
    photos: Mapping[str, str]  # name in the answers → SHA-256 of the photograph as sent
    device: str
    area_code: str  # of the key that the client used; "" the whole region
    happened_at: datetime


Receiver = Callable[..., Any]  # function(submission: Received, *, by: Actor, at: datetime); raises UnableTo → held
