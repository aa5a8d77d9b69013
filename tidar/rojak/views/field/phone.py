"""What a patrol's phone asks: to be known, what to take along, to send what it signed, and what the city holds of it.

`tidar/rojak/rules/items.py` describes the items; answers are given after commit.
"""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableToFind
from tidar.common.pace import slow_down
from tidar.common.phone_requests import Envelope, Registration, Sent, UnableToTrust, small
from tidar.common.signed_records import UnableToRead, bytes_from
from tidar.places import api as places
from tidar.rojak.actions.devices import register_device
from tidar.rojak.actions.items import ItemAnswer, SignedItem, receive
from tidar.rojak.actions.packing import take_along
from tidar.rojak.models import Device
from tidar.rojak.queries.devices import contents_of, held_count, own_device
from tidar.rojak.rules.items import MAX_BATCH, MAX_BODY_BYTES

MOST_PER_MINUTE = 600  # of one person: batches of up to a hundred notes
ENVELOPE = Envelope(most=MAX_BATCH, body_bytes=MAX_BODY_BYTES)


class Batch(msgspec.Struct, frozen=True):
    """The body of `POST /api/rojak/kirim`."""

    device: uuid.UUID
    items: list[Sent] = []


@requires("patrol.walk")
@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """`POST /api/rojak/alat`: 201 for a new phone, 200 for one that came before."""
    asked = ENVELOPE.read(request, Registration)
    done = register_device(device=asked.device(), by=actor_of(request), at=clock.now())
    return JsonResponse(_device_data(done.device), status=201 if done.is_new else 200)


@requires("patrol.walk")
@require_safe
def pack(request: HttpRequest) -> HttpResponse:
    """`GET /api/rojak/siap?alat=<id>[&pos=<code>]`: everything for a round, or 304 when the phone has it already."""
    try:
        device = own_device(actor_of(request), uuid.UUID(request.GET.get("alat", "")))
    except ValueError as error:
        raise UnableToFind(_("HP itu tidak terdaftar atas nama Anda.")) from error
    if device.revoked_at is not None:
        raise UnableToTrust(_standing(device))
    marks = request.headers.get("If-None-Match", "")
    made = take_along(
        device=device, post_code=request.GET.get("pos", ""), marks=marks, by=actor_of(request), at=clock.now()
    )
    if made.is_known:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = small(
            request, msgspec.json.encode(made.content | {"made_at": _now_text(), "server_time": _now_text()})
        )
    answer["ETag"] = made.etag
    answer["Cache-Control"] = "private, no-cache"
    return answer


@requires("patrol.walk")
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """`POST /api/rojak/kirim`: take what the phone signed; `held` is how many versions are here of it now."""
    slow_down(request, what="patrol-send", most=MOST_PER_MINUTE, seconds=60, who=actor_of(request).id)
    batch = ENVELOPE.read(request, Batch)
    ENVELOPE.must_hold(len(batch.items))
    answers = receive(
        device_id=batch.device, items=[_item(one) for one in batch.items], by=actor_of(request), at=clock.now()
    )
    results = [_result(one) for one in answers]
    return JsonResponse({"results": results, "held": held_count(batch.device), "server_time": _now_text()})


@requires("patrol.walk")
@require_safe
def contents(request: HttpRequest, device_id: uuid.UUID) -> HttpResponse:
    """`GET /api/rojak/alat/<id>/isi`: what the city holds of one's own phone, for the phone to compare."""
    device = own_device(actor_of(request), device_id)
    found = contents_of(device.pk)
    data = {"count": found.count, "digest": found.digest, "items": found.items, "photos": found.photos}
    answer = small(request, msgspec.json.encode(data))
    answer["Cache-Control"] = "private, no-store"
    return answer


def _item(one: Sent) -> SignedItem:
    """Bytes that cannot be told are answered like any other that the phone did not sign."""
    try:
        return SignedItem(bytes_from(one.body), bytes_from(one.signature))
    except UnableToRead:
        return SignedItem(one.body.encode("utf-8", "replace"), b"")


def _result(one: ItemAnswer) -> dict[str, Any]:
    return {
        "id": one.id,
        "hash": one.content_hash,
        "state": one.state,
        "sentence": one.sentence,
        "receipt": one.receipt,
    }


def _device_data(device: Device) -> dict[str, Any]:
    return {
        "id": str(device.pk),
        "code": device.code,
        "name": device.name,
        "revoked": device.revoked_at is not None,
        "sentence": _standing(device),
        "server_time": _now_text(),
    }


def _standing(device: Device) -> str:
    if device.revoked_at is not None:
        return _("HP %s sudah dicabut. Hubungi ketua RW.") % device.code
    return _("HP %s siap dipakai.") % device.code


def _now_text() -> str:
    return clock.now().astimezone(places.region().zone).isoformat(timespec="seconds")
