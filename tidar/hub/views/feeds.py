"""Pages of feeds: the list, one feed with its contract and history, empty templates, definition and tokens."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.common.files import csv_file, xlsx_file
from tidar.common.formats import number_text
from tidar.common.pages import page
from tidar.hub import api
from tidar.hub.actions.feeds import (
    UnableToDefine,
    create_feed,
    edit_feed,
    issue_token,
    read_definition,
    revoke_token,
    set_feed_active,
)
from tidar.hub.forms import DefinitionForm, TokenForm
from tidar.hub.models import Feed
from tidar.hub.queries.deliveries import FeedRow, deliveries_of, feed_rows, feeds_seen_by
from tidar.hub.rules.contract import Column
from tidar.hub.rules.definition import FeedDefinition
from tidar.hub.rules.writing import definition_text
from tidar.hub.views.loading import Template, feed_named, template_named, uuid_in

STATES = ("fresh", "late", "stale", "waiting", "unscheduled")


@requires("hub.see")
@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    """`/hub/`: every feed that the reader may see, with its state; filters by words, owner and state."""
    actor = actor_of(request)
    words, agency, state = (request.GET.get(name, "").strip() for name in ("q", "dinas", "keadaan"))
    rows = feed_rows(actor, words=words, agency=agency)
    states = api.feed_states(at=clock.now())
    listed = [_listed(row, states.get(row.feed.code), actor) for row in rows]
    if state in STATES:
        listed = [item for item in listed if item["state"] and item["state"].state == state]
    agencies = sorted({(f.agency_id, f.agency.name) for f in feeds_seen_by(actor)}, key=lambda pair: pair[1])
    context = {
        "rows": listed,
        "words": words,
        "agency": agency,
        "state": state,
        "states": STATES,
        "agencies": agencies,
        "filtered": bool(words or agency or state),
        "may_administer": actor.may("hub.administer"),
    }
    return page(request, "hub/feeds.html", context, block="list")


def _listed(row: FeedRow, state: api.FeedState | None, actor: Actor) -> dict[str, Any]:
    mends = row.open_count > 0 and actor.may("hub.deliver", agency=row.feed.agency_code)
    return {"row": row, "feed": row.feed, "state": state, "may_mend": mends}


@requires("hub.see", load=feed_named)
@require_safe
def feed(request: HttpRequest, found: Feed) -> HttpResponse:
    """`/hub/umpan/<code>/`: contract, health, history and, for those who administer it, tokens."""
    return _feed_page(request, found)


def _feed_page(request: HttpRequest, found: Feed, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    listed = Paginator(deliveries_of(found), 20).get_page(request.GET.get("page"))
    administers = actor.may("hub.administer", agency=found.agency_code)
    context = {
        "feed": found,
        "contract": found.rules,
        "state": api.feed_states(at=clock.now()).get(found.code),
        "page_obj": listed,
        "takes_files": found.kind != Feed.Kind.MQTT,
        "datastreams": list(found.datastreams.select_related("thing", "observed_property")),
        "may_deliver": actor.may("hub.deliver", agency=found.agency_code),
        "may_administer": administers,
        "tokens": list(found.tokens.all()) if administers else [],
        "token_form": TokenForm(),
        "mapped": sorted(found.heading_memory.items()),
        "spellings": _spellings(found),
        **more,
    }
    return page(request, "hub/feed.html", context, block="deliveries", status=status)


def _spellings(found: Feed) -> list[dict[str, str]]:
    return [
        {"column": column, "spelling": spelling, "code": code}
        for column, known in sorted(found.value_memory.items())
        for spelling, code in sorted(known.items())
    ]


@requires("hub.see", load=template_named)
@require_safe
def empty_template(request: HttpRequest, asked: Template) -> HttpResponse:
    """`/hub/umpan/<code>/templat.xlsx` (or `.csv`): an empty table with the headings; in XLSX a guide too."""
    columns = asked.feed.rules.columns
    headings = [heading_with_unit(column) for column in columns]
    if asked.ending == "csv":
        return csv_file(f"{asked.feed.code}.csv", headings, [])
    guide = [
        [_("Kolom"), _("Isi"), _("Wajib"), _("Keterangan")],
        *([c.title, type_words(c), _("ya") if c.required else _("tidak"), limits_words(c)] for c in columns),
    ]
    return xlsx_file(f"{asked.feed.code}.xlsx", headings, [], notes=guide)


def heading_with_unit(column: Column) -> str:
    """`Laki-laki (jiwa)`."""
    return f"{column.title} ({column.unit})" if column.unit else column.title


def type_words(column: Column) -> str:
    """What to fill in, in words."""
    words = {
        "text": _("teks"),
        "integer": _("bilangan bulat"),
        "number": _("angka, boleh pecahan"),
        "boolean": _("ya atau tidak"),
        "date": _("tanggal, misalnya 24 November 2026 atau 24/11/2026"),
        "month": _("bulan, misalnya November 2026"),
        "year": _("tahun, misalnya 2026"),
        "timestamp": _("tanggal dan jam"),
        "area": _("wilayah"),
        "lon": _("bujur, misalnya 110,2245"),
        "lat": _("lintang, misalnya -7,4865"),
    }
    return _("pilihan") if column.codes else words[column.type]


def limits_words(column: Column) -> str:
    """Unit, limits, choices and description of a column in one line."""
    parts = [column.description]
    if column.codes:
        parts.append(_("Pilihan: %s.") % ", ".join(column.codes.values()))
    if column.minimum is not None or column.maximum is not None:
        low = "…" if column.minimum is None else number_text(column.minimum)
        high = "…" if column.maximum is None else number_text(column.maximum)
        parts.append(_("Antara %(low)s dan %(high)s.") % {"low": low, "high": high})
    if column.personal:
        parts.append(_("Data pribadi: disamarkan di layar dan tidak pernah dibuka untuk umum."))
    if column.encrypted:
        parts.append(_("Disimpan tersandi, juga di berkas aslinya."))
    return " ".join(part for part in parts if part)


@requires("hub.administer")
@require_http_methods(["GET", "HEAD", "POST"])
def new_feed(request: HttpRequest) -> HttpResponse:
    """`/hub/umpan/baru/`: define a feed."""
    return _definition_page(request, None)


@requires("hub.administer", load=feed_named)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, found: Feed) -> HttpResponse:
    """`/hub/umpan/<code>/ubah/`: change a feed's definition."""
    return _definition_page(request, found)


