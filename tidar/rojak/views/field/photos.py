"""Photographs of the patrol come in parts (RFC 9110, section 14.4): how much is here, and the next part."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.pace import slow_down
from tidar.formulir import api as formulir

RANGE = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})")
MOST_BYTES = 6_000_000  # of one request; a photograph has 5 MB at most
MOST_PER_MINUTE = 600  # of one person: parts of photographs
HELD = "ditahan"


class UnableToTakePart(UnableTo):
    """The part does not say what it is."""


@requires("patrol.walk")
@require_http_methods(["HEAD", "PUT"])
def photo(request: HttpRequest, sha256: str) -> HttpResponse:
    """`HEAD /api/rojak/foto/<sha256>`: `Upload-Offset`, `Upload-State`; `PUT` with `Content-Range`: the next part.

    Only a photograph that a note named is taken: of any other the phone hears 404, and waits until its note came.
    """
    return _offset(sha256) if request.method == "HEAD" else _part(request, sha256)


def _offset(sha256: str) -> HttpResponse:
    found = formulir.photo_offset(sha256)
    answer = HttpResponse()
    answer["Upload-Offset"], answer["Upload-State"] = str(found.held_bytes), found.state
    answer["Cache-Control"] = "no-store"
    return answer


def _part(request: HttpRequest, sha256: str) -> HttpResponse:
    by, at = actor_of(request), clock.now()
    slow_down(request, what="patrol-photo", most=MOST_PER_MINUTE, seconds=60, who=by.id)
    start, last, total = _range(request)
    if formulir.photo(sha256) is None:
        raise UnableToFind(_("Foto itu tidak ada."))
    length = request.headers.get("Content-Length", "")
    size = max(total, int(length) if length.isdigit() else 0)
    if size > MOST_BYTES:  # nothing of it is read
        view = formulir.refuse_photo(sha256=sha256, sentence=formulir.too_large(), size_bytes=size, by=by, at=at)
    else:
        data = request.body
        if last - start + 1 != len(data):
            raise UnableToTakePart(_("Bagian foto itu tidak sepanjang yang disebutkan."))
        view = formulir.receive_photo_part(sha256=sha256, start=start, total=total, data=data, by=by, at=at)
    if view.state == HELD:
        error = {"code": "UnableToReceivePhoto", "message": view.sentence}
        return JsonResponse({"held": 0, "state": view.state, "sentence": view.sentence, "error": error}, status=422)
    return JsonResponse({"held": view.held_bytes, "state": view.state, "sentence": view.sentence})


def _range(request: HttpRequest) -> tuple[int, int, int]:
    found = RANGE.fullmatch(request.headers.get("Content-Range", ""))
    if found is None:
        raise UnableToTakePart(_("Sebutkan bagian mana dari foto itu (Content-Range)."))
    return int(found[1]), int(found[2]), int(found[3])
