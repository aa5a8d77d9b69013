"""A resident's own place, without an account: for the sticker at its beginning."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from tidar.common import clock
from tidar.common.access import public
from tidar.common.errors import UnableToFind
from tidar.common.pace import slow_down
from tidar.common.pages import page
from tidar.rojak.queries.resident import resident_view
from tidar.rojak.rules import findings as rules

KEEP_SECONDS = 120
MOST_PER_MINUTE = 60


@public
@require_safe
@gzip_page
def resident(request: HttpRequest, public_code: str) -> HttpResponse:
    """`/lorong/<code>/`: when it was checked, when next, whether the last finding is settled. Names nobody."""
    slow_down(request, what="resident", most=MOST_PER_MINUTE, seconds=60)
    found = resident_view(public_code, at=clock.now())
    if found is None:
        raise UnableToFind(_("Alamat itu tidak ada. Pindai lagi stikernya."))
    context = {"view": found, "code": public_code, "is_fixed": found.last_finding == rules.FIXED}
    response = page(request, "rojak/findings/resident.html", context)
    response["Cache-Control"] = f"public, max-age={KEEP_SECONDS}"
    response["X-Robots-Tag"] = "noindex"
    return response
