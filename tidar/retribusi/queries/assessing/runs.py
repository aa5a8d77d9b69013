"""Runs for pages: the list, what a preview says in sentences, its lines, and what to know before making one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tidar.common.actor import Actor
from tidar.common.formats import date_text, number_text
from tidar.common.money import rupiah_text
from tidar.retribusi.models import Closure, LevyKind, LevyObject, Market, Run, RunLine
from tidar.retribusi.queries.assessing.inputs import market_days, tariff_rows
from tidar.retribusi.queries.assessing.seeing import seen_by
from tidar.retribusi.rules.assessing import LEFT_OUT, DaySpan
from tidar.retribusi.rules.formula import span_text
from tidar.retribusi.rules.tariffs import PlaceFacts, TariffRow, is_old, tariff_for

REVIEW_YEARS = 3  # UU 1/2022 and the regional rules before it: tariffs are reviewed at least every three years
OPEN_STATES = (Run.State.ISSUED, Run.State.SIGNING, Run.State.ISSUING, Run.State.PREVIEWING)
PER_PAGE = 50


def runs_seen_by(actor: Actor) -> QuerySet[Run]:
    """Runs that a person may look at, newest first."""
    seen = seen_by(actor, agency="agency_id", area="market__area_code")
    joined = Run.objects.filter(seen).select_related("market", "levy_kind", "occupancy__levy_object")
    return joined.order_by("-made_at", "-pk")


def period_words(run: Run) -> str:
    """The run's period in words."""
    return span_text(run.from_date, run.to_date)


def place_words(run: Run) -> str:
    """Over what it goes: a market, the whole city, or one stall."""
    market = run.market.name if run.market else _("Seluruh kota")
    if run.occupancy is None:
        return market
    return f"{market}, {run.occupancy.levy_object.number}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that a preview tells; `kind` is how it looks: "", "ok" or "warn"."""

    text: str
    kind: str = ""


def difference_sentences(notes: dict[str, Any]) -> list[Sentence]:
    """How a preview differs from the period before, in words; empty when there is nothing to compare with."""
    last_count, last_rupiah = notes.get("last") or (0, 0)
    if not notes.get("last_period"):
        return [Sentence(_("Belum ada masa sebelumnya untuk dibandingkan."))]
    span = span_text(*(date.fromisoformat(day) for day in notes["last_period"]))
    if not last_count:
        return [Sentence(_("Pada %s tidak ada SKRD, jadi tidak ada yang dapat dibandingkan.") % span)]
    told = [_total_sentence(notes, span, last_rupiah)]
    told += [
        Sentence(text % {"n": number_text(count), "rupiah": rupiah_text(rupiah), "span": span}, kind)
        for key, text, kind in _differences()
        for count, rupiah in [notes.get(key) or (0, 0)]
        if count
    ]
    if notes.get("same"):
        told.append(Sentence(_("%s lapak tetap sama.") % number_text(notes["same"])))
    return told


def _differences() -> tuple[tuple[str, str, str], ...]:
    return (
        ("new", _("%(n)s lapak baru dikenai, jumlahnya %(rupiah)s; pada %(span)s belum."), ""),
        ("higher", _("%(n)s lapak naik, seluruhnya bertambah %(rupiah)s."), ""),
        ("lower", _("%(n)s lapak turun, seluruhnya berkurang %(rupiah)s."), "warn"),
        ("gone", _("%(n)s lapak tidak dikenai lagi; pada %(span)s jumlahnya %(rupiah)s."), "warn"),
    )


def _total_sentence(notes: dict[str, Any], span: str, last_rupiah: int) -> Sentence:
    total = int((notes.get("total") or (0, 0))[1])
    words = {
        "total": rupiah_text(total), "last": rupiah_text(last_rupiah), "span": span,
        "difference": rupiah_text(abs(total - last_rupiah)),
    }  # fmt: skip
    if total == last_rupiah:
        return Sentence(_("Jumlahnya %(total)s, sama dengan %(span)s.") % words)
    if total > last_rupiah:
        return Sentence(_("Jumlahnya %(total)s, naik %(difference)s dari %(last)s pada %(span)s.") % words)
    return Sentence(_("Jumlahnya %(total)s, turun %(difference)s dari %(last)s pada %(span)s.") % words, "warn")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why places get no SKRD: how many, in words, and some of them by name."""

    reason: str
    words: str
    count: int
    places: tuple[str, ...]
    must_be_mended: bool


def left_out(notes: dict[str, Any]) -> list[LeftOut]:
    """What a preview left out; what somebody must mend comes first, then by number."""
    mend = ("tanpa-tarif", "tanpa-luas", "tumpang-tindih")
    found = [
        LeftOut(
            reason,
            LEFT_OUT.get(reason, reason),
            count,
            tuple(place[2] for place in (notes.get("named") or {}).get(reason, ())),
            reason in mend,
        )
        for reason, count in (notes.get("left_out") or {}).items()
    ]
    return sorted(found, key=lambda one: (not one.must_be_mended, -one.count))


@dataclass(frozen=True, slots=True)
class LineView:
    """One draft line with its stall."""

    id: int
    market: str
    block: str
    number: str
    place_type: str
    amount_rupiah: int
    last_rupiah: int | None
    formula: dict[str, Any]


def lines_of(run: Run, *, block: str = "", change: str = "", after: int = 0) -> list[LineView]:
    """A page of a preview's lines after one of them, narrowed to a block or a kind of difference."""
    lines = RunLine.objects.filter(run=run, id__gt=after)
    changes = {
        "baru": Q(last_rupiah=None), "naik": Q(amount_rupiah__gt=F("last_rupiah")),
        "turun": Q(amount_rupiah__lt=F("last_rupiah")),
    }  # fmt: skip
    if change in changes:
        lines = lines.filter(changes[change])
    if block:
        market, _sep, name = block.partition("|")
        objects = LevyObject.objects.filter(market_id=market or None, block=name, levy_kind=run.levy_kind_id)
        lines = lines.filter(occupancy_id__in=objects.values("occupancies"))
    found = list(lines.order_by("id")[: PER_PAGE + 1])
    places = _places([line.occupancy_id for line in found])
    return [
        LineView(line.pk, *places[line.occupancy_id], line.amount_rupiah, line.last_rupiah, line.formula)
        for line in found
    ]


