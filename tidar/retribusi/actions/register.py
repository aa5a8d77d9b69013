"""The register's verbs: register a payer, an object; occupy, vacate; correct what may be corrected; renew a right."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from tidar.common import sealing
from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.formats import date_text
from tidar.hub.api import EventFields, SourceRef, record_event
from tidar.places import api as places
from tidar.retribusi.actions.accounts import occupancy_accounts
from tidar.retribusi.actions.loading import load_levies
from tidar.retribusi.models import LevyKind, LevyObject, Market, Occupancy, Payer
from tidar.retribusi.queries.register import holder_on, may_see_payer
from tidar.retribusi.rules import register as rules

NIK_PURPOSE = "retribusi nik"

__all__ = [
    "NIK_PURPOSE", "NewObject", "NewPayer", "Right", "UnableToOccupy", "UnableToRegister", "checked_payer",
    "load_levies", "must_know_payer", "must_own_nik", "occupy", "occupy_as_new", "occupy_proven", "payer_with_nik",
    "register_object", "register_payer", "vacate",
]  # fmt: skip


class UnableToRegister(UnableTo):
    """The payer or the object cannot be registered like this."""


class UnableToOccupy(UnableTo):
    """The object cannot be given to this payer, or taken back, like this."""


@dataclass(frozen=True, slots=True)
class NewPayer:
    """Who is to be registered, as written by the person; NIK and phone are tidied and checked."""

    name: str
    nik: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class NewObject:
    """What is to be registered. `market` None for a levy without markets; `source` says where it comes from."""

    levy_kind: str
    market: str | None
    number: str
    block: str = ""
    place_type: str = ""
    area_m2: Decimal | None = None
    area_code: str = ""
    lon: float | None = None
    lat: float | None = None
    source: str = "manual"


@dataclass(frozen=True, slots=True)
class Right:
    """What an occupancy rests on (`Occupancy.Right`), and where the occupancy was learnt of."""

    kind: str = "belum"
    number: str = ""
    until: date | None = None
    source: str = "manual"


def register_payer(*, payer: NewPayer, by: Actor, at: datetime, agency: str | None = None) -> int:
    """A new payer with the next NPWRD; returns its id. The NIK is kept sealed.

    Raises `UnableToRegister` when the name is missing, a number is not one, or the NIK is registered already.
    """
    by.must("levies.register", agency=agency)
    fresh = checked_payer(payer)
    if payer_with_nik(payer.nik) is not None:
        raise _nik_taken(payer.nik, by)
    with transaction.atomic():
        try:
            with transaction.atomic():
                fresh.npwrd, fresh.agency_id, fresh.registered_at = next_npwrd(), agency, at
                fresh.save(force_insert=True)
        except IntegrityError as error:
            raise _nik_taken(payer.nik, by) from error
        after = {"npwrd": fresh.npwrd, "agency": agency, "nik_given": bool(fresh.nik_digest)}
        record("payer.register", by=by, at=at, subject=("payer", str(fresh.pk)), after=after)
    return fresh.pk


def checked_payer(payer: NewPayer) -> Payer:
    """An unsaved payer with tidied values. Raises `UnableToRegister` with what is wrong."""
    name = " ".join(payer.name.split())
    if len(name) < 2:
        raise UnableToRegister(_("Nama wajib retribusi belum diisi."))
    if payer.nik.strip() and (problem := rules.nik_problem(payer.nik)):
        raise UnableToRegister(problem)
    phone = rules.phone_e164(payer.phone) if payer.phone.strip() else ""
    if payer.phone.strip() and not phone:
        raise UnableToRegister(_("Nomor telepon itu bukan nomor Indonesia yang sah."))
    fresh = Payer(name=name[:160], phone=phone, address=" ".join(payer.address.split())[:300])
    set_nik(fresh, payer.nik)
    return fresh


def set_nik(payer: Payer, nik: str) -> None:
    """Seal a NIK that was checked into the payer's fields, with its fingerprint and last four digits."""
    digits = rules.nik_digits(nik)
    payer.nik_encrypted = sealing.sealed(digits, purpose=NIK_PURPOSE) if digits else None
    payer.nik_digest = sealing.digest(digits, purpose=NIK_PURPOSE) if digits else ""
    payer.nik_last4 = digits[-4:]


def payer_with_nik(nik: str) -> Payer | None:
    """The payer registered with that NIK; nothing is opened to find it."""
    digits = rules.nik_digits(nik)
    if not digits:
        return None
    return Payer.objects.filter(nik_digest__in=sealing.digests(digits, purpose=NIK_PURPOSE)).first()


