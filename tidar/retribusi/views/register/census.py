"""The walk that counts traders: begin, walk block by block on a phone, see what does not match, settle it."""

from __future__ import annotations

import uuid
from collections import Counter

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.ids import uuid7
from tidar.common.pages import page
from tidar.common.photos import LARGEST_BYTES
from tidar.retribusi.actions.census import SEEN_KEYS, NewEntry, begin_census, close_census, photo_path, record_entry
from tidar.retribusi.actions.census_settling import apply_entry, dismiss_entry
from tidar.retribusi.forms.register import EARLIEST, LATEST
from tidar.retribusi.models import Census, CensusEntry, LevyObject
from tidar.retribusi.queries import census as queries
from tidar.retribusi.queries.register import markets_for, payer_by_npwrd
from tidar.retribusi.views.register.desk import act_of, census_named, done, number_in, text_in


@requires("levies.see")
@require_http_methods(["GET", "HEAD", "POST"])
def censuses(request: HttpRequest) -> HttpResponse:
    """`/retribusi/pendataan/`: walks that were made, and beginning one."""
    actor = actor_of(request)
    made: list[uuid.UUID] = []
    if request.method == "POST":
        market, title = text_in(request, "pasar"), text_in(request, "judul")
        if done(request, lambda by, at: made.append(begin_census(market=market, title=title, by=by, at=at))):
            return redirect("retribusi:census", made[0])
    context = {
        "rows": list(queries.censuses_for(actor)[:60]),
        "markets": list(markets_for(actor, "levies.register")),
        "tab": "census",
    }
    return page(request, "retribusi/census/list.html", context, status=422 if request.method == "POST" else 200)


@requires("levies.see", load=census_named)
@require_http_methods(["GET", "HEAD", "POST"])
def census(request: HttpRequest, found: Census) -> HttpResponse:
    """`/retribusi/pendataan/<uuid>/`: n of m per block, registered against seen."""
    if request.method == "POST":
        said = _("Pendataan ditutup. Perbedaan yang tersisa masih dapat diputuskan.")
        done(request, lambda by, at: close_census(census_id=found.pk, by=by, at=at), said=said)
        return redirect("retribusi:census", found.pk)
    rows = queries.progress(found)
    total = queries.BlockProgress("")
    for row in rows:
        total.stalls, total.seen = total.stalls + row.stalls, total.seen + row.seen
        total.occupied, total.added = total.occupied + row.occupied, total.added + row.added
        total.found += row.found
    waiting = queries.newest(found).exclude(finding=CensusEntry.Finding.AS_REGISTERED).filter(settled_at=None).count()
    context = {
        "census": found,
        "rows": rows,
        "total": total,
        "findings": _findings(total.found, total.added),
        "waiting": waiting,
        "may_register": _may_register(request, found),
        "tab": "census",
    }
    return page(request, "retribusi/census/census.html", context)


def _findings(found: Counter[str], added: int) -> list[tuple[str, int]]:
    rows = [(str(finding.label), found[finding]) for finding in CensusEntry.Finding]
    return [(label, added if label == str(CensusEntry.Finding.NOT_REGISTERED.label) else n) for label, n in rows]


def _may_register(request: HttpRequest, found: Census) -> bool:
    return actor_of(request).may("levies.register", agency=found.agency_code, area=found.area_code or None)


@requires("levies.register", load=census_named)
@require_safe
def walk(request: HttpRequest, found: Census) -> HttpResponse:
    """`/retribusi/pendataan/<uuid>/jalan/?blok=`: the stalls of a block with big buttons, for a phone."""
    block = request.GET.get("blok", "")
    blocks = [row.block for row in queries.progress(found)]
    place = blocks.index(block) if block in blocks else -1
    rows = queries.walk(found, block)
    context = {
        "census": found,
        "here": block,
        "rows": rows,
        "seen": sum(row.entry is not None for row in rows),
        "next_block": blocks[place + 1] if 0 <= place < len(blocks) - 1 else "",
        "place_types": LevyObject.PlaceType.choices,
        "texts": _texts(),
        "tab": "census",
    }
    return page(request, "retribusi/census/walk.html", context)


def _texts() -> dict[str, str]:
    """What the phone says by itself."""
    return {finding.value: str(finding.label) for finding in CensusEntry.Finding} | {
        "waiting": _("menunggu sinyal"),
        "left": _("%d catatan menunggu sinyal"),
        "refused": _("Catatan ini ditolak."),
        "signIn": _("Anda perlu masuk lagi. Catatan tetap tersimpan di ponsel ini dan dikirim sesudah masuk."),
        "later": _("Server sedang sibuk. Catatan tersimpan di ponsel dan dikirim lagi nanti."),
        "notKept": _("Ponsel ini tidak dapat menyimpan catatan. Kosongkan ruang simpan, lalu tekan lagi."),
        "drop": _("Buang catatan"),
    }


