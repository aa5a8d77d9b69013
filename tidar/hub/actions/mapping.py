"""From raw bytes to a mapping: survey the file, let a person say which column is which, remember what was said."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToFind
from tidar.hub.actions.spine import record_event
from tidar.hub.models import Delivery, Feed
from tidar.hub.queries.storage import checked_path, opened_raw
from tidar.hub.rules.closing import closed_survey, told_by
from tidar.hub.rules.contract import Contract
from tidar.hub.rules.reading import Memory, Survey, UnableToReadFile, open_book, survey, survey_data, survey_from
from tidar.hub.rules.spine import EventFields, SourceRef

Status = Delivery.Status
BEFORE_CHECK = (Status.RECEIVED, Status.MAPPING, Status.CHECKED, Status.HELD)


class UnableToMap(UnableTo):
    """The columns cannot be mapped like this; the sentence says what is missing."""


def delivery_for(delivery_id: uuid.UUID, *, by: Actor) -> Delivery:
    """The delivery with its feed, when `by` may work on it."""
    delivery = Delivery.objects.select_related("feed").filter(pk=delivery_id).first()
    if delivery is None:
        raise UnableToFind(_("Kiriman itu tidak ada."))
    by.must("hub.deliver", agency=delivery.agency_code)
    return delivery


def memory_of(feed: Feed) -> Memory:
    """What the feed remembers: mapped headings, confirmed spellings, and the headings of the last published file."""
    last = Delivery.objects.of(feed).published().exclude(survey=None).order_by("-published_at").first()
    headings = [str(column["heading"]) for column in last.survey["columns"]] if last and last.survey else []
    return Memory(
        heading_memory=dict(feed.heading_memory), value_memory=dict(feed.value_memory), previous_headings=headings
    )


def survey_delivery(*, delivery_id: uuid.UUID, by: Actor, at: datetime, header_row: int | None = None) -> Survey | None:
    """Read the file's shape and propose a mapping; the delivery then waits for a person. None: the file is refused.

    With `header_row` (as a spreadsheet numbers it) a person says where the heading is.
    """
    delivery = delivery_for(delivery_id, by=by)
    try:
        with opened_raw(delivery) as path:
            book = open_book(path, file_name=delivery.file_name)
            found = survey(book, delivery.feed.rules, memory_of(delivery.feed), header_row=header_row)
        found = closed_survey(found, delivery.feed.rules)
    except UnableToReadFile as error:
        sentence = told_by(delivery.feed.rules)(error.sentence)
        refuse_delivery(delivery_id=delivery_id, sentence=sentence, by=by, at=at)
        return None
    moved = Delivery.objects.filter(pk=delivery.pk, status__in=BEFORE_CHECK).update(
        status=Status.MAPPING,
        survey=survey_data(found),
        mapping=dict(found.mapping),
        media_kind=found.kind,
        sentence="",
    )
    if not moved:
        raise UnableToMap(_("Kiriman ini sudah melewati tahap pemetaan."))
    return found


def map_columns(*, delivery_id: uuid.UUID, mapping: Mapping[str, int], by: Actor, at: datetime) -> None:
    """Fix which source column is which contract column. Raises `UnableToMap` naming every column that is missing."""
    delivery = delivery_for(delivery_id, by=by)
    if delivery.survey is None:
        raise UnableToMap(_("Berkas ini belum dibaca."))
    _must_fit(mapping, survey_from(delivery.survey), delivery.feed.rules)
    with transaction.atomic():
        moved = Delivery.objects.filter(pk=delivery.pk, status__in=BEFORE_CHECK).update(
            status=Status.MAPPING, mapping=dict(mapping), sentence=""
        )
        if not moved:
            raise UnableToMap(_("Kiriman ini sudah melewati tahap pemetaan."))
        record(
            "delivery.map",
            by=by,
            at=at,
            subject=("delivery", str(delivery.pk)),
            before={"mapping": delivery.mapping},
            after={"mapping": dict(mapping)},
        )


def _must_fit(mapping: Mapping[str, int], found: Survey, contract: Contract) -> None:
    titles = {column.name: column.title for column in contract.columns}
    known = {column.index for column in found.columns}
    if unknown := [name for name in mapping if name not in titles]:
        raise UnableToMap(_("Kolom %s tidak ada di kontrak.") % ", ".join(unknown))
    missing = [column.title for column in contract.columns if column.required and column.name not in mapping]
    if missing:
        raise UnableToMap(_("Pilih kolom untuk: %s.") % ", ".join(missing))
    if any(index not in known for index in mapping.values()):
        raise UnableToMap(_("Ada pilihan yang menunjuk kolom yang tidak ada di berkas."))
    used: dict[int, str] = {}
    for name, index in mapping.items():
        if other := used.get(index):
            raise UnableToMap(
                _("Kolom '%(heading)s' dipilih dua kali: untuk %(one)s dan %(two)s.")
                % {"heading": found.heading(index), "one": titles[other], "two": titles[name]}
            )
        used[index] = name


def remember_headings(*, delivery: Delivery) -> None:
    """Keep "this heading means this column" for next time; called in the publishing transaction."""
    if delivery.survey is None or not delivery.mapping:
        return
    found = survey_from(delivery.survey)
    learnt = {found.heading(index): name for name, index in delivery.mapping.items() if found.heading(index)}
    feed = Feed.objects.select_for_update().get(pk=delivery.feed_id)
    if not learnt.items() <= feed.heading_memory.items():
        Feed.objects.filter(pk=feed.pk).update(heading_memory={**feed.heading_memory, **learnt})


def refuse_delivery(*, delivery_id: uuid.UUID, sentence: str, by: Actor, at: datetime) -> None:
    """The whole file cannot be used, or a person calls it off; nothing of it reaches a number. Raw bytes stay."""
    delivery = delivery_for(delivery_id, by=by)
    with transaction.atomic():
        open_states = (*BEFORE_CHECK, Status.CHECKING)
        if not Delivery.objects.filter(pk=delivery.pk, status__in=open_states).update(
            status=Status.REFUSED, sentence=sentence, run=None, stage="", progress=0
        ):
            raise UnableToMap(_("Kiriman ini sudah selesai dan tidak dapat dibatalkan."))
        checked = checked_path(delivery)
        transaction.on_commit(lambda: checked.unlink(missing_ok=True))
        subject = ("delivery", str(delivery.pk))
        before, after = {"status": delivery.status}, {"status": Status.REFUSED, "sentence": sentence}
        record("delivery.refuse", by=by, at=at, subject=subject, before=before, after=after)
        tell_trouble("delivery.refused", delivery, sentence, at=at)


def tell_trouble(kind: str, delivery: Delivery, sentence: str, *, at: datetime) -> None:
    """The event of a delivery that was refused or held, with the sentence why; for those who may see its feed."""
    record_event(
        kind=kind,
        happened_at=at,
        at=at,
        source=SourceRef("delivery", str(delivery.pk)),
        fields=EventFields(
            subject=f"{delivery.feed.title}: {sentence}",
            severity=1,
            data={
                "feed": delivery.feed.code,
                "agency": delivery.agency_code,
                "file_name": delivery.file_name,
                "sentence": sentence,
            },
            permission="hub.see",
        ),
    )
