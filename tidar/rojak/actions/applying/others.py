"""Activities with people, counted; and calls for help."""

from __future__ import annotations

from collections.abc import Sequence

from tidar.common.rows import add_rows
from tidar.hub.api import EventFields
from tidar.rojak.actions.applying.taken import SEE, Applying, Taken, said, tell
from tidar.rojak.models import Activity, Sos
from tidar.rojak.queries.items import activity_titles

REVISED = (
    "kind", "post", "round_id", "segment", "participants_count", "minutes_count", "note", "happened_at",
)  # fmt: skip


def apply_activities(taken: Sequence[Taken], applying: Applying) -> None:
    """A talk, a clean-up, a visit; a revision says it anew."""
    rows = [_activity(one, applying) for one in taken]
    fresh = [row for one, row in zip(taken, rows, strict=True) if not one.is_revision]
    add_rows(fresh)
    for one, row in zip(taken, rows, strict=True):
        if one.is_revision:
            Activity.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in REVISED})
    told = []
    for one, row in zip(taken, rows, strict=True):
        title = activity_titles(row.post.program.settings).get(row.kind, row.kind)
        data = said(
            one, row.post, activity=row.kind, participants=row.participants_count, minutes=row.minutes_count,
            revision=one.is_revision,
        )  # fmt: skip
        area = row.segment.area_code if row.segment and row.segment.area_code else row.post.area_code
        fields = EventFields(subject=f"{title}, {row.post.title}", area_code=area, data=data, permission=SEE)
        told.append((one, fields))
    tell("patrol.activity", told, applying)


def _activity(one: Taken, applying: Applying) -> Activity:
    item, data = one.item, one.item.data
    return Activity(
        id=item.id, kind=data["kind"], post=applying.post(one), round_id=item.round,
        segment=applying.known.segment(item), participants_count=data["participants"], minutes_count=data["minutes"],
        note=data["note"], happened_at=item.at, received_at=applying.sender.at,
    )  # fmt: skip


def apply_sos(taken: Sequence[Taken], applying: Applying) -> None:
    """Somebody called for help: the one event of the patrol with the highest severity.

    The event is at the post; where the caller stood is in `Sos` alone, for those who may read persons.
    """
    rows = []
    told = []
    for one in taken:
        post, spot = applying.post(one), one.item.position
        rows.append(
            Sos(
                id=one.item.id, post=post, round_id=one.item.round, happened_at=one.item.at,
                received_at=applying.sender.at, lon=spot.lon if spot else None, lat=spot.lat if spot else None,
                accuracy_metres=spot.accuracy_metres if spot else None, note=one.item.data["note"][:300],
            )
        )  # fmt: skip
        data = said(one, post, sos=str(one.item.id))
        fields = EventFields(
            subject=f"SOS {post.title}", severity=3, area_code=post.area_code, lon=post.lon, lat=post.lat, data=data,
            permission=SEE,
        )  # fmt: skip
        told.append((one, fields))
    Sos.objects.bulk_create(rows)
    tell("patrol.sos", told, applying)