def must_own_nik(nik: str, *, payer_id: int) -> None:
    """Raise `UnableToRegister` when the NIK is another payer's, also where it was sealed with a former key."""
    known = payer_with_nik(nik)
    if known is not None and known.pk != payer_id:
        raise UnableToRegister(_("NIK itu milik wajib retribusi lain."))


def must_know_payer(payer_id: int, *, by: Actor) -> Payer:
    """The payer, for somebody of an agency that has to do with the payer; nobody gets at a person by counting NPWRD.

    Raises `UnableToFind`, and `UnableToOccupy` with what else to do.
    """
    payer = Payer.objects.filter(pk=payer_id).first()
    if payer is None:
        raise UnableToFind(_("Wajib retribusi itu tidak ada."))
    if not may_see_payer(by, payer, permission="levies.register"):
        raise UnableToOccupy(
            _(
                "Wajib retribusi itu terdaftar pada perangkat daerah lain. "
                "Isi nama dan NIK menurut KTP-nya, bukan NPWRD."
            )
        )
    return payer


def _nik_taken(nik: str, by: Actor) -> UnableToRegister:
    """Who has that NIK already: by name only for somebody who may see the person."""
    known = payer_with_nik(nik)
    if known is None:
        return UnableToRegister(_("Wajib retribusi itu tidak dapat didaftarkan."))
    if not may_see_payer(by, known, permission="levies.register"):
        return UnableToRegister(
            _(
                "NIK itu sudah terdaftar pada perangkat daerah lain. "
                "Catat ia di objeknya, dengan nama dan NIK menurut KTP-nya."
            )
        )
    return UnableToRegister(
        _("NIK itu sudah terdaftar atas nama %(name)s (%(npwrd)s). Pakai wajib retribusi itu.")
        % {"name": known.name, "npwrd": known.npwrd}
    )


def next_npwrd() -> str:
    """The next number of a payer; numbers are never given twice, gaps may be."""
    return next_npwrds(1)[0]


def next_npwrds(count: int) -> list[str]:
    """The next numbers of several payers, in one statement."""
    code = places.region().code
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('retribusi_npwrd_sequence') FROM generate_series(1, %s)", [count])
        return [rules.npwrd_text(code, number) for (number,) in cursor.fetchall()]


def register_object(*, obj: NewObject, by: Actor, at: datetime) -> int:
    """A new object with a fresh sticker code; returns its id. The number is written as the register writes it.

    Raises `UnableToRegister` when the kind, the market, the place type or the number cannot be, or the number is taken.
    """
    kind, market = _kind_and_market(obj)
    by.must("levies.register", agency=kind.agency_id, area=(market.area_code or None) if market else None)
    fresh = checked_object(obj, kind, market, at=at)
    with transaction.atomic():
        try:
            with transaction.atomic():
                fresh.save(force_insert=True)
        except IntegrityError as error:
            where = market.name if market else kind.title
            raise UnableToRegister(
                _("%(where)s sudah punya nomor %(number)s.") % {"where": where, "number": fresh.number}
            ) from error
        after = {"number": fresh.number, "market": fresh.market_id, "source": fresh.source}
        record("object.register", by=by, at=at, subject=("levy_object", str(fresh.pk)), after=after)
    return fresh.pk


def _kind_and_market(obj: NewObject) -> tuple[LevyKind, Market | None]:
    kind = LevyKind.objects.filter(pk=obj.levy_kind).first()
    if kind is None:
        raise UnableToRegister(_("Jenis retribusi '%s' tidak ada.") % obj.levy_kind)
    market = Market.objects.filter(pk=obj.market).first() if obj.market else None
    if obj.market and market is None:
        raise UnableToRegister(_("Pasar '%s' tidak ada.") % obj.market)
    return kind, market


def checked_object(obj: NewObject, kind: LevyKind, market: Market | None, *, at: datetime) -> LevyObject:
    """An unsaved object with tidied values. Raises `UnableToRegister` with what is wrong."""
    number = rules.stall_number(obj.number, block=obj.block)
    if not number or len(number) > 30:
        raise UnableToRegister(_("Nomor belum diisi atau terlalu panjang (paling banyak 30 huruf)."))
    if obj.place_type and obj.place_type not in LevyObject.PlaceType.values:
        raise UnableToRegister(_("Jenis tempat '%s' tidak dikenal.") % obj.place_type)
    if obj.area_m2 is not None and not 0 < obj.area_m2 < 100_000:
        raise UnableToRegister(_("Luas harus lebih dari nol dan kurang dari 100.000 m²."))
    return LevyObject(
        levy_kind=kind, market=market, number=number, place_type=obj.place_type, area_m2=obj.area_m2,
        block=rules.block_name(obj.block)[:20] or rules.block_of(number),
        area_code=obj.area_code or (market.area_code if market else ""),
        lon=obj.lon, lat=obj.lat, qr_code=rules.sticker_code(secrets.token_bytes(8)),
        route_order=rules.route_place(number), registered_at=at, source=obj.source[:120],
    )  # fmt: skip


