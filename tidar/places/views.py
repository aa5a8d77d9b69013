"""The list of areas and the map's outlines: open to everybody."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from tidar.common.access import public
from tidar.common.errors import UnableTo
from tidar.common.pages import page
from tidar.places import api
from tidar.places.rules import tables

ROWS_A_PAGE = 100
LEVELS = ("region", "kecamatan", "kelurahan", "desa")
SECONDS_FRESH = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list."""

    area: api.AreaView
    title: str
    parent_name: str


class UnableToDraw(UnableTo):
    """There are no outlines of that level."""

    status = 400


@public
@require_safe
def area_list(request: HttpRequest) -> HttpResponse:
    """All areas with both codes, postal code, km² and where their boundary comes from; searchable."""
    found = _found(request)
    filters = urlencode({k: v for k in ("q", "kecamatan") if (v := request.GET.get(k, "").strip())})
    context = {
        "region": api.region(),
        "rows": Paginator(_lines(found), ROWS_A_PAGE).get_page(request.GET.get("page")),
        "kecamatan": api.areas("kecamatan"),
        "q": request.GET.get("q", "").strip(),
        "chosen": request.GET.get("kecamatan", ""),
        "filters": filters,
        "query": f"&{filters}" if filters else "",
        "approximate": sum(not a.has_boundary for a in api.villages()),
        "villages": len(api.villages()),
    }
    return page(request, "places/areas.html", context, block="daftar")


@public
@require_safe
def area_csv(request: HttpRequest) -> HttpResponse:
    """The areas that the list shows, as CSV (UTF-8 with a byte order mark, which spreadsheets need)."""
    response = HttpResponse("\ufeff" + tables.csv_text(_found(request)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="wilayah-{api.region().code}.csv"'
    return response


def _etag(request: HttpRequest) -> str:
    return f'"{api.edition()}:{request.GET.get("level", "")[:20]}"'.replace("\n", "")


@public
@require_safe
@gzip_page
@condition(etag_func=_etag)
def areas_geojson(request: HttpRequest) -> HttpResponse:
    """Outlines of one level as GeoJSON (`?level=region|kecamatan|kelurahan|desa`; kelurahan and desa give both)."""
    level = request.GET.get("level", "kelurahan")
    if level not in LEVELS:
        raise UnableToDraw(_('Tingkat wilayah "%s" tidak ada. Yang ada: %s.') % (level[:20], ", ".join(LEVELS)))
    response = HttpResponse(api.boundaries_json(level), content_type="application/geo+json")
    patch_cache_control(response, public=True, max_age=SECONDS_FRESH)
    return response


def level_titles() -> dict[str, str]:
    """What the levels are called on screen."""
    return {
        "region": _("Kabupaten/Kota"),
        "kecamatan": _("Kecamatan"),
        "kelurahan": _("Kelurahan"),
        "desa": _("Desa"),
        "rw": _("RW"),
        "rt": _("RT"),
    }


def _lines(found: tuple[api.AreaView, ...]) -> list[Line]:
    names, titles = {a.code: a.name for a in api.areas()}, level_titles()
    return [Line(a, titles[a.level], names.get(a.parent_code, "")) for a in found]


def _found(request: HttpRequest) -> tuple[api.AreaView, ...]:
    text, within = request.GET.get("q", "")[:100], request.GET.get("kecamatan", "")[:40]
    return tables.found(api.areas(), text=text, within=within)