def _places(occupancies: Sequence[int]) -> dict[int, tuple[str, str, str, str]]:
    names = {code: str(label) for code, label in LevyObject.PlaceType.choices}
    rows = LevyObject.objects.filter(occupancies__in=occupancies).values_list(
        "occupancies", "market__name", "block", "number", "place_type"
    )
    return {key: (market or "", block, number, names.get(kind, "")) for key, market, block, number, kind in rows}


def warnings_before(kind: LevyKind, market: Market | None, *, from_date: date, to_date: date) -> list[str]:
    """What a person should know before they make such a run: closed days, missing or old tariffs, runs that wait."""
    markets = [market] if market else list(Market.objects.filter(agency_id=kind.agency_id))
    return [
        *_closed_words(markets, from_date, to_date),
        *_tariff_words(kind, markets, from_date, to_date),
        *_waiting_words(kind, market),
    ]


def _closed_words(markets: Sequence[Market], from_date: date, to_date: date) -> list[str]:
    closures = Closure.objects.filter(
        market__in=markets, withdrawn_at=None, from_date__lte=to_date, to_date__gte=from_date
    )
    open_days = market_days(markets, closures)
    told = []
    for market in markets:
        days = open_days[market.code]
        shut = [day for day in DaySpan(from_date, to_date).days() if any(s.has(day) for s in days.closed)]
        if from_date == to_date and not days.opens_on(from_date):
            told.append(_("%(market)s tidak buka pada %(day)s.") % {"market": market.name, "day": date_text(from_date)})
        elif shut:
            words = {"market": market.name, "n": len(shut), "first": date_text(shut[0])}
            told.append(
                ngettext(
                    "%(market)s ditutup %(n)d hari dalam masa ini, mulai %(first)s; hari itu tidak dikenai.",
                    "%(market)s ditutup %(n)d hari dalam masa ini, mulai %(first)s; hari itu tidak dikenai.",
                    len(shut),
                )
                % words
            )
    return told


def _tariff_words(kind: LevyKind, markets: Sequence[Market], from_date: date, to_date: date) -> list[str]:
    tariffs = tariff_rows(kind.code, from_date=from_date, to_date=to_date)
    facts = (
        LevyObject.objects.filter(levy_kind=kind, market__in=markets, closed_at=None)
        .values_list("market__name", "market_id", "place_type", "area_m2")
        .annotate(n=Count("id"))
    )
    missing: dict[str, int] = {}
    used: set[TariffRow] = set()
    for name, code, place_type, area, count in facts:
        found = tariff_for(tariffs, PlaceFacts(kind.code, code, place_type, area), day=to_date)
        if found is None:
            missing[name] = missing.get(name, 0) + count
        else:
            used.add(found)
    told = [
        _("%(n)s tempat di %(market)s belum mempunyai tarif yang berlaku; tidak akan ber-SKRD.")
        % {"n": number_text(count), "market": name}
        for name, count in missing.items()
    ]
    old = min((t.valid_from_date for t in used if is_old(t, day=to_date, years=REVIEW_YEARS)), default=None)
    if old:
        told.append(
            _("Ada tarif yang berlaku sejak %(day)s. Tarif ditinjau paling lama setiap %(n)d tahun.")
            % {"day": date_text(old), "n": REVIEW_YEARS}
        )
    return told


def _waiting_words(kind: LevyKind, market: Market | None) -> list[str]:
    waiting = Run.objects.filter(levy_kind=kind, state__in=OPEN_STATES)
    if market:
        waiting = waiting.filter(Q(market=market) | Q(market=None))
    count = waiting.count()
    if not count:
        return []
    sentence = ngettext(
        "%d penetapan belum selesai atau belum ditandatangani; SKRD-nya belum dapat dibayar.",
        "%d penetapan belum selesai atau belum ditandatangani; SKRD-nya belum dapat dibayar.",
        count,
    )
    return [sentence % count]


def unsigned_total(actor: Actor) -> tuple[int, int]:
    """How many SKRD wait for a signature among the runs that a person sees, and in how many runs."""
    waiting = runs_seen_by(actor).filter(state__in=(Run.State.ISSUED, Run.State.SIGNING))
    found = waiting.aggregate(n=Sum(F("issued_count") - F("signed_count")), runs=Count("pk"))
    return int(found["n"] or 0), int(found["runs"])
