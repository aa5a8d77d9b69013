"""What a page of coverage was asked for: filters, sort, the words of the program, names of areas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tidar.places import api as places
from tidar.rojak.models import Program
from tidar.rojak.queries.gaps import SegmentNow, village_of
from tidar.rojak.rules.coverage import KINDS

Words = str | Promise
STATES: dict[str, tuple[Words, str]] = {  # word, kind of badge
    "lewat": (gettext_lazy("terlambat"), "bad"),
    "belum": (gettext_lazy("belum pernah"), "bad"),
    "tidak-diketahui": (gettext_lazy("tidak diketahui"), "info"),
    "hari-ini": (gettext_lazy("jatuh tempo hari ini"), "warn"),
    "terperiksa": (gettext_lazy("terperiksa"), "ok"),
}
GAPS = "celah"  # overdue and never checked together
SORTS: dict[str, Words] = {
    "terburuk": gettext_lazy("terburuk dulu"),
    "tempo": gettext_lazy("jatuh tempo terlama"),
    "pos": gettext_lazy("menurut pos"),
}
VIEWS: dict[str, Words] = {"pos": pgettext_lazy("tampilan", "Per pos"), "ruas": pgettext_lazy("tampilan", "Semua ruas")}


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the board; "" is no filter."""

    program: str = ""
    village: str = ""
    state: str = ""
    sort: str = "terburuk"
    view: str = "pos"

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        """From the address; what is not known is as if it were not asked."""
        got = request.GET
        state, sort, view = got.get("keadaan", ""), got.get("urut", ""), got.get("tampil", "")
        return cls(
            program=got.get("program", "")[:60],
            village=got.get("kelurahan", "")[:40],
            state=state if state in (*STATES, GAPS) else "",
            sort=sort if sort in SORTS else "terburuk",
            view=view if view in VIEWS else "pos",
        )

    def query(self, **change: str) -> str:
        """The address' query for these filters with something changed; without what is usual."""
        asked = replace(self, **change)
        values = {"program": asked.program, "kelurahan": asked.village, "keadaan": asked.state}
        values |= {
            "urut": "" if asked.sort == "terburuk" else asked.sort,
            "tampil": "" if asked.view == "pos" else "ruas",
        }
        return urlencode({key: value for key, value in values.items() if value})

    def posts(self) -> Q:
        """The condition on posts that program and kelurahan make."""
        found = Q(program=self.program) if self.program else Q()
        if self.village:
            found &= Q(area_code=self.village) | Q(area_code__startswith=f"{self.village}.")
        return found

    def keeps(self, one: SegmentNow) -> bool:
        """Whether a segment is in the state that was asked for."""
        if self.state == GAPS:
            return one.state.is_gap
        return not self.state or one.state.kind == self.state


def programs() -> dict[str, Program]:
    """The active programs by key."""
    return {one.key: one for one in Program.objects.filter(active=True)}


def words_of(shown: Iterable[str], known: Mapping[str, Program]) -> dict[str, str]:
    """What the people of a program say; of several programs together, words that fit all of them."""
    keys = set(shown)
    common = {"segment": _("ruas"), "round": _("ronda"), "post": _("pos")}
    return common | (known[keys.pop()].words if len(keys) == 1 else {})


def area_name(code: str) -> str:
    """ "RW 04 Kemirirejo": what an RW is called together with its kelurahan; its code where it is not known."""
    village = places.area(village_of(code))
    rest = code.split(".")[4:]
    parts = [f"RW {rest[0]}" if rest else "", f"RT {rest[1]}" if len(rest) > 1 else "", village.name if village else ""]
    return " ".join(part for part in parts if part) or code


def counts(segments: Iterable[SegmentNow]) -> list[tuple[str, Words, str, int]]:
    """How many segments stand how: (state, word, badge, count), the most pressing first, also where there are none."""
    found = dict.fromkeys(KINDS, 0)
    for one in segments:
        found[one.state.kind] += 1
    return [(kind, *STATES[kind], found[kind]) for kind in KINDS]


def bar(found: Iterable[tuple[str, Words, str, int]]) -> list[tuple[str, Words, float, float]]:
    """The counts as pieces of one bar of width 100: (state, word, from, width)."""
    told = list(found)
    total, at, pieces = sum(count for *_rest, count in told), 0.0, []
    for kind, word, _badge, count in told:
        width = 100 * count / total if total else 0.0
        pieces.append((kind, word, round(at, 3), round(width, 3)))
        at += width
    return pieces
