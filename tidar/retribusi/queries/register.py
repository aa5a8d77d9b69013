"""Reads of the register: parameters in force, who may see what, markets, stalls, payers, who holds what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, When
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.places import api as places
from tidar.retribusi.models import CensusEntry, LevyKind, LevyObject, Market, Occupancy, Parameter, Payer
from tidar.retribusi.rules.register import phone_e164

PAGE_SIZE = 50


def parameter(name: str, day: date) -> str:
    """The value that the law or the region sets for `name` on `day`. Raises `UnableToFind` when none is in force."""
    found = Parameter.objects.filter(name=name, valid_from_date__lte=day).order_by("-valid_from_date").first()
    if found is None:
        raise UnableToFind(
            _("Parameter '%(name)s' belum ditetapkan untuk %(day)s.") % {"name": name, "day": day.isoformat()}
        )
    return found.value


def holder_on(object_id: int, day: date) -> Occupancy | None:
    """Who holds an object on a day."""
    held = Occupancy.objects.select_related("payer", "levy_object__levy_kind")
    return held.filter(Q(to_date=None) | Q(to_date__gte=day), levy_object_id=object_id, from_date__lte=day).first()


def object_by_number(levy_kind: str, market: str | None, number: str) -> LevyObject | None:
    """The object with that number (already as the register writes it)."""
    return LevyObject.objects.filter(levy_kind_id=levy_kind, market_id=market, number=number).first()


def payer_by_npwrd(npwrd: str) -> Payer | None:
    """The payer with that number."""
    return Payer.objects.filter(npwrd=npwrd.strip().upper()).first()


# --- who may see what


def granted(actor: Actor, *, permission: str, agency: str, area: str) -> Q:
    """Rows whose agency and area (named by the look-ups `agency` and `area`) some grant of the actor covers."""
    if actor.kind == "system":
        return Q()
    found = Q(pk__in=[])
    for grant in actor.grants:
        if grant.permission != permission:
            continue
        one = Q(**{agency: grant.agency}) if grant.agency else Q(pk__isnull=False)
        if grant.area:
            one &= Q(**{area: grant.area}) | Q(**{f"{area}__startswith": f"{grant.area}."})
        found |= one
    return found


def objects_for(actor: Actor, permission: str = "levies.see") -> QuerySet[LevyObject]:
    """The objects that the actor may see (or work on)."""
    mine = granted(actor, permission=permission, agency="levy_kind__agency", area="area_code")
    return LevyObject.objects.filter(mine).select_related("levy_kind", "market")


def markets_for(actor: Actor, permission: str = "levies.see") -> QuerySet[Market]:
    """The markets that the actor may see (or work in), by name."""
    mine = granted(actor, permission=permission, agency="agency", area="area_code")
    return Market.objects.filter(mine).select_related("agency").order_by("name")


def kinds_for(actor: Actor, permission: str = "levies.see") -> list[LevyKind]:
    """The levies whose agency the actor may see (or work for)."""
    kinds = LevyKind.objects.select_related("agency").order_by("title")
    return [kind for kind in kinds if actor.may(permission, agency=kind.agency_id)]


def payers_for(actor: Actor, permission: str = "levies.see") -> QuerySet[Payer]:
    """Payers that hold or held an object of the actor's agencies, or were registered by one of them."""
    if any(g.permission == permission and g.agency is None and g.area is None for g in actor.grants):
        return Payer.objects.all()
    held = Occupancy.objects.filter(payer=OuterRef("pk"), levy_object__in=objects_for(actor, permission))
    own = [g.agency for g in actor.grants if g.permission == permission and g.agency and not g.area]
    return Payer.objects.filter(Exists(held) | Q(agency__in=own))


def may_see_payer(actor: Actor, payer: Payer, *, permission: str = "levies.see") -> bool:
    """Whether the actor may see (or work on) this payer."""
    return actor.kind == "system" or payers_for(actor, permission).filter(pk=payer.pk).exists()


# --- markets and stalls


@dataclass(frozen=True, slots=True)
class BlockRow:
    """One block of a market with its counts."""

    market: str
    block: str
    stalls: int
    occupied: int


@dataclass(frozen=True, slots=True)
class MarketRow:
    """One market with its counts and blocks."""

    market: Market
    stalls: int
    occupied: int
    blocks: tuple[BlockRow, ...]

    @property
    def empty(self) -> int:
        """Stalls that nobody holds."""
        return self.stalls - self.occupied

    @property
    def percent(self) -> int:
        """Occupied of a hundred, for a meter."""
        return round(100 * self.occupied / self.stalls) if self.stalls else 0


def _open(today: date) -> Exists:
    return Exists(
        Occupancy.objects.filter(
            Q(to_date=None) | Q(to_date__gte=today), levy_object=OuterRef("pk"), from_date__lte=today
        )
    )


def market_rows(actor: Actor, *, today: date) -> list[MarketRow]:
    """Every market that the actor may see, with stalls and occupied stalls per block; two queries."""
    counted = (
        objects_for(actor)
        .filter(market__isnull=False, closed_at=None)
        .annotate(busy=Case(When(_open(today), then=1), default=0, output_field=IntegerField()))
        .values("market_id", "block")
        .annotate(stalls=Count("id"), occupied=Count("id", filter=Q(busy=1)))
        .order_by("market_id", "block")
    )
    blocks: dict[str, list[BlockRow]] = {}
    for row in counted:
        one = BlockRow(row["market_id"], row["block"], row["stalls"], row["occupied"])
        blocks.setdefault(row["market_id"], []).append(one)
    return [
        MarketRow(m, sum(b.stalls for b in mine), sum(b.occupied for b in mine), tuple(mine))
        for m in markets_for(actor)
        for mine in (blocks.get(m.code, []),)
    ]


