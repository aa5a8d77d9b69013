"""Stalls: the list of a market by block, one stall with everybody who held it, a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common.access import actor_of, requires
from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.common.files import csv_file, xlsx_file
from tidar.common.pages import page
from tidar.retribusi.actions.register import NewObject, NewPayer, Right, occupy, occupy_as_new, register_object, vacate
from tidar.retribusi.actions.rights import (
    Seen,
    close_object,
    correct_object,
    renew_right,
    reopen_object,
    resume_occupancy,
)
from tidar.retribusi.forms.register import FactsForm, OccupyForm, ReasonForm, RenewForm, StallForm, VacateForm
from tidar.retribusi.models import LevyObject, Occupancy
from tidar.retribusi.queries import register as queries
from tidar.retribusi.queries.register import StallFilter, StallRow
from tidar.retribusi.rules.register import sticker_text
from tidar.retribusi.views.register.desk import act_of, done, number_in, stall_named, today

WALK = ("market_id", "block", "route_order", "id")
KEEPS = ("pasar", "jenis_retribusi", "blok", "jenis", "keadaan", "q")


def narrowed_by(request: HttpRequest) -> StallFilter:
    """What the address narrows a list of stalls to."""
    said = {name: request.GET.get(name, "")[:60].strip() for name in KEEPS}
    return StallFilter(
        market=said["pasar"], kind=said["jenis_retribusi"], block=said["blok"], place_type=said["jenis"],
        state=said["keadaan"], words=said["q"],
    )  # fmt: skip


def query_of(request: HttpRequest) -> str:
    """The narrowing as it stands in the address, for links that keep it."""
    kept = request.GET.copy()
    kept.pop("sesudah", None)
    return kept.urlencode()


@requires("levies.see")
@require_safe
def stall_list(request: HttpRequest) -> HttpResponse:
    """`/retribusi/register/objek/`: stalls in the order of a walk, narrowed, page by page."""
    actor, narrowed = actor_of(request), narrowed_by(request)
    found = queries.stalls(actor, narrowed, today=today())
    listed = queries.keyset_page(found, WALK, request.GET.get("sesudah", ""))
    markets = list(queries.markets_for(actor))
    context = {
        "rows": queries.with_holders(listed.rows, today=today()),
        "count": found.count(),
        "following": listed.following,
        "is_first": listed.is_first,
        "narrowed": narrowed,
        "market": next((m for m in markets if m.code == narrowed.market), None),
        "markets": markets,
        "kinds": queries.kinds_for(actor),
        "blocks": _blocks(actor, narrowed),
        "place_types": LevyObject.PlaceType.choices,
        "query": query_of(request),
        "may_register": actor.may("levies.register"),
        "tab": "stalls",
    }
    return page(request, "retribusi/register/stalls.html", context, block="list")


def _blocks(actor: Actor, narrowed: StallFilter) -> list[str]:
    if not narrowed.market:
        return []
    found = queries.objects_for(actor).filter(market=narrowed.market).exclude(block="")
    return sorted(set(found.order_by().values_list("block", flat=True).distinct()))


@requires("levies.see")
@require_safe
def export(request: HttpRequest, ending: str) -> HttpResponse:
    """`/retribusi/register/objek.xlsx` (or `.csv`): the list as narrowed, whole; no NIK, no telephone."""
    headings = [
        _("Jenis retribusi"), _("Pasar"), _("Blok"), _("Nomor"), _("Jenis tempat"), _("Luas (m²)"), _("Keadaan"),
        _("NPWRD"), _("Nama"), _("Sejak"), _("Dasar hak"), _("Nomor hak"), _("Hak sampai"),
    ]  # fmt: skip
    found = queries.stalls(actor_of(request), narrowed_by(request), today=today())
    rows = list(_exported(queries.with_holders(found, today=today())))
    name = f"lapak-{today().isoformat()}.{ending}"
    return csv_file(name, headings, rows) if ending == "csv" else xlsx_file(name, headings, rows)


def _exported(rows: list[StallRow]) -> Iterator[list[object]]:
    for row in rows:
        stall, held = row.stall, row.holder
        state = _("ditutup") if stall.closed_at else (_("terisi") if held else _("kosong"))
        yield [
            stall.levy_kind.title, stall.market.name if stall.market else "", stall.block, stall.number,
            stall.get_place_type_display(), str(stall.area_m2 or "").replace(".", ","), state,
            *(
                [held.payer.npwrd, held.payer.name, held.from_date.isoformat(), held.get_right_display(),
                 held.right_number, held.right_until.isoformat() if held.right_until else ""]
                if held else [""] * 6
            ),
        ]  # fmt: skip


@requires("levies.register")
@require_http_methods(["GET", "HEAD", "POST"])
def new_stall(request: HttpRequest) -> HttpResponse:
    """`/retribusi/register/objek/baru/`: a stall that is not registered yet."""
    actor = actor_of(request)
    kinds = queries.kinds_for(actor, "levies.register")
    markets = list(queries.markets_for(actor, "levies.register"))
    form = StallForm(
        request.POST or None, kinds=kinds, markets=markets, initial={"pasar": request.GET.get("pasar", "")}
    )
    made: list[int] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        new = NewObject(
            levy_kind=data["retribusi"], market=data["pasar"] or None, number=data["nomor"], block=data["blok"],
            place_type=data["jenis"], area_m2=data["luas"], source=f"user:{actor.id}",
        )  # fmt: skip
        said = _("Lapak terdaftar. Cetak stikernya, lalu catat siapa yang menempati.")
        if done(request, lambda by, at: made.append(register_object(obj=new, by=by, at=at)), said=said, form=form):
            return redirect("retribusi:stall", made[0])
    return page(
        request,
        "retribusi/register/new_stall.html",
        {"form": form, "tab": "stalls"},
        status=422 if form.errors else 200,
    )


FORMS: dict[str, type[forms.Form]] = {
    "tempati": OccupyForm, "kosongkan": VacateForm, "perpanjang": RenewForm, "ubah": FactsForm, "tutup": ReasonForm,
    "buka": forms.Form, "lanjutkan": forms.Form,
}  # fmt: skip


@requires("levies.see", load=stall_named)
@require_http_methods(["GET", "HEAD", "POST"])
def stall(request: HttpRequest, found: LevyObject) -> HttpResponse:
    """`/retribusi/register/objek/<id>/`: the stall, who holds and held it, and what can be done."""
    failed: dict[str, forms.Form] = {}
    if request.method == "POST" and (kind := FORMS.get(name := act_of(request))) is not None:
        form = kind(request.POST)
        if form.is_valid() and done(request, _act(name, form, found, request), said=_said(name), form=form):
            return redirect("retribusi:stall", found.pk)
        failed[name] = form
    context = _stall_context(request, found, failed)
    return page(request, "retribusi/register/stall.html", context, status=422 if failed else 200)


def _said(name: str) -> str:
    return {
        "tempati": _("Penempatan dicatat."),
        "kosongkan": _("Lapak dicatat kosong. Yang sudah ditetapkan tetap terutang."),
        "perpanjang": _("Hak dicatat bersama bukti bahwa pemegangnya terlihat."),
        "ubah": _("Data lapak diperbaiki."),
        "tutup": _("Lapak ditutup."),
        "buka": _("Lapak dibuka lagi."),
        "lanjutkan": _("Penempatan dilanjutkan."),
    }[name]


def _act(name: str, form: forms.Form, found: LevyObject, request: HttpRequest) -> Callable[[Actor, datetime], Any]:
    data, occupancy = form.cleaned_data, number_in(request, "penempatan") or 0
    acts: dict[str, Callable[[Actor, datetime], Any]] = {
        "tempati": lambda by, at: _occupied(data, found, by=by, at=at),
        "kosongkan": lambda by, at: vacate(
            occupancy_id=occupancy, last_date=data["terakhir"], reason=data["alasan"], by=by, at=at
        ),
        "perpanjang": lambda by, at: _renewed(data, occupancy, by=by, at=at),
        "ubah": lambda by, at: _corrected(data, found, by=by, at=at),
        "tutup": lambda by, at: close_object(object_id=found.pk, reason=data["alasan"], by=by, at=at),
        "buka": lambda by, at: reopen_object(object_id=found.pk, by=by, at=at),
        "lanjutkan": lambda by, at: resume_occupancy(occupancy_id=occupancy, by=by, at=at),
    }
    return acts[name]


def right_of(data: dict[str, Any]) -> Right:
    """The right that a form describes."""
    return Right(data["hak"], data["nomor_hak"], data["hak_sampai"])


def _occupied(data: dict[str, Any], found: LevyObject, *, by: Actor, at: datetime) -> None:
    if data["npwrd"]:
        payer = queries.payer_by_npwrd(data["npwrd"])
        if payer is None:
            raise UnableToFind(_("NPWRD itu tidak terdaftar."))
        occupy(object_id=found.pk, payer_id=payer.pk, from_date=data["mulai"], right=right_of(data), by=by, at=at)
        return
    new = NewPayer(data["nama"], data["nik"], data["telepon"], data["alamat"])
    occupy_as_new(object_id=found.pk, payer=new, from_date=data["mulai"], right=right_of(data), by=by, at=at)


def _renewed(data: dict[str, Any], occupancy: int, *, by: Actor, at: datetime) -> None:
    seen = Seen(data["terlihat"], data["saksi"]) if data["terlihat"] else None
    renew_right(occupancy_id=occupancy, right=right_of(data), seen=seen, by=by, at=at)


def _corrected(data: dict[str, Any], found: LevyObject, *, by: Actor, at: datetime) -> None:
    obj = NewObject(
        levy_kind=found.levy_kind_id, market=found.market_id, number=found.number, block=data["blok"],
        place_type=data["jenis"], area_m2=data["luas"], area_code=found.area_code, lon=found.lon, lat=found.lat,
    )  # fmt: skip
    correct_object(object_id=found.pk, obj=obj, by=by, at=at)


def _stall_context(request: HttpRequest, found: LevyObject, failed: dict[str, forms.Form]) -> dict[str, Any]:
    held = queries.history(found)
    now = next((o for o in held if o.to_date is None or o.to_date >= today()), None)
    area = f"{found.area_m2:.2f}".replace(".", ",") if found.area_m2 is not None else ""
    fresh: dict[str, forms.Form] = {
        "tempati": OccupyForm(initial={"mulai": today(), "npwrd": request.GET.get("npwrd", "")}),
        "kosongkan": VacateForm(initial={"terakhir": today()}),
        "perpanjang": RenewForm(initial=_right_initial(now)),
        "ubah": FactsForm(initial={"jenis": found.place_type, "luas": area, "blok": found.block}),
        "tutup": ReasonForm(),
    }
    for name, form in fresh.items():
        form.auto_id = f"{name}-%s"
    for name, form in failed.items():
        form.auto_id = f"{name}-%s"
    shown = fresh | failed
    return {
        "stall": found,
        "history": held,
        "now": now,
        "last": held[0] if held and now is None else None,
        "seen": queries.last_seen(now) if now else None,
        "forms": shown,
        "failed": next(iter(failed), ""),
        "sticker": sticker_text(found.qr_code),
        "sticker_url": reverse("retribusi:stickers") + f"?objek={found.pk}",
        "may_register": actor_of(request).may(
            "levies.register", agency=found.agency_code, area=found.area_code or None
        ),
        "tab": "stalls",
    }


def _right_initial(now: Occupancy | None) -> dict[str, Any]:
    if now is None or now.right == Occupancy.Right.UNPROVEN:
        return {"hak": Occupancy.Right.CARD}
    return {"hak": now.right, "nomor_hak": now.right_number, "hak_sampai": now.right_until}
