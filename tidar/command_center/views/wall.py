"""The wall: one page, its parts as fragments, the map's data, the configured basemap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tidar.command_center.queries import gauges as sensors
from tidar.command_center.queries import mapping, state, ticker
from tidar.command_center.queries import tiles as numbers
from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableToFind
from tidar.hub import api as hub
from tidar.places import api as places

PARTS = {
    "angka": "command_center/parts/tiles.html",
    "sejak": "command_center/parts/since.html",
    "umpan": "command_center/parts/feeds.html",
    "sungai": "command_center/parts/gauges.html",
}


@require_safe
@requires("wall.see")
def wall(request: HttpRequest) -> HttpResponse:
    """The full screen; without JavaScript the same numbers with the map as a table."""
    at = clock.now()
    shown = state.wall(reader=actor_of(request), at=at, chosen=request.GET.get("angka", ""))
    region = places.region()
    with timezone.override(region.zone):
        context = {
            "wall": shown,
            "region": region,
            "default_theme": "dark",
            "words": wall_words(shown),
            "levels": ("normal", "waspada", "siaga", "awas"),
            "document": mapping.map_document(shown.figure, shown.gauges, mapping.points()),
        }
        return render(request, "command_center/wall.html", context)


@require_safe
@requires("wall.see")
def part(request: HttpRequest, name: str) -> HttpResponse:
    """One part of the wall as a fragment; a person who opens it gets the whole wall."""
    if name not in PARTS:
        raise UnableToFind(_("Bagian dinding ini tidak ada."))
    if request.headers.get("X-Tidar-Part") != "1":
        return redirect("wall")
    with timezone.override(places.region().zone):
        return render(request, PARTS[name], _part_context(name))


def _part_context(name: str) -> dict[str, Any]:
    at = clock.now()
    if name in ("angka", "sejak"):
        found = numbers.tiles()
        return {"tiles": found, "changed": numbers.changed_since(found, moment=numbers.yesterday(at))}
    if name == "umpan":
        lines = state.feed_lines(hub.feed_states(at=at))
        return {"feeds": lines, "counted": state.counted(lines), "checks": state.check_lines(at=at)}
    return {"gauges": sensors.gauges()}


@require_safe
@requires("wall.see")
def map_data(request: HttpRequest) -> JsonResponse:
    """Classes and values of the chosen figure, sensors and sites, as JSON."""
    chosen = mapping.figure(request.GET.get("angka", ""))
    return JsonResponse(mapping.map_document(chosen, sensors.gauges(), mapping.points()))


def wall_words(shown: state.Wall) -> dict[str, Any]:
    """Words and settings for the browser's side of the wall."""
    region = places.region()
    return {
        "templates": ticker.templates(),
        "feeds": dict(shown.names.feeds),
        "indicators": dict(shown.names.indicators),
        "streams": {
            g.reading.datastream_id: {"name": g.reading.thing_name, "unit": g.reading.unit} for g in shown.gauges
        },
        "levels": {code: sensors.level_text(code) for code in sensors.SEVERITY},
        "map": map_words(),
        "per_minute": _("{count}/menit"),
        "live": _("Langsung"),
        "lost": _("Terputus – angka per {clock}"),
        "joining": _("Menyambung…"),
        "zone": region.zone.key,
        "zone_name": region.zone_name,
        "bounds": region.bounds,
        "centre": [region.lon, region.lat],
        "basemap": "/wall/peta-dasar.pmtiles" if settings.TIDAR_BASEMAP else "",
        "map_levels": [level for level in mapping.LEVELS if places.areas(level)],
    }


def map_words() -> dict[str, str]:
    """What the map says: the library's own controls by their names, and ours."""
    return {
        "NavigationControl.ZoomIn": _("Perbesar"),
        "NavigationControl.ZoomOut": _("Perkecil"),
        "Map.Title": _("Peta wilayah"),
        "CooperativeGesturesHandler.WindowsHelpText": _("Tahan Ctrl sambil menggulir untuk memperbesar peta"),
        "CooperativeGesturesHandler.MacHelpText": _("Tahan ⌘ sambil menggulir untuk memperbesar peta"),
        "CooperativeGesturesHandler.MobileHelpText": _("Gunakan dua jari untuk menggeser peta"),
        "Popup.Close": _("Tutup"),
        "Marker.Title": _("Penanda peta"),
        "none": _("Belum ada angka"),
        "trace": _("Telusuri asal angka"),
    }


@require_safe
@requires("wall.see")
def basemap(request: HttpRequest) -> HttpResponseBase:
    """The configured PMTiles file, whole or by one byte range (RFC 9110, section 14)."""
    path = Path(settings.TIDAR_BASEMAP) if settings.TIDAR_BASEMAP else None
    if path is None or not path.is_file():
        raise UnableToFind(_("Peta dasar belum dipasang."))
    size = path.stat().st_size
    wanted = _byte_range(request.headers.get("Range", ""), size)
    if wanted is None:
        response: HttpResponseBase = FileResponse(path.open("rb"), content_type="application/vnd.pmtiles")
    else:
        first, last = wanted
        if first >= size:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        with path.open("rb") as file:
            file.seek(first)
            body = file.read(last - first + 1)
        response = HttpResponse(body, status=206, content_type="application/vnd.pmtiles")
        response["Content-Range"] = f"bytes {first}-{first + len(body) - 1}/{size}"
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _byte_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range; None when there is none that we answer (then: the whole file)."""
    unit, _sep, spec = header.partition("=")
    first, _dash, last = spec.partition("-")
    if unit.strip() != "bytes" or "," in spec or not (first.strip() + last.strip()).isdigit():
        return None
    if not first.strip():
        return max(size - int(last), 0), size - 1
    end = min(int(last), size - 1) if last.strip() else size - 1
    return (int(first), end) if end >= int(first) or int(first) >= size else None
