"""Public verification: by the QR code's address, by number and code, and for machines."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tidar.common.access import public
from tidar.common.pages import page
from tidar.documents.forms import AskForm
from tidar.documents.queries.documents import by_number_and_code
from tidar.documents.queries.verifying import Verdict, encoded, keys, verdict_on
from tidar.documents.rules.numbering import path_of
from tidar.documents.rules.proof import signed_message
from tidar.places import api as places


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Find a document by the number and the code on its paper; shows the keys of this deployment too."""
    form = AskForm(request.POST or None)
    if form.is_valid():
        found = by_number_and_code(form.cleaned_data["nomor"], form.cleaned_data["kode"])
        if found is not None:
            return redirect(path_of(found.token))
        form.add_error(None, _("Tidak ada dokumen dengan nomor dan kode itu. Periksa lagi ketikan Anda."))
    context = {"form": form, "keys": keys(), "region": places.region().name}
    return page(request, "documents/ask.html", context, block="form", status=422 if form.errors else 200)


@public
@never_cache
@require_GET
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Whether the document behind a QR code is genuine, and whether it still counts. No personal data."""
    verdict = verdict_on(token)
    context = {"verdict": verdict, "token": token, "region": places.region().name}
    response = page(request, "documents/verify.html", context, status=200 if verdict else 404)
    return _unlisted(response)


@public
@never_cache
@require_GET
def verify_json(request: HttpRequest, token: str) -> HttpResponse:
    """The same for machines, with what is needed to check the signature without trusting this server's word."""
    verdict = verdict_on(token)
    if verdict is None:
        return _unlisted(JsonResponse({"status": "unknown"}, status=404))
    return _unlisted(JsonResponse(_plain(verdict)))


def _plain(verdict: Verdict) -> dict[str, Any]:
    return {
        "status": verdict.state,
        "kind": verdict.kind,
        "title": verdict.title,
        "number": verdict.number,
        "issued_at": verdict.issued_at.isoformat(),
        "agency": verdict.agency or None,
        "amount_rupiah": verdict.amount_rupiah,
        "cancelled_at": verdict.cancelled_at.isoformat() if verdict.cancelled_at else None,
        "content_hash": verdict.content_hash,
        "hash_algorithm": "SHA-256",
        "signature": encoded(verdict.signature),
        "signature_algorithm": "Ed25519",
        "signed_message": signed_message(verdict.content_hash).decode(),
        "public_key": encoded(verdict.public_key),
        "key_fingerprint": verdict.fingerprint,
        "key_retired_at": verdict.key_retired_at.isoformat() if verdict.key_retired_at else None,
    }


def _unlisted(response: HttpResponse) -> HttpResponse:
    """A page whose address is a secret of the paper's holder belongs in no search engine."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