def occupy(
    *, object_id: int, payer_id: int, from_date: date, by: Actor, at: datetime, right: Right | str = "belum"
) -> int:
    """The payer holds the object from a day on, until further notice; returns the occupancy's id.

    Raises `UnableToOccupy` when the object is closed or somebody holds it on or after that day (in a race too:
    the database excludes two holders), and when the payer is known to other agencies only.
    """
    _must_register(_object(object_id), by)
    must_know_payer(payer_id, by=by)
    return occupy_proven(object_id=object_id, payer_id=payer_id, from_date=from_date, right=right, by=by, at=at)


def occupy_proven(
    *, object_id: int, payer_id: int, from_date: date, by: Actor, at: datetime, right: Right | str = "belum"
) -> int:
    """`occupy` for a caller who has just registered the payer, or was given the payer's own NIK."""
    right = Right(kind=right) if isinstance(right, str) else right
    with transaction.atomic():
        held = _object(object_id)
        _must_register(held, by)
        payer = Payer.objects.filter(pk=payer_id).first()
        if payer is None:
            raise UnableToFind(_("Wajib retribusi itu tidak ada."))
        _must_be_free(held, from_date)
        occupancy = new_occupancy(held, payer, from_date, right, at=at)
        try:
            with transaction.atomic():
                occupancy.save(force_insert=True)
        except IntegrityError as error:
            raise UnableToOccupy(
                _("%s baru saja ditempati orang lain. Muat ulang halaman ini.") % held.number
            ) from error
        after = {"object": held.number, "market": held.market_id, "npwrd": payer.npwrd, "from_date": from_date}
        record("occupancy.occupy", by=by, at=at, subject=("occupancy", str(occupancy.pk)), after=after)
        tell_occupancy("levy.occupied", occupancy, at=at)
    return occupancy.pk


def occupy_as_new(*, object_id: int, payer: NewPayer, from_date: date, right: Right, by: Actor, at: datetime) -> int:
    """Register a new payer who takes the object: both or neither. Returns the occupancy's id; raises as they do.

    Somebody whom another agency registered is taken as that payer, when NIK and name are theirs.
    """
    with transaction.atomic():
        agency = _object(object_id).levy_kind.agency_id
        payer_id = _of_another_agency(payer, by) or register_payer(payer=payer, agency=agency, by=by, at=at)
        return occupy_proven(object_id=object_id, payer_id=payer_id, from_date=from_date, right=right, by=by, at=at)


def _of_another_agency(payer: NewPayer, by: Actor) -> int | None:
    """The id of the payer of other agencies with that NIK and name; None when there is nobody."""
    known = payer_with_nik(payer.nik)
    if known is None or may_see_payer(by, known, permission="levies.register"):
        return None
    if " ".join(known.name.split()).casefold() != " ".join(payer.name.split()).casefold():
        raise UnableToRegister(
            _("NIK itu terdaftar pada perangkat daerah lain dengan nama lain. Periksa nama menurut KTP.")
        )
    return known.pk


def _object(object_id: int) -> LevyObject:
    found = LevyObject.objects.select_related("levy_kind", "market").filter(pk=object_id).first()
    if found is None:
        raise UnableToFind(_("Objek itu tidak ada."))
    return found


def _must_register(held: LevyObject, by: Actor) -> None:
    market = held.market
    by.must("levies.register", agency=held.levy_kind.agency_id, area=(market.area_code or None) if market else None)


def _must_be_free(held: LevyObject, from_date: date) -> None:
    if held.closed_at is not None:
        raise UnableToOccupy(_("%s sudah ditutup, jadi tidak dapat ditempati.") % held.number)
    if from_date.year < 1945:
        raise UnableToOccupy(_("Tanggal mulai menempati itu terlalu lama berlalu."))
    later = held.occupancies.filter(from_date__gt=from_date).order_by("from_date").select_related("payer").first()
    holder = holder_on(held.pk, from_date) or later
    if holder is None:
        return
    words = {"number": held.number, "name": holder.payer.name, "day": date_text(holder.from_date)}
    if holder.to_date is None:
        raise UnableToOccupy(_("%(number)s ditempati %(name)s sejak %(day)s. Catat dulu kapan ia berhenti.") % words)
    words["last"] = date_text(holder.to_date)
    raise UnableToOccupy(_("%(number)s sudah tercatat ditempati %(name)s dari %(day)s sampai %(last)s.") % words)