@requires("levies.register", load=census_named)
@require_POST
def note(request: HttpRequest, found: Census) -> HttpResponseBase:
    """`/retribusi/pendataan/<uuid>/catat/`: one entry, from the phone's queue (JSON back) or from a plain form."""
    wants_json = "application/json" in request.headers.get("Accept", "")
    block = text_in(request, "blok")
    try:
        entry, is_new = record_entry(
            census_id=found.pk, entry=_entry(request), photo=_photo(request), by=actor_of(request), at=clock.now()
        )
    except UnableTo as error:
        if wants_json:
            return JsonResponse({"sentence": error.sentence}, status=error.status)
        messages.error(request, error.sentence)
        return redirect(f"{reverse('retribusi:census_walk', args=[found.pk])}?blok={block}")
    if wants_json:
        label = str(entry.get_finding_display())
        return JsonResponse({"id": str(entry.pk), "finding": entry.finding, "label": label, "is_new": is_new})
    anchor = f"lapak-{entry.levy_object_id}" if entry.levy_object_id else "tambah"
    return redirect(f"{reverse('retribusi:census_walk', args=[found.pk])}?blok={block}#{anchor}")


def _entry(request: HttpRequest) -> NewEntry:
    said = request.POST
    try:
        entry_id = uuid.UUID(said["id"]) if said.get("id") else uuid7()
        happened = parse_datetime(said["pada"]) if said.get("pada") else clock.now()
    except ValueError as error:
        raise UnableToFind(_("Catatan itu tidak dapat dibaca.")) from error
    if happened is None or happened.tzinfo is None or not EARLIEST.year < happened.year <= LATEST.year:
        raise UnableToFind(_("Waktu catatan itu tidak dapat dibaca."))
    return NewEntry(
        id=entry_id, finding=text_in(request, "temuan"), happened_at=happened, object_id=number_in(request, "lapak"),
        number=text_in(request, "nomor")[:60], seen={key: text_in(request, key) for key in SEEN_KEYS},
        lon=_degree(said.get("lon", ""), 180), lat=_degree(said.get("lat", ""), 90),
    )  # fmt: skip


def _degree(text: str, limit: int) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if -limit <= value <= limit else None


def _photo(request: HttpRequest) -> bytes | None:
    file = request.FILES.get("foto")
    return file.read(LARGEST_BYTES + 1) if file else None


@requires("levies.see", load=census_named)
@require_http_methods(["GET", "HEAD", "POST"])
def differences(request: HttpRequest, found: Census) -> HttpResponse:
    """`/retribusi/pendataan/<uuid>/beda/`: what does not match; apply it, or dismiss it with a reason."""
    settled = request.GET.get("lihat") == "selesai"
    if request.method == "POST":
        _settle(request)
        return redirect(request.get_full_path())
    context = {
        "census": found,
        "rows": queries.differences(found, actor_of(request), settled=settled),
        "settled": settled,
        "may_register": _may_register(request, found),
        "tab": "census",
    }
    return page(request, "retribusi/census/differences.html", context)


def _settle(request: HttpRequest) -> None:
    try:
        entry_id = uuid.UUID(request.POST.get("catatan", ""))
    except ValueError:
        return
    if act_of(request) == "terapkan":
        payer_id = _payer(request)
        done(
            request, lambda by, at: apply_entry(entry_id=entry_id, payer_id=payer_id, by=by, at=at),
            said=_("Register sekarang sesuai dengan yang dilihat."),
        )  # fmt: skip
    elif act_of(request) == "abaikan":
        reason = text_in(request, "alasan")
        done(
            request, lambda by, at: dismiss_entry(entry_id=entry_id, reason=reason, by=by, at=at),
            said=_("Perbedaan itu diabaikan; alasannya tersimpan."),
        )  # fmt: skip


def _payer(request: HttpRequest) -> int | None:
    if (chosen := number_in(request, "wajib")) is not None:
        return chosen
    payer = payer_by_npwrd(text_in(request, "npwrd"))
    return payer.pk if payer else None


@requires("levies.see")
@require_safe
def photo(request: HttpRequest, photo: str) -> HttpResponseBase:
    """`/retribusi/pendataan/foto/<hash>.jpg`: a photograph of a walk that the reader may see."""
    mine = queries.censuses_for(actor_of(request))
    path = photo_path(photo)
    if not CensusEntry.objects.filter(photo_hash=photo, census__in=mine).exists() or not path.exists():
        raise UnableToFind(_("Foto itu tidak ada."))
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
