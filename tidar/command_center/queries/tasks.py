"""What waits for a person, and where a person may go from the home page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.formats import age_text
from tidar.hub import api as hub

MOST = 8


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, as a link."""

    kind: str  # "warn", "bad"
    title: str
    sentence: str
    url: str


@dataclass(frozen=True, slots=True)
class Door:
    """One place to go."""

    title: str
    sentence: str
    url: str
    icon: str


def waiting_for(actor: Actor, *, at: datetime) -> tuple[Task, ...]:
    """Late feeds that `actor` may deliver to, the worst first."""
    states = [s for s in hub.feed_states(at=at).values() if s.state in ("late", "stale")]
    mine = [s for s in states if actor.may("hub.deliver", agency=s.agency_code)]
    mine.sort(key=lambda s: (s.state != "stale", s.title))
    return tuple(
        Task(
            kind="bad" if s.state == "stale" else "warn",
            title=s.title,
            sentence=_("Data terakhir %(age)s yang lalu.") % {"age": age_text(s.age_seconds or 0)},
            url=f"/hub/umpan/{s.code}/",
        )
        for s in mine[:MOST]
    )


def doors(actor: Actor) -> tuple[Door, ...]:
    """Where this person can begin."""
    found = (
        ("wall.see", Door(_("Dinding"), _("Keadaan kota saat ini, dalam satu layar."), "/wall", "monitor")),
        ("indicators.see", Door(_("Angka"), _("Setiap angka beserta asal-usulnya."), "/angka/", "trace")),
        ("hub.see", Door(_("Data"), _("Umpan data dinas: kirim, periksa, terbitkan."), "/hub/", "upload")),
        (
            "hub.see",
            Door(_("Kesehatan"), _("Umpan mana yang segar, terlambat, atau usang."), "/hub/kesehatan/", "clock"),
        ),
        ("people.administer", Door(_("Orang"), _("Pengguna, peran, dan wewenang."), "/orang/", "person")),
    )
    return tuple(door for permission, door in found if actor.may(permission))