def new_occupancy(held: LevyObject, payer: Payer, from_date: date, right: Right, *, at: datetime) -> Occupancy:
    """An unsaved occupancy with its ledger accounts opened. Raises `UnableToOccupy` for an unknown right."""
    if right.kind not in Occupancy.Right.values:
        raise UnableToOccupy(_("Dasar hak '%s' tidak dikenal.") % right.kind)
    receivable, revenue, advance = occupancy_accounts(
        levy_kind=held.levy_kind_id,
        npwrd=payer.npwrd,
        market=held.market_id,
        account_code=held.levy_kind.account_code,
        at=at,
    )
    return Occupancy(
        levy_object=held, payer=payer, from_date=from_date, right=right.kind, right_number=right.number.strip()[:80],
        right_until=right.until, receivable_id=receivable, revenue_id=revenue, advance_id=advance,
        recorded_at=at, source=right.source[:120],
    )  # fmt: skip


def tell_occupancy(kind: str, occupancy: Occupancy, *, at: datetime, undone: bool = False) -> None:
    """The event of an occupancy that began or ended; it names the stall, never the person."""
    happened_at, source, fields = occupancy_event(kind, occupancy, at=at, undone=undone)
    record_event(kind=kind, happened_at=happened_at, at=at, source=source, fields=fields)


def occupancy_event(
    kind: str, occupancy: Occupancy, *, at: datetime, undone: bool = False
) -> tuple[datetime, SourceRef, EventFields]:
    """When, from what, and what the event of an occupancy says."""
    held = occupancy.levy_object
    day = occupancy.from_date if kind == "levy.occupied" else occupancy.to_date or occupancy.from_date
    data = {
        "agency": held.levy_kind.agency_id, "market": held.market_id or "", "levy_kind": held.levy_kind_id,
        "object": str(held.pk), "number": held.number, "occupancy": str(occupancy.pk), "date": day.isoformat(),
    }  # fmt: skip
    words = "ditempati" if kind == "levy.occupied" else "dikosongkan"  # kept: Indonesian for everybody
    return (
        min(at, datetime.combine(day, datetime.min.time(), places.region().zone)),
        SourceRef("action", str(occupancy.pk)),
        EventFields(
            subject=f"{held.market.name if held.market else held.levy_kind.title} {held.number} {words}",
            area_code=held.area_code, lon=held.lon, lat=held.lat, permission="levies.see",
            data=data | ({"undone": True} if undone else {}),
        ),
    )  # fmt: skip


def vacate(*, occupancy_id: int, last_date: date, reason: str, by: Actor, at: datetime) -> None:
    """The holder's last day at the object. What was assessed stays owed.

    Raises `UnableToOccupy` when the occupancy ended already, the day is before its first, or no reason is given.
    """
    with transaction.atomic():
        occupancy = locked_occupancy(occupancy_id, by=by)
        if occupancy.to_date is not None:
            raise UnableToOccupy(_("Penempatan itu sudah berakhir pada %s.") % date_text(occupancy.to_date))
        if last_date < occupancy.from_date:
            raise UnableToOccupy(_("Hari terakhir tidak boleh sebelum %s.") % date_text(occupancy.from_date))
        if not reason.strip():
            raise UnableToOccupy(_("Tuliskan alasan mengapa lapak dikosongkan."))
        occupancy.to_date, occupancy.end_reason = last_date, reason.strip()[:300]
        occupancy.save(update_fields=["to_date", "end_reason"])
        after = {"to_date": last_date, "reason": occupancy.end_reason}
        record("occupancy.vacate", by=by, at=at, subject=("occupancy", str(occupancy.pk)), after=after)
        tell_occupancy("levy.vacated", occupancy, at=at)


def locked_occupancy(occupancy_id: int, *, by: Actor) -> Occupancy:
    """The occupancy, locked until the transaction ends, for somebody who may change it."""
    query = Occupancy.objects.select_related("levy_object__levy_kind", "levy_object__market", "payer")
    found = query.select_for_update(of=("self",)).filter(pk=occupancy_id).first()
    if found is None:
        raise UnableToFind(_("Penempatan itu tidak ada."))
    market = found.levy_object.market
    by.must("levies.register", agency=found.agency_code, area=(market.area_code or None) if market else None)
    return found
