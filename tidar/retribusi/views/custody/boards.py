"""Boards of a market: the head's board of the day, and the public one that tells numbers and two words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from tidar.common import clock
from tidar.common.access import actor_of, public, requires
from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.common.pages import page
from tidar.retribusi.models import Market
from tidar.retribusi.queries import boards, custody
from tidar.retribusi.queries.boards import Block, Stall
from tidar.retribusi.queries.takings import takings
from tidar.retribusi.views.custody.desk import day_asked, today

STATES: tuple[tuple[str, str | Promise], ...] = (
    ("sudah", pgettext_lazy("lapak", "sudah")),
    ("sebagian", pgettext_lazy("lapak", "sebagian")),
    ("belum", pgettext_lazy("lapak", "belum")),
    ("tutup", pgettext_lazy("lapak", "libur")),
    ("tanpa-tagihan", gettext_lazy("tanpa tagihan")),
    ("kosong", pgettext_lazy("lapak", "kosong")),
)
REFRESH_SECONDS = 60


def market_named(request: HttpRequest, market: str) -> Market:
    """The market with this code."""
    found = Market.objects.select_related("agency").filter(pk=market).first()
    if found is None:
        raise UnableToFind(_("Pasar itu tidak ada."))
    return found


def markets_of(actor: Actor) -> list[Market]:
    """Markets that somebody may see, by name."""
    found = Market.objects.order_by("name")
    return [m for m in found if actor.may("levies.see", agency=m.agency_id, area=m.area_code or None)]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many stalls stand where."""

    stalls: int
    occupied: int
    charged: int
    paid: int
    amount_rupiah: int
    owed_rupiah: int

    @property
    def occupancy_percent(self) -> float:
        """Share of stalls that somebody holds."""
        return 100 * self.occupied / self.stalls if self.stalls else 0.0

    @property
    def paid_percent(self) -> float:
        """Share of the day's bills that is paid whole."""
        return 100 * self.paid / self.charged if self.charged else 0.0


def tally_of(found: list[Stall]) -> Tally:
    """The tally of a day's stalls."""
    charged = [one for one in found if one.state in ("sudah", "sebagian", "belum")]
    return Tally(
        stalls=len(found),
        occupied=sum(one.state != "kosong" for one in found),
        charged=len(charged),
        paid=sum(one.state == "sudah" for one in found),
        amount_rupiah=sum(one.amount_rupiah for one in charged),
        owed_rupiah=sum(one.owed_rupiah for one in charged),
    )


@requires("levies.see", load=market_named)
@require_safe
@gzip_page
def market_board(request: HttpRequest, market: Market) -> HttpResponse:
    """`/retribusi/pasar/<market>/`: the market head's board of a day."""
    asked = day_asked(request, today())
    reason = boards.closed_reason(market, asked)
    found = boards.stalls(market, asked, closed=reason is not None)
    names = custody.collectors(market.agency_id)
    workers = boards.at_work(market, asked)
    rows = takings(market.agency_id, asked, asked, market=market.pk)
    bags = {bag.collector_id: bag for bag in custody.bags(market.agency_id, at=clock.now())}
    context: dict[str, Any] = {
        "market": market,
        "markets": markets_of(actor_of(request)),
        "day": asked,
        "is_today": asked == today(),
        "closed_reason": reason,
        "tally": tally_of(found),
        "blocks": [_told(block) for block in boards.blocks(found)],
        "states": STATES,
        "workers": [(names.get(w.collector_id, w.collector_id), w, bags.get(w.collector_id)) for w in workers],
        "late_bags": [b for b in bags.values() if b.late and b.late.severity >= custody.TOLD],
        "taken_rupiah": sum(row.rupiah for row in rows),
        "taken_count": sum(row.count for row in rows),
        "board_is_on": boards.public_board_is_on(market.pk, asked),
    }
    return page(request, "retribusi/boards/market.html", context, block="board")


def _told(block: Block) -> tuple[Block, list[tuple[str, str | Promise, int]]]:
    """A block with its counts in the order in which they are told."""
    return block, [(state, word, block.counts[state]) for state, word in STATES if state in block.counts]


@public
@require_safe
@gzip_page
def public_board(request: HttpRequest, market: str) -> HttpResponse:
    """`/papan/<market>/`: who has paid today, by stall number; refreshes itself, names nobody."""
    found = market_named(request, market)
    now = today()
    on = boards.public_board_is_on(found.pk, now)
    reason = boards.closed_reason(found, now) if on else None
    stalls = boards.stalls(found, now, closed=reason is not None) if on else []
    spots = [(block.name, boards.spots(block.stalls)) for block in boards.blocks(stalls)]
    words = [spot.state for _name, held in spots for spot in held]
    context = {
        "market": found,
        "on": on,
        "closed_reason": reason,
        "blocks": spots,
        "paid_count": words.count("sudah"),
        "unpaid_count": words.count("belum"),
        "now": clock.now(),
        "refresh_seconds": REFRESH_SECONDS,
    }
    response = page(request, "retribusi/boards/public.html", context)
    response["Cache-Control"] = "public, max-age=20"
    return response
