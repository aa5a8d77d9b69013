"""What waits for the head of the RW: versions in conflict and items that were held, in words that can be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.common.formats import number_text
from tidar.common.signed_records import UnableToRead
from tidar.formulir import api as formulir
from tidar.people import api as people
from tidar.rojak.models import Check, Device, Member, PatrolItem, Post
from tidar.rojak.queries.items import Known, activity_titles, known_for
from tidar.rojak.queries.persons import about_persons, area_of, concerns_person, hidden_from, may_settle
from tidar.rojak.queries.reach import posts_for, posts_for_persons, reads_persons
from tidar.rojak.rules.items import REVISABLE, Item, read_item, receipt_number

State = PatrolItem.State
COORDINATE = "patrol.coordinate"
PAGE_SIZE = 50
TABS: Mapping[str, tuple[str, ...]] = {
    "bentrok": (State.CONFLICT,),
    "ditahan": (State.HELD,),
    "diputuskan": (State.ACCEPTED, State.REFUSED, State.REPLACED),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list; nothing of what somebody wrote."""

    number: int
    receipt: str
    kind: str
    post: str
    device: str
    person: str
    sentence: str
    state: str
    state_word: str
    row: PatrolItem


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a version; `differs`: the other version says something else."""

    label: str
    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """One version as people compare it."""

    line: Row
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """An item to decide about. `other`: the version that counts now. `area_code` is for `access.requires`.

    `is_elsewhere`: the version that counts is of another RW, whose head decides; neither side reads the other's words.
    """

    area_code: str
    version: Version
    other: Version | None
    is_elsewhere: bool
    may_settle: bool
    may_take: bool
    concerns_person: bool
    body: str


def kind_words() -> dict[str, str]:
    """What an item is called."""
    return {
        "round_start": _("Mulai ronda"),
        "leg": _("Ganti pemimpin"),
        "round_end": _("Selesai ronda"),
        "track": _("Jejak"),
        "check": _("Pemeriksaan"),
        "finding": _("Temuan"),
        "activity": _("Kegiatan"),
        "sos": _("SOS"),
        "attendance": _("Hadir"),
    }


def _mine(actor: Actor) -> Q:
    """Of the posts that somebody leads; of no known post, of the phones of their area; not what they may not read.

    And what came under the number of a note that counts in their RW, from wherever it came: they decide about it.
    """
    led = posts_for(actor, COORDINATE)
    devices, posts = Device.objects.filter(led), Post.objects.filter(led)
    own = (Q(post__in=posts) | Q(post=None, device__in=devices)) & ~hidden_from(actor)
    return own | _judged(actor, posts)


def _judged(actor: Actor, posts: Any) -> Q:
    others = PatrolItem.objects.filter(item_id=OuterRef("item_id"), state=State.ACCEPTED).exclude(pk=OuterRef("pk"))
    about = PatrolItem.objects.filter(about_persons()).values("item_id")
    readable = Post.objects.filter(posts_for_persons(actor))
    reads = ~Q(item_id__in=about) | Q(Exists(others.filter(post__in=readable)))
    return Q(Exists(others.filter(post__in=posts))) & reads


def counts(actor: Actor) -> dict[str, int]:
    """How many wait, by tab."""
    mine = PatrolItem.objects.filter(_mine(actor))
    return {tab: mine.filter(state__in=TABS[tab]).count() for tab in ("bentrok", "ditahan")}


def listed(actor: Actor, *, tab: str, before: int = 0) -> tuple[list[Row], int]:
    """A page of items, newest first, and the number to go on from (0: the end)."""
    found = PatrolItem.objects.filter(_mine(actor), state__in=TABS[tab]).select_related("post", "device__user")
    if tab == "diputuskan":
        found = found.exclude(settled_at=None)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-id")[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    names = _names(shown)
    lines = [_line(row, names) if _leads(actor, row) else _line_elsewhere(row) for row in shown]
    return lines, shown[-1].pk if len(rows) > PAGE_SIZE else 0


def _leads(actor: Actor, row: PatrolItem) -> bool:
    return actor.may(COORDINATE, area=area_of(row))


def _names(rows: Sequence[PatrolItem]) -> dict[str, str]:
    """Who sent those that came without a phone; one query, none where all came by phone."""
    ids = {row.actor_id for row in rows if row.device is None and not row.actor_id.startswith("system:")}
    return people.names_of(ids) if ids else {}


def _line(row: PatrolItem, names: Mapping[str, str]) -> Row:
    device = row.device
    return Row(
        number=row.pk,
        receipt=receipt_number(row.pk),
        kind=kind_words().get(row.kind, row.kind or _("Tidak terbaca")),
        post=row.post.title if row.post else "",
        device=device.code if device else str(row.get_manner_display()),
        person=device.user.display_name if device else names.get(row.actor_id, ""),
        sentence=row.settlement or row.sentence,
        state=str(row.state),
        state_word=str(row.get_state_display()),
        row=row,
    )


def _line_elsewhere(row: PatrolItem) -> Row:
    """A line of another RW: that there is something to decide, and nothing of who sent it or of what it says."""
    said = row.settlement or _("Dikirim dari RW lain dengan nomor catatan yang sama.")
    return replace(_line(row, {}), person="", device=_("RW lain"), sentence=said)


def review_page(number: int, *, actor: Actor) -> Page:
    """One item with the version that counts beside it. Raises `UnableToFind`, for what concerns a person to everybody
    who does not read about persons there.

    Where the two are of different RW, each RW's head reads their own version; the one where it counts decides.
    """
    rows = PatrolItem.objects.select_related("post__program", "device__user")
    row = rows.filter(pk=number).first()
    if row is None:
        raise UnableToFind(_("Catatan itu tidak ada."))
    counting = rows.filter(item_id=row.item_id, state=State.ACCEPTED).exclude(pk=number).first()
    is_elsewhere = counting is not None and counting.post_id != row.post_id
    about_person, settles = concerns_person(row), may_settle(actor, row, counting)
    reads_row = _leads(actor, row) and (not about_person or reads_persons(actor, area_of(row)))
    if not reads_row and not (settles and is_elsewhere):
        if about_person:
            raise UnableToFind(_("Catatan itu tidak ada."))
        settles = False  # `access.requires` refuses by the area
    accepted = counting if counting is not None and (settles or not is_elsewhere) else None
    mine, theirs = _pair(row if reads_row else None, accepted)
    names = _names([row, accepted] if accepted else [row])
    is_version = counting is None or (not is_elsewhere and counting.kind == row.kind)
    return Page(
        area_code=area_of(counting if counting is not None and settles and is_elsewhere else row) or "-",
        version=Version(_line(row, names) if reads_row else _line_elsewhere(row), mine),
        other=Version(_line(accepted, names), theirs) if accepted else None,
        is_elsewhere=is_elsewhere,
        may_settle=settles,
        may_take=row.state == State.CONFLICT and row.kind in REVISABLE and is_version,
        concerns_person=about_person,
        body=bytes(row.body).decode("utf-8", "replace")[:4_000] if reads_row else "",
    )


def _pair(row: PatrolItem | None, accepted: PatrolItem | None) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """What both say, compared where both are read; nothing of the one that is not (None)."""
    items = [None if one is None else _read(one) for one in (row, accepted)]
    known = known_for([item for item in items if item])
    mine, theirs = (_facts(item, known) for item in items)
    if row is None or accepted is None:
        return mine, theirs
    return _compared(mine, theirs), _compared(theirs, mine)


def _read(row: PatrolItem) -> Item | None:
    try:
        return read_item(bytes(row.body))
    except UnableToRead:
        return None


def _compared(facts: Sequence[Fact], others: Sequence[Fact]) -> tuple[Fact, ...]:
    said = {one.label: one.text for one in others}
    return tuple(Fact(one.label, one.text, differs=said.get(one.label) != one.text) for one in facts)


def _facts(item: Item | None, known: Known) -> tuple[Fact, ...]:
    """What a version says, in words; nothing for what cannot be read."""
    if item is None or not item.is_known:
        return ()
    tells = TELLS.get(item.kind)
    found = [(_("Waktu di HP"), item.at.strftime("%d-%m-%Y %H.%M.%S")), *(tells(item, known) if tells else [])]
    return tuple(Fact(label, text or "—") for label, text in found)


Said = list[tuple[str, str]]


def _place(item: Item, known: Known) -> Said:
    segment, spot = known.segment(item), item.position
    found = [(_("Bagian rute"), segment.title if segment else str(item.data.get("segment", "")))]
    if "position" in item.data:
        found.append((_("Posisi"), _spot(spot.lat, spot.lon, spot.accuracy_metres) if spot else ""))
    return found


def _spot(lat: float, lon: float, metres: int) -> str:
    return f"{lat:.5f}, {lon:.5f} (± {number_text(metres)} m)"


def _finding(item: Item, known: Known) -> Said:
    kind, data = known.kind(item), item.data
    return [
        (_("Jenis"), kind.title if kind else data["kind"]),
        *_place(item, known),
        (_("Tingkat"), {1: _("ringan"), 2: _("sedang"), 3: _("mendesak")}[data["severity"]]),
        (_("Catatan"), data["note"]),
        *_answers(data),
        (_("Foto"), number_text(len(data["photos"])) if data["photos"] else ""),
    ]


def _answers(data: Mapping[str, Any]) -> Said:
    form = formulir.version(data["form"], data["version"]) if data["form"] else None
    if form is None:
        return [(name, _text(value)) for name, value in data["answers"].items()]
    return [
        (_label(form.definition, name), formulir.said(form.definition, name, value))
        for name, value in data["answers"].items()
    ]


def _label(definition: Mapping[str, Any], name: str) -> str:
    labels = [str(one.get("label") or name) for one in definition["questions"] if one["name"] == name]
    return labels[0] if labels else name


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _check(item: Item, known: Known) -> Said:
    how = str(Check.How(item.data["how"]).label)
    return [*_place(item, known), (_("Titik periksa"), item.data["checkpoint"]), (_("Cara"), how)]


def _activity(item: Item, known: Known) -> Said:
    post, data = known.posts.get(item.post), item.data
    titles = activity_titles(post.program.settings) if post else {}
    return [
        (_("Jenis"), titles.get(data["kind"], data["kind"])),
        *_place(item, known),
        (_("Peserta"), number_text(data["participants"])),
        (_("Menit"), number_text(data["minutes"])),
        (_("Catatan"), data["note"]),
    ]


def _start(item: Item, known: Known) -> Said:
    names = dict(Member.objects.filter(pk__in=list(known.members)).values_list("pk", "name"))
    present = [names.get(one, f"#{one}") for one in item.data["present"]]
    leader = item.data["leader"]
    return [(_("Pemimpin"), names.get(leader, "")), (_("Hadir"), ", ".join(present))]


def _end(item: Item, known: Known) -> Said:
    metres = item.data["distance_m"]
    return [
        (_("Jarak"), "" if metres is None else f"{number_text(metres)} m"),
        (_("Catatan"), item.data["note"]),
    ]


def _track(item: Item, known: Known) -> Said:
    return [(_("Titik jejak"), number_text(len(item.data["points"])))]


def _sos(item: Item, known: Known) -> Said:
    spot = item.position
    place = _spot(spot.lat, spot.lon, spot.accuracy_metres) if spot else ""
    return [(_("Posisi"), place), (_("Catatan"), item.data["note"])]


TELLS: Mapping[str, Callable[[Item, Known], Said]] = {
    "finding": _finding,
    "check": _check,
    "activity": _activity,
    "round_start": _start,
    "round_end": _end,
    "track": _track,
    "sos": _sos,
}