@dataclass(frozen=True, slots=True)
class StallFilter:
    """What a list of stalls is narrowed to; empty means all."""

    market: str = ""
    kind: str = ""
    block: str = ""
    place_type: str = ""
    state: str = ""  # "terisi", "kosong", "tutup"
    words: str = ""


@dataclass(frozen=True, slots=True)
class StallRow:
    """One stall and who holds it."""

    stall: LevyObject
    holder: Occupancy | None


def stalls(actor: Actor, narrowed: StallFilter, *, today: date) -> QuerySet[LevyObject]:
    """Stalls in the order of a walk, narrowed; a word may be part of a number, a name, an NPWRD or a telephone."""
    found = objects_for(actor).filter(closed_at__isnull=narrowed.state != "tutup")
    exact = {"market": narrowed.market, "levy_kind": narrowed.kind, "block": narrowed.block}
    exact |= {"place_type": narrowed.place_type}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if narrowed.state == "terisi":
        found = found.filter(_open(today))
    elif narrowed.state == "kosong":
        found = found.filter(~_open(today))
    if narrowed.words:
        found = found.filter(_said_by(narrowed.words, today))
    return found.order_by("market_id", "block", "route_order", "id")


def _said_by(words: str, today: date) -> Q:
    person = Q(payer__name__icontains=words) | Q(payer__npwrd__istartswith=words)
    if phone := phone_e164(words):
        person |= Q(payer__phone=phone)
    holding = Occupancy.objects.filter(person, Q(to_date=None) | Q(to_date__gte=today), levy_object=OuterRef("pk"))
    return Q(number__icontains=words) | Q(Exists(holding))


def with_holders(found: Iterable[LevyObject], *, today: date) -> list[StallRow]:
    """The stalls with who holds each today; one query."""
    listed = list(found)
    holding = Occupancy.objects.filter(
        Q(to_date=None) | Q(to_date__gte=today), levy_object__in=listed, from_date__lte=today
    ).select_related("payer")
    holders = {occupancy.levy_object_id: occupancy for occupancy in holding}
    return [StallRow(stall, holders.get(stall.pk)) for stall in listed]


def history(stall: LevyObject) -> list[Occupancy]:
    """Everybody who held an object, the newest first, with what their right rests on."""
    held = stall.occupancies.select_related("payer").prefetch_related("renewals")
    return list(held.order_by("-from_date"))


@dataclass(frozen=True, slots=True)
class Sight:
    """When and how a holder was seen at their stall."""

    day: date
    how: str


def last_seen(occupancy: Occupancy) -> Sight | None:
    """The newest census entry that found things as registered since the occupancy began; None when there is none."""
    zone = places.region().zone
    entry = (
        CensusEntry.objects.filter(levy_object_id=occupancy.levy_object_id)
        .select_related("census")
        .order_by("-happened_at")
        .first()
    )
    if entry is None or entry.finding not in (CensusEntry.Finding.AS_REGISTERED, CensusEntry.Finding.OTHER_FACTS):
        return None
    day = entry.happened_at.astimezone(zone).date()
    return Sight(day, f"Pendataan {entry.census.title}") if day >= occupancy.from_date else None


def payers(actor: Actor, words: str) -> QuerySet[Payer]:
    """Payers by name, narrowed by part of a name, the beginning of an NPWRD, a telephone or the last four of a NIK."""
    found = payers_for(actor).annotate(held=Count("occupancies", filter=Q(occupancies__to_date=None)))
    words = words.strip()
    if words:
        said = Q(name__icontains=words) | Q(npwrd__istartswith=words)
        if phone := phone_e164(words):
            said |= Q(phone=phone)
        if words.isdecimal() and len(words) == 4:
            said |= Q(nik_last4=words)
        found = found.filter(said)
    return found.order_by("name", "id")


# --- keyset pages


@dataclass(frozen=True, slots=True)
class Keyset:
    """One page of a list that never skips or repeats, however it grows meanwhile."""

    rows: list[Any]
    following: str  # what `?sesudah=` of the next page is; "" on the last
    is_first: bool


def keyset_page(found: QuerySet[Any], fields: Sequence[str], after: str, *, size: int = PAGE_SIZE) -> Keyset:
    """The rows after the one with id `after` in the order of `fields` (ascending, unique with the id last)."""
    place = found.model._default_manager.filter(pk=after).first() if after.isdecimal() and len(after) < 19 else None
    narrowed = found
    if place is not None:
        later = Q()
        for number, name in enumerate(fields):
            same = {one: getattr(place, one) for one in fields[:number]}
            later |= Q(**same, **{f"{name}__gt": getattr(place, name)})
        narrowed = found.filter(later)
    rows = list(narrowed[: size + 1])
    following = str(rows[size - 1].pk) if len(rows) > size else ""
    return Keyset(rows[:size], following, place is None)


def parameters_in_force(day: date) -> list[Parameter]:
    """The newest version in force of every parameter, by name."""
    rows = Parameter.objects.filter(valid_from_date__lte=day).order_by("name", F("valid_from_date").desc())
    return list({row.name: row for row in reversed(rows)}.values())
