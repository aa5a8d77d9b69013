"""The span of days that a page was asked for: from and until, or one of the usual ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tidar.common import clock
from tidar.places import api as places

USUAL_DAYS = 28
LONGEST_DAYS = 366
QUICK: tuple[tuple[int, str | Promise], ...] = (
    (7, gettext_lazy("7 hari")),
    (28, gettext_lazy("28 hari")),
    (91, gettext_lazy("13 minggu")),
)


@dataclass(frozen=True, slots=True)
class Days:
    """Days, both included; `sentence` says why it is not what was asked."""

    first: date
    last: date
    sentence: str = ""

    @property
    def query(self) -> str:
        """For the address."""
        return f"dari={self.first:%Y-%m-%d}&sampai={self.last:%Y-%m-%d}"

    @property
    def status(self) -> int:
        """What the page answers with."""
        return 422 if self.sentence else 200


def today() -> date:
    """The day by the region's clock."""
    return clock.now().astimezone(places.region().zone).date()


def days_asked(request: HttpRequest) -> Days:
    """`?dari=…&sampai=…`, else the last four weeks; what makes no sense gets the usual span and a sentence."""
    end = today()
    usual = Days(end - timedelta(days=USUAL_DAYS - 1), end)
    given = [request.GET.get(name, "") for name in ("dari", "sampai")]
    if not any(given):
        return usual
    try:
        last = date.fromisoformat(given[1]) if given[1] else end
        first = date.fromisoformat(given[0]) if given[0] else last - timedelta(days=USUAL_DAYS - 1)
    except (ValueError, OverflowError):
        return Days(usual.first, usual.last, _("Tanggal tidak terbaca; yang ditampilkan empat minggu terakhir."))
    if first > last or (last - first).days >= LONGEST_DAYS or first > end:
        said = _("Pilih rentang yang sudah dimulai, paling panjang satu tahun; yang ditampilkan empat minggu terakhir.")
        return Days(usual.first, usual.last, said)
    return Days(first, min(last, end))


def quick_spans() -> list[tuple[str | Promise, str]]:
    """The usual spans that end today: (words, query)."""
    end = today()
    return [(words, Days(end - timedelta(days=days - 1), end).query) for days, words in QUICK]
