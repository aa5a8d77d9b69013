"""Records that do not arrive: after the region's hours a gap becomes a case, and the supervisors are told.

A gap is normal while a phone has no signal, so it is only watched at first. The case ends by itself when everything of
it is here; for a phone that was lost for good a person settles it with a reason. What arrives later is taken as ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from tidar.common.actor import Actor, system
from tidar.people import api as people
from tidar.retribusi.actions.cases import open_case, tell_settled
from tidar.retribusi.models import Case, Device
from tidar.retribusi.queries.devices import Gap, limits_on, stock_of, stocks_of

WATCHER = system("alat")
HERE = "Semua catatan dalam celah ini sudah sampai."


def watch_gaps(*, at: datetime) -> int:
    """Open a case for each gap that is too old, settle those that are closed; how many were opened. Idempotent."""
    hours = limits_on(at).gap_hours
    ids = list(Device.objects.values_list("pk", flat=True))
    open_keys = set(Case.objects.filter(key__contains=":celah:", settled_at=None).values_list("key", flat=True))
    with_case = {key.split(":")[1] for key in open_keys}
    stocks = stocks_of(ids)
    worth_a_look = [pk for pk in ids if str(pk) in with_case or (pk in stocks and stocks[pk].gaps)]
    return sum(_watch(device, hours, at=at) for device in Device.objects.filter(pk__in=worth_a_look))


def _watch(device: Device, hours: int, *, at: datetime) -> int:
    with transaction.atomic():
        Device.objects.select_for_update(no_key=True).get(pk=device.pk)
        gaps = stock_of(device.pk).gaps
        cases = list(Case.objects.select_for_update().filter(key__startswith=f"alat:{device.pk}:celah:"))
        for case in cases:
            if case.settled_at is None and not _overlaps(_range_of(case), [(g.first, g.last) for g in gaps]):
                _close(case, at=at)
        late = [g for g in gaps if g.since and (at - g.since).total_seconds() > hours * 3_600]
        new = [g for g in late if not _overlaps((g.first, g.last), map(_range_of, cases))]
        for gap in new:
            _open(device, gap, by=WATCHER, at=at)
    return len(new)


def _range_of(case: Case) -> tuple[int, int]:
    first, _dash, last = case.key.rsplit(":", 1)[1].partition("-")
    return int(first), int(last)


def _overlaps(one: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(first <= one[1] and one[0] <= last for first, last in others)


def _open(device: Device, gap: Gap, *, by: Actor, at: datetime) -> None:
    which = f"nomor {gap.first}" if gap.count == 1 else f"nomor {gap.first}–{gap.last} ({gap.count} catatan)"
    sentence = f"Alat {device.code} ({device.collector_name}): {which} belum sampai."  # kept: Indonesian
    open_case(
        kind=Case.Kind.DEVICE,
        key=f"alat:{device.pk}:celah:{gap.first}-{gap.last}",
        agency=device.agency_id,
        subject=f"alat:{device.pk}:{gap.first}",
        sentence=f"Alat {device.code}: {which} belum sampai.",
        by=by,
        at=at,
    )
    people.notify(
        agency=device.agency_id,
        permission="levies.supervise",
        sentence=sentence,
        url=reverse("retribusi:device", args=[device.pk]),
        about=f"device.gap:{device.pk}:{gap.first}-{gap.last}",
        at=at,
    )


def _close(case: Case, *, at: datetime) -> None:
    case.settled_at, case.settled_by, case.decision, case.settlement = at, WATCHER.id, "terima", HERE
    case.save(update_fields=["settled_at", "settled_by", "decision", "settlement"])
    tell_settled(case, at=at)
