"""Handing a short message to whoever delivers it (SMS or WhatsApp provider), or to the demo city's outbox.

`TIDAR_MESSAGES_URL` names an address that takes `POST {"to": "+62…", "text": "…"}` with a bearer token from
`TIDAR_MESSAGES_TOKEN`. Without it messages stay in `TIDAR_HOME/outbox/`, readable by the owner only; nothing is sent.
A message's text is never logged.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from tidar.common.errors import UnableTo

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
KEPT = 200


class UnableToSend(UnableTo):
    """The provider did not take the message (HTTP 503): nothing is known to have arrived."""

    status = 503


@dataclass(frozen=True, slots=True)
class Message:
    """One message in the outbox."""

    to: str
    text: str
    made_at: datetime


def send(*, to: str, text: str, at: datetime) -> None:
    """Hand over one message to a phone in E.164. Raises `UnableToSend` with a sentence."""
    if url := settings.TIDAR_MESSAGES_URL:
        _post(url, to=to, text=text)
    else:
        _keep(to=to, text=text, at=at)


def outbox(*, limit: int = 50) -> tuple[Message, ...]:
    """Messages that stayed here because no provider is configured, newest first."""
    files = sorted(_folder().glob("*.json"), reverse=True)[:limit]
    read = [json.loads(path.read_text()) for path in files]
    return tuple(Message(m["to"], m["text"], datetime.fromisoformat(m["made_at"])) for m in read)


def _post(url: str, *, to: str, text: str) -> None:
    headers = {"Authorization": f"Bearer {settings.TIDAR_MESSAGES_TOKEN}"}
    try:
        with httpx.Client(timeout=TIMEOUT, trust_env=False) as client:
            answer = client.post(url, json={"to": to, "text": text}, headers=headers)
    except httpx.HTTPError as error:
        raise UnableToSend(_("Pesan belum dapat dikirim. Coba lagi sebentar.")) from error
    if answer.status_code not in (200, 201, 202, 204):
        raise UnableToSend(_("Pesan belum dapat dikirim. Coba lagi sebentar."))


def _keep(*, to: str, text: str, at: datetime) -> None:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{time.time_ns():020d}-{secrets.token_hex(3)}.json"  # in the order of writing
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"to": to, "text": text, "made_at": at.isoformat()}, file)
    for old in sorted(folder.glob("*.json"))[:-KEPT]:
        old.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.TIDAR_HOME) / "outbox"
