"""What phones that sign what they note ask and send, in the same shapes for every app; answers are small.

Anything read here came from anywhere: what cannot be read changes nothing and is answered with a sentence.
"""

from __future__ import annotations

import uuid
from typing import TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tidar.common.errors import UnableTo, UnableToAllow, UnableToCarry
from tidar.common.field_app import zipped
from tidar.common.phones import NewDevice
from tidar.common.signed_records import KEY_BYTES, bytes_from

Body = TypeVar("Body")
LEVEL = 6  # of gzip: almost as small as 9 in a third of the time


class UnableToUnderstand(UnableTo):
    """The envelope cannot be read; nothing in it was taken."""


class UnableToTrust(UnableToAllow):
    """The phone may not sign here: not approved yet, or taken out of use."""


class Registration(msgspec.Struct, frozen=True):
    """What a phone says to be known."""

    id: uuid.UUID
    public_key: str
    name: str = ""

    def device(self) -> NewDevice:
        """The phone, its key read from base64url; raises `UnableToRead`."""
        return NewDevice(self.id, bytes_from(self.public_key, length=KEY_BYTES), self.name)


class Sent(msgspec.Struct, frozen=True):
    """One signed record as it goes over the wire: both base64url."""

    body: str
    signature: str


class Envelope:
    """How much of an app comes at once: `most` records of at most `body_bytes` each."""

    def __init__(self, *, most: int, body_bytes: int) -> None:
        self._most = most
        self._bytes = most * (body_bytes * 4 // 3 + 200) + 1_000

    def read(self, request: HttpRequest, kind: type[Body]) -> Body:
        """The body of a request; `UnableToCarry` for what is too large, `UnableToUnderstand` for what is not `kind`."""
        length = request.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > self._bytes:
            raise self._too_many()
        try:
            return msgspec.json.decode(request.body, type=kind, strict=True)
        except (msgspec.ValidationError, msgspec.DecodeError, RecursionError) as error:
            raise UnableToUnderstand(_("Kiriman HP tidak dapat dibaca; perbarui aplikasinya.")) from error

    def must_hold(self, count: int) -> None:
        """So many records come at once, or `UnableToCarry`."""
        if count > self._most:
            raise self._too_many()

    def _too_many(self) -> UnableToCarry:
        return UnableToCarry(_("Kirim paling banyak %d catatan sekaligus.") % self._most)


def small(request: HttpRequest, content: bytes) -> HttpResponse:
    """JSON that shrinks to a tenth, which is felt where signal is weak.

    Only for what repeats nothing that a visitor sends and holds no form token: its size gives nothing away (BREACH).
    """
    return zipped(request, HttpResponse(content, content_type="application/json"), level=LEVEL)
