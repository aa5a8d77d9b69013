"""`POST /api/hub/feeds/<code>/deliveries`: a machine delivers with its token.

The body is the file itself or one multipart file. The answer comes after commit: 201 for a new delivery, 200 for one
that came before, 202 while the worker still processes a large one, 422 when the file was kept but refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import Message
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tidar.common import clock
from tidar.common.access import public
from tidar.common.errors import UnableTo, UnableToCarry
from tidar.common.formats import size_text
from tidar.common.middleware import spoken
from tidar.hub.actions import pushing
from tidar.hub.models import Delivery, FeedToken
from tidar.hub.views.data import delivery_data

ENDINGS = {
    "text/csv": "csv",
    "application/json": "json",
    "application/geo+json": "geojson",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}


@csrf_exempt
@public
@require_POST
def push(request: HttpRequest, code: str) -> HttpResponse:
    """Take one delivery from a machine; who may is decided by the token, not by a session."""
    at = clock.now()
    try:
        token = pushing.token_named(_bearer(request), at=at)
    except pushing.UnableToIdentify as error:
        response = spoken(request, 401, error.sentence, error.code)
        response["WWW-Authenticate"] = 'Bearer realm="tidar"'
        return response
    try:
        return _answer(_taken(request, token, code, at=at))
    except UnableTo as error:
        pushing.note_refusal(feed_code=code, error=error, by=pushing.actor_of_token(token), at=at)
        response = spoken(request, error.status, error.sentence, error.code)
        if isinstance(error, pushing.UnableToHurry):
            response["Retry-After"] = str(error.retry_after)
        return response


def _bearer(request: HttpRequest) -> str:
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def _taken(request: HttpRequest, token: FeedToken, code: str, *, at: datetime) -> pushing.Pushed:
    pushing.take_turn(token, at=at)
    feed = pushing.feed_of_push(token, code)
    _must_be_carryable(request)
    with _incoming(request, feed.code) as (file, name):
        sent = pushing.Push(file, name, request.headers.get("Idempotency-Key"))
        return pushing.push_delivery(feed_code=feed.code, push=sent, by=pushing.actor_of_token(token), at=at)


def _must_be_carryable(request: HttpRequest) -> None:
    """What can be refused before a byte of the body is read."""
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > settings.UPLOAD_MAX_BYTES + 100_000:  # multipart framing comes on top
        raise UnableToCarry(
            _("Kiriman lebih besar daripada batas %s; bagi menjadi beberapa.") % size_text(settings.UPLOAD_MAX_BYTES)
        )
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise pushing.UnableToPush(_("Kirim berkas tanpa Content-Encoding."))


@contextmanager
def _incoming(request: HttpRequest, code: str) -> Iterator[tuple[BinaryIO, str]]:
    """The stream of bytes and what the sender calls it."""
    if request.content_type != "multipart/form-data":
        yield cast(BinaryIO, request), _told_name(request) or f"{code}.{ENDINGS.get(request.content_type or '', 'csv')}"
        return
    files = [file for _field, found in request.FILES.lists() for file in found]
    if len(files) != 1:
        raise pushing.UnableToPush(_("Kirim tepat satu berkas dalam satu permintaan."))
    file = files[0]
    yield cast(BinaryIO, file), file.name or code


def _told_name(request: HttpRequest) -> str:
    header = Message()
    header["content-disposition"] = request.headers.get("Content-Disposition", "") or "attachment"
    return header.get_filename() or request.headers.get("X-File-Name", "")


def _answer(pushed: pushing.Pushed) -> JsonResponse:
    found = pushed.delivery
    body: dict[str, Any] = {"delivery": delivery_data(found) | {"feed": found.feed.code, "sentence": found.sentence}}
    if found.status == Delivery.Status.REFUSED:
        return JsonResponse({"error": {"code": "refused", "message": found.sentence}, **body}, status=422)
    if found.status in (Delivery.Status.RECEIVED, Delivery.Status.CHECKING):
        return JsonResponse(body, status=202)
    response = JsonResponse(body, status=201 if pushed.new else 200)
    response["Location"] = f"/api/hub/deliveries/{found.pk}"
    return response
