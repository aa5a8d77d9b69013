"""The door for ODK clients (OpenRosa 1.0): list of forms, forms, their manifest, and what was filled in.

The key in the address is the client's proof. Each answer carries `X-OpenRosa-Version`; the server adds `Date`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common import clock
from tidar.common.access import public
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToCarry
from tidar.common.pace import slow_down
from tidar.formulir.actions.keys import note_use
from tidar.formulir.actions.receiving import Parcel, receive_parcel
from tidar.formulir.models import ClientKey, FormVersion
from tidar.formulir.queries.forms import openrosa_forms, openrosa_version
from tidar.formulir.queries.keys import holder_of
from tidar.formulir.rules import openrosa
from tidar.formulir.rules.instances import UnableToReadInstance
from tidar.formulir.rules.openrosa import ACCEPTED_BYTES

XML_FILE = "xml_submission_file"
MORE_FOLLOWS = "*isIncomplete*"
FRAMING_BYTES = 100_000  # multipart boundaries and headings around what a client counted


class UnableToKnow(UnableTo):
    """The key opens nothing (HTTP 401)."""

    status = 401


ClientView = Callable[..., HttpResponse]  # view(request, (key, actor), …)


def _for_client(view: ClientView) -> Callable[..., HttpResponse]:
    """Know the client by its key; answer every error as OpenRosa XML."""

    @csrf_exempt
    @functools.wraps(view)
    def known(request: HttpRequest, key: str, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, _client(request, key), **kwargs)
        except UnableTo as error:
            response = _said(error.sentence, status=error.status)
            if error.status == UnableToKnow.status:
                response["WWW-Authenticate"] = 'OpenRosa realm="Tidar"'
        response["X-OpenRosa-Version"] = openrosa.VERSION
        response["Cache-Control"] = "no-store"
        return response

    return known


def _client(request: HttpRequest, key: str) -> tuple[ClientKey, Actor]:
    at = clock.now()
    if found := holder_of(key, at=at):
        note_use(key=found[0], at=at)
        return found
    slow_down(request, what="odk-key", most=60, seconds=60)
    raise UnableToKnow(_("Kunci ini tidak berlaku. Buat kunci baru di Tidar, lalu pindai kode QR-nya."))


def address_of(request: HttpRequest, path: str) -> str:
    """The whole address of a path, as clients reach us: behind a proxy that speaks TLS, Django hears only http."""
    public = settings.TIDAR_PUBLIC_URL.rstrip("/")
    is_public = urlsplit(public).netloc == request.get_host()
    return public + path if is_public else request.build_absolute_uri(path)


def _xml(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/xml; charset=utf-8")


def _said(sentence: str, *, status: int, nature: str = "") -> HttpResponse:
    return _xml(openrosa.response(sentence, nature=nature), status=status)


@public
@require_safe
@_for_client
def form_list(request: HttpRequest, client: tuple[ClientKey, Actor]) -> HttpResponse:
    """The forms in use; `?formID=` narrows to one."""
    wanted = request.GET.get("formID", "")
    forms = [_listed(request, one) for one in openrosa_forms() if wanted in ("", one.form_id)]
    return _xml(openrosa.form_list(forms))


def _listed(request: HttpRequest, one: FormVersion) -> openrosa.ListedForm:
    def address(name: str) -> str:
        key = request.resolver_match.kwargs["key"]  # type: ignore[union-attr]
        return address_of(request, reverse(f"formulir:{name}", args=[key, one.form_id, one.number]))

    title = one.definition["title"]
    return openrosa.ListedForm(one.form_id, title, one.version, one.xform, address("odk_form"), address("odk_manifest"))


@public
@require_safe
@_for_client
def form(request: HttpRequest, client: tuple[ClientKey, Actor], form_key: str, number: int) -> HttpResponse:
    """One version as an XForm."""
    return _xml(openrosa_version(form_key, number).xform)


@public
@require_safe
@_for_client
def manifest(request: HttpRequest, client: tuple[ClientKey, Actor], form_key: str, number: int) -> HttpResponse:
    """The media of one version: none."""
    openrosa_version(form_key, number)
    return _xml(openrosa.manifest())


@public
@require_http_methods(["HEAD", "POST"])
@_for_client
def submission(request: HttpRequest, client: tuple[ClientKey, Actor]) -> HttpResponse:
    """HEAD: where to send and how much at once. POST: one filled-in form, or a part of its files."""
    if request.method == "HEAD":
        response = HttpResponse(status=204)
        response["Location"] = address_of(request, request.path)
        response["X-OpenRosa-Accept-Content-Length"] = str(ACCEPTED_BYTES)
        return response
    key, actor = client
    kept = receive_parcel(parcel=_parcel(request), key=key, by=actor, at=clock.now())
    sentence = kept.sentence or _("Jawaban sudah diterima. Terima kasih.")
    response = _said(sentence, status=201, nature="submit_success")
    response["Location"] = address_of(request, request.path)
    return response


def _parcel(request: HttpRequest) -> Parcel:
    """What came, once it is known to be small enough to read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > ACCEPTED_BYTES + FRAMING_BYTES:
        raise UnableToCarry(_("Kiriman terlalu besar; paling besar 10 MB sekali kirim."))
    files = {name: file for name, file in request.FILES.items() if isinstance(file, UploadedFile)}
    xml = files.pop(XML_FILE, None)
    if xml is None:
        raise UnableToReadInstance(_("Kiriman ini tidak memuat xml_submission_file."))
    if sum(file.size or 0 for file in files.values()) > ACCEPTED_BYTES:
        raise UnableToCarry(_("Kiriman terlalu besar; paling besar 10 MB sekali kirim."))
    return Parcel(
        xml=xml.read(),
        files={(file.name or name): file.read() for name, file in files.items()},
        more_follows=request.POST.get(MORE_FOLLOWS, "").lower() in ("yes", "true"),
    )
