"""What a collector's phone asks: to be known, its route, and to send home what it signed.

`tidar/retribusi/rules/devices.py` describes the records; answers are given after commit.
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
from tidar.common.middleware import spoken
from tidar.common.phone_requests import Envelope, Registration, Sent, UnableToTrust, small
from tidar.common.signed_records import UnableToRead, bytes_from
from tidar.places import api as places
from tidar.retribusi.actions.devices import register_device
from tidar.retribusi.actions.syncing import RecordAnswer, SignedRecord, SyncAnswer, UnableToHurry, sync
from tidar.retribusi.models import Device
from tidar.retribusi.queries.route import route as route_of
from tidar.retribusi.rules.devices import MAX_BATCH, MAX_BODY_BYTES

ENVELOPE = Envelope(most=MAX_BATCH, body_bytes=MAX_BODY_BYTES)


class Batch(msgspec.Struct, frozen=True):
    """The body of `POST /api/pungut/kirim`."""

    device: uuid.UUID
    highest: int
    records: list[Sent] = []


def _device_data(device: Device) -> dict[str, Any]:
    return {
        "id": str(device.pk),
        "code": device.code,
        "name": device.name,
        "approved": device.approved_at is not None,
        "revoked": device.revoked_at is not None,
        "sentence": _standing(device),
        "server_time": _now_text(),
    }


def _standing(device: Device) -> str:
    if device.revoked_at is not None:
        return _("Alat %s sudah dicabut. Serahkan ke kepala pasar atau daftarkan alat baru.") % device.code
    if device.approved_at is None:
        return _("Alat %s menunggu persetujuan kepala pasar.") % device.code
    return _("Alat %s siap dipakai.") % device.code


def _now_text() -> str:
    return clock.now().astimezone(places.region().zone).isoformat(timespec="seconds")


def _own_device(request: HttpRequest, device_id: uuid.UUID) -> Device:
    """The signed-in collector's own phone; of somebody else's nothing is said."""
    device = Device.objects.filter(pk=device_id, collector_id=actor_of(request).id).first()
    if device is None:
        raise UnableToFind(_("Alat itu tidak terdaftar atas nama Anda."))
    return device


@requires("levies.collect")
@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """`POST /api/pungut/alat`: 201 for a new phone, 200 for one that came before."""
    asked = ENVELOPE.read(request, Registration)
    done = register_device(device=asked.device(), by=actor_of(request), at=clock.now())
    return JsonResponse(_device_data(done.device), status=201 if done.is_new else 200)


@requires("levies.collect")
@require_safe
def device(request: HttpRequest, device_id: uuid.UUID) -> HttpResponse:
    """`GET /api/pungut/alat/<id>`: how one's own phone stands."""
    return JsonResponse(_device_data(_own_device(request, device_id)))


@requires("levies.collect")
@require_safe
def route(request: HttpRequest) -> HttpResponse:
    """`GET /api/pungut/rute?alat=<id>`: the whole route, or 304 when the phone has it already."""
    try:
        found = _own_device(request, uuid.UUID(request.GET.get("alat", "")))
    except ValueError as error:
        raise UnableToFind(_("Alat itu tidak terdaftar atas nama Anda.")) from error
    if found.approved_at is None or found.revoked_at is not None:
        raise UnableToTrust(_standing(found))
    made = route_of(device=found, collector=actor_of(request), at=clock.now())
    etag = f'W/"{made.mark}"'
    if etag in request.headers.get("If-None-Match", ""):
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = small(request, made.content)
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    return answer


@requires("levies.collect")
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """`POST /api/pungut/kirim`: take what the phone signed and say what is held of it."""
    batch = ENVELOPE.read(request, Batch)
    ENVELOPE.must_hold(len(batch.records))
    records = [_record(one) for one in batch.records]
    try:
        done = sync(
            device_id=batch.device, records=records, claimed_highest=batch.highest, by=actor_of(request),
            at=clock.now(),
        )  # fmt: skip
    except UnableToHurry as error:
        answer = spoken(request, error.status, error.sentence, error.code)
        answer["Retry-After"] = str(error.retry_after)
        return answer
    return JsonResponse(_answer_data(done))


def _record(one: Sent) -> SignedRecord:
    """Bytes that cannot be told are answered like any other that the phone did not sign."""
    try:
        return SignedRecord(bytes_from(one.body), bytes_from(one.signature))
    except UnableToRead:
        return SignedRecord(b"", b"")


def _answer_data(done: SyncAnswer) -> dict[str, Any]:
    return {
        "held": done.held,
        "of": done.of,
        "missing": [list(part) for part in done.missing],
        "results": [_result(one) for one in done.results],
        "bag": done.bag,
        "server_time": _now_text(),
    }


def _result(one: RecordAnswer) -> dict[str, Any]:
    return {
        "counter": one.counter,
        "hash": one.content_hash,
        "state": one.state,
        "sentence": one.sentence,
        "receipt": one.receipt,
    }