def _definition_page(request: HttpRequest, found: Feed | None) -> HttpResponse:
    form = DefinitionForm(
        request.POST or None, initial={"definisi": definition_text(_definition_of(found) if found else None)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            definition = read_definition(form.cleaned_data["definisi"], name=_("Definisi"))
            by, at = actor_of(request), clock.now()
            if found is None:
                saved = create_feed(definition=definition, by=by, at=at)
            else:
                saved = edit_feed(feed_id=found.pk, definition=definition, by=by, at=at)
        except UnableToDefine as error:
            form.add_error("definisi", error.sentence)
        else:
            messages.success(request, _("Umpan '%s' disimpan.") % saved.title)
            return redirect("hub:feed", saved.code)
    status = 422 if request.method == "POST" else 200
    return page(request, "hub/definition.html", {"form": form, "feed": found}, block="form", status=status)


def _definition_of(found: Feed) -> FeedDefinition:
    return FeedDefinition(
        code=found.code,
        title=found.title,
        agency=found.agency_code,
        kind=found.kind,
        description=found.description,
        lake_table=found.lake_table,
        rhythm_seconds=found.rhythm_seconds,
        grace_seconds=found.grace_seconds,
        access_class=found.access_class,
        retention_days=found.retention_days,
        pull_url=found.pull_url,
        mqtt_topic=found.mqtt_topic,
        sample=found.sample,
        contract=found.rules,
    )


@requires("hub.administer", load=feed_named)
@require_POST
def administer(request: HttpRequest, found: Feed) -> HttpResponse:
    """`/hub/umpan/<code>/kelola/`: issue or revoke a token, switch the feed on or off."""
    act, by, at = request.POST.get("aksi", ""), actor_of(request), clock.now()
    try:
        if act == "token":
            form = TokenForm(request.POST)
            if not form.is_valid():
                return _feed_page(request, found, status=422, token_form=form)
            secret = issue_token(feed_id=found.pk, label=form.cleaned_data["nama"], by=by, at=at)
            return _feed_page(request, found, secret=secret)
        if act == "cabut":
            revoke_token(token_id=uuid_in(request, "token"), by=by, at=at)
            messages.success(request, _("Token dicabut; mesin yang memakainya tidak dapat mengirim lagi."))
        elif act in ("aktifkan", "nonaktifkan"):
            set_feed_active(feed_id=found.pk, active=act == "aktifkan", by=by, at=at)
            messages.success(request, _("Umpan aktif.") if act == "aktifkan" else _("Umpan tidak aktif lagi."))
    except UnableTo as error:
        messages.error(request, error.sentence)
    return redirect("hub:feed", found.code)
