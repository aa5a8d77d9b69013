"""What waits for a person, and where a person may go from the home page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tidar.common import wording
from tidar.common.actor import Actor
from tidar.common.formats import number_text
from tidar.hub import api as hub

MOST = 8


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, as a link."""

    kind: str  # "bad", "warn", "info"
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


STEPS = {"mapping": "petakan/", "checked": "periksa/", "held": "periksa/", "published": "karantina/"}


def waiting_for(actor: Actor, *, at: datetime) -> tuple[Task, ...]:
    """Late feeds and unfinished deliveries of the agencies that `actor` may deliver for, the worst first."""
    if not actor.may("hub.deliver"):
        return ()
    return tuple([*_late(actor, at=at), *_unfinished(actor)][:MOST])


def _late(actor: Actor, *, at: datetime) -> list[Task]:
    states = [s for s in hub.feed_states(at=at).values() if s.state in ("late", "stale")]
    mine = [s for s in states if actor.may("hub.deliver", agency=s.agency_code)]
    mine.sort(key=lambda s: (s.state != "stale", s.title))
    return [
        Task(
            kind="bad" if s.state == "stale" else "warn",
            title=s.title,
            sentence=_("Data terakhir %(age)s yang lalu.") % {"age": wording.age(s.age_seconds or 0)},
            url=f"/hub/umpan/{s.code}/",
        )
        for s in mine
    ]


def _unfinished(actor: Actor) -> list[Task]:
    mine = [d for d in hub.waiting_deliveries() if actor.may("hub.deliver", agency=d.agency_code)]
    return [Task("info", d.feed_title, _sentence(d), f"/hub/kiriman/{d.id}/{STEPS[d.status]}") for d in mine]


def _sentence(delivery: hub.WaitingDelivery) -> str:
    words = {
        "mapping": _("%(file)s: kolomnya belum dipetakan."),
        "checked": _("%(file)s: siap diterbitkan."),
        "held": _("%(file)s: ditahan, perlu Anda lihat."),
        "published": _("%(file)s: %(rows)s baris menunggu di karantina."),
    }[delivery.status]
    return words % {"file": delivery.file_name, "rows": number_text(delivery.open_rows)}


def doors(actor: Actor) -> tuple[Door, ...]:
    """Where this person can begin."""
    found = (
        ("wall.see", Door(_("Dinding"), _("Keadaan kota saat ini, dalam satu layar."), "/wall", "monitor")),
        ("indicators.see", Door(_("Angka"), _("Setiap angka beserta asal-usulnya."), "/angka/", "trace")),
        ("hub.see", Door(_("Data"), _("Umpan data dinas: kirim, periksa, terbitkan."), "/hub/", "upload")),
        (
            "hub.see",
            Door(_("Kesehatan"), _("Umpan mana yang segar, terlambat, atau basi."), "/hub/kesehatan/", "clock"),
        ),
        ("people.administer", Door(_("Orang"), _("Pengguna, peran, dan wewenang."), "/orang/", "person")),
    )
    return tuple(door for permission, door in found if actor.may(permission))
