"""Whose desk a page shows: one agency, checked for the reader; and which day, month or year was asked for."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from tidar.common import clock
from tidar.common.access import actor_of
from tidar.common.actor import Actor
from tidar.common.errors import UnableToAllow
from tidar.people import api as people
from tidar.places import api as places
from tidar.retribusi.models import LevyKind, Market

EARLIEST = date(2000, 2, 1)  # no book is older; keeps the days and years before it inside the calendar


@dataclass(frozen=True, slots=True)
class Desk:
    """One agency as a reader sees it: its name, the agencies they may choose from, and their markets."""

    agency_code: str
    agency_name: str
    choices: tuple[tuple[str, str], ...]
    today: date

    @property
    def query(self) -> str:
        """What links must carry to stay at this desk; empty where there is only one."""
        return f"&dinas={self.agency_code}" if len(self.choices) > 1 else ""


def today() -> date:
    """The day it is in the region."""
    return timezone.localtime(clock.now(), places.region().zone).date()


def whole_agencies(actor: Actor, permission: str) -> tuple[tuple[str, str], ...]:
    """Agencies that levy something and that the actor holds `permission` for as a whole, as (code, name)."""
    wide = Actor(actor.kind, actor.id, actor.name, frozenset(g for g in actor.grants if g.area is None))
    codes = set(LevyKind.objects.values_list("agency_id", flat=True))
    codes |= set(Market.objects.values_list("agency_id", flat=True))
    names = {one.code: one.name for one in people.agencies()}
    found = [(code, names.get(code, code)) for code in codes if wide.may(permission, agency=code)]
    markets = dict.fromkeys(Market.objects.values_list("agency_id", flat=True))
    return tuple(sorted(found, key=lambda one: (one[0] not in markets, one[1])))


def _desk(request: HttpRequest, permission: str) -> Desk:
    choices = whole_agencies(actor_of(request), permission)
    asked = request.GET.get("dinas", "")
    if not choices or (asked and asked not in dict(choices)):
        raise UnableToAllow(_("Halaman ini untuk yang mengurus kas retribusi perangkat daerah itu."))
    code = asked or choices[0][0]
    return Desk(code, dict(choices)[code], choices, today())


def desk_seen(request: HttpRequest) -> Desk:
    """The desk for reading: `levies.see` for the whole agency, not for one market alone."""
    return _desk(request, "levies.see")


def desk_kept(request: HttpRequest) -> Desk:
    """The desk of who keeps the treasury."""
    return _desk(request, "levies.treasury")


def desk_led(request: HttpRequest) -> Desk:
    """The desk of who leads."""
    return _desk(request, "levies.lead")


def day_asked(request: HttpRequest, desk_today: date, *, name: str = "hari") -> date:
    """The day in the address, never after today or before `EARLIEST`; today where none was asked for."""
    try:
        return max(EARLIEST, min(date.fromisoformat(request.GET.get(name, "")), desk_today))
    except ValueError:
        return desk_today


@dataclass(frozen=True, slots=True)
class Span:
    """A month, or one day of it, with what lies before and after."""

    first: date
    last: date
    text: str
    before: str
    after: str

    @property
    def is_day(self) -> bool:
        """Whether it is one day."""
        return self.first == self.last


def span_asked(request: HttpRequest, desk_today: date) -> Span:
    """`?hari=2026-11-25`, else `?bulan=2026-11`, else this month; never after today."""
    if request.GET.get("hari"):
        day = day_asked(request, desk_today)
        after = f"hari={day + timedelta(days=1)}" if day < desk_today else ""
        return Span(day, day, f"hari={day}", f"hari={day - timedelta(days=1)}", after)
    first = _month(request.GET.get("bulan", ""), desk_today)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    before, after = (first - timedelta(days=1)).strftime("%Y-%m"), (last + timedelta(days=1)).strftime("%Y-%m")
    more = f"bulan={after}" if last < desk_today else ""
    return Span(first, min(last, desk_today), f"bulan={first:%Y-%m}", f"bulan={before}", more)


def _month(text: str, desk_today: date) -> date:
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        asked = desk_today
    return max(EARLIEST, min(asked, desk_today)).replace(day=1)
