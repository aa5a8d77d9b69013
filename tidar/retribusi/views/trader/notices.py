"""A bank's word that money came: signed, booked once, and answered as the standard wants."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tidar.common import clock
from tidar.common.access import public
from tidar.common.errors import UnableTo
from tidar.gateways.api import UnableToReadNotice, UnableToTrust, connected_bank, read_notice
from tidar.retribusi.actions.charging import settle_notice

log = logging.getLogger(__name__)
MOST_BYTES = 32 * 1024
SERVICE = "52"  # SNAP: notification of a QRIS payment


@csrf_exempt
@public
@require_POST
def notice(request: HttpRequest, gateway: str) -> HttpResponse:
    """`2005200` after the payment is committed; the same notice again gets the same answer and books nothing."""
    bank = connected_bank()
    if bank is None or bank.gateway.name != gateway:
        return _answer(404, "16", "Partner not found")
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return _answer(400, "00", "Too large")
    at = clock.now()
    try:
        found = read_notice(
            gateway=gateway, public_key=bank.public_key, path=request.path, body=request.body,
            headers=request.headers, at=at,
        )  # fmt: skip
        settle_notice(notice=found, at=at)
    except UnableToTrust as error:
        return _answer(401, "00", error.sentence)
    except UnableToReadNotice as error:
        return _answer(400, "01", error.sentence)
    except UnableTo as error:  # signed, readable, and still not bookable: a person must look, the bank tries again
        log.warning("notice of %s was not booked: %s", gateway, error.code)
        return _answer(500, "00", error.sentence)
    return _answer(200, "00", "Successful")


def _answer(status: int, case: str, words: str) -> JsonResponse:
    code = f"{status}{SERVICE}{case}"
    return JsonResponse({"responseCode": code, "responseMessage": words}, status=status)
