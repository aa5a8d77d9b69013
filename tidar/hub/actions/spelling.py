"""Spellings that a person has confirmed: remembered by the feed, and applied to the rows that wait because of them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.hub.actions.mapping import delivery_for
from tidar.hub.actions.quarantine import UnableToMend, current_values, keep_correction, recheck
from tidar.hub.models import Delivery, Feed, QuarantinedRow
from tidar.places import api as places

Status = QuarantinedRow.Status


@dataclass(frozen=True, slots=True)
class Spelling:
    """ "This text in this column means that": `meaning` is a code or its exact name."""

    column: str
    text: str
    meaning: str


def remember_spelling(*, feed_id: uuid.UUID, spelling: Spelling, by: Actor, at: datetime) -> str:
    """From now on the feed reads `spelling.text` in its column as the code of `spelling.meaning`; returns the code."""
    feed = Feed.objects.get(pk=feed_id)
    by.must("hub.deliver", agency=feed.agency_code)
    code = _code_for(feed, spelling)
    with transaction.atomic():
        feed = Feed.objects.select_for_update().get(pk=feed_id)
        known = dict(feed.value_memory.get(spelling.column, {}))
        if known.get(spelling.text) == code:
            return code
        memory = {**feed.value_memory, spelling.column: {**known, spelling.text: code}}
        Feed.objects.filter(pk=feed_id).update(value_memory=memory)
        before = {"column": spelling.column, "spelling": spelling.text, "code": known.get(spelling.text)}
        record(
            "feed.remember_spelling",
            by=by,
            at=at,
            subject=("feed", feed.code),
            before=before,
            after=before | {"code": code},
        )
    return code


def _code_for(feed: Feed, spelling: Spelling) -> str:
    try:
        column = feed.rules.column(spelling.column)
    except KeyError as error:
        raise UnableToMend(_("Kolom '%s' tidak ada di kontrak.") % spelling.column) from error
    wanted = spelling.meaning.strip().casefold()
    if column.type == "area":
        codes = {a.code for a in places.areas() if wanted in (a.code, a.bps_code, a.name.casefold())}
    elif column.codes:
        codes = {code for code, name in column.codes.items() if wanted in (code.casefold(), name.casefold())}
    else:
        raise UnableToMend(_("Ejaan hanya dapat diingat untuk kolom wilayah dan kolom dengan daftar pilihan."))
    if len(codes) != 1:
        words = {"meaning": spelling.meaning, "column": column.title}
        raise UnableToMend(_("'%(meaning)s' tidak menunjuk tepat satu %(column)s.") % words)
    return codes.pop()


def value_labels(feed: Feed) -> dict[str, dict[str, str]]:
    """How the codes of each column with areas or choices are called: column → {code → words}."""
    areas = {area.code: f"{area.name} ({area.code})" for area in places.areas()}
    return {c.name: dict(c.codes) if c.codes else areas for c in feed.rules.columns if c.codes or c.type == "area"}


def suggested_spellings(delivery: Delivery) -> list[dict[str, str | int]]:
    """Unknown spellings for which the check proposes a meaning, with how many open rows are written so."""
    rows = QuarantinedRow.objects.filter(delivery=delivery, status=Status.OPEN).exclude(suggestion={})
    columns = {c.name: c for c in delivery.feed.rules.columns if c.type == "area" or c.codes}
    names = value_labels(delivery.feed)
    found: dict[tuple[str, str, str], int] = {}
    for row in rows[:2_000]:
        for name, meaning in row.suggestion.items():
            text = current_values(row).get(name, "")
            if name in columns and text and text != meaning:
                found[(name, text, meaning)] = found.get((name, text, meaning), 0) + 1
    return [
        {
            "column": name,
            "title": columns[name].title,
            "text": text,
            "meaning": meaning,
            "count": count,
            "label": names[name].get(meaning, meaning),
        }
        for (name, text, meaning), count in sorted(found.items(), key=lambda item: -item[1])
    ]


def confirm_spelling(*, delivery_id: uuid.UUID, spelling: Spelling, by: Actor, at: datetime) -> int:
    """Remember the spelling and correct every open row of the delivery that is written so; returns how many."""
    delivery = delivery_for(delivery_id, by=by)
    with transaction.atomic():
        code = remember_spelling(feed_id=delivery.feed_id, spelling=spelling, by=by, at=at)
        rows = QuarantinedRow.objects.select_for_update().filter(delivery=delivery, status=Status.OPEN)
        alike = [row for row in rows if current_values(row).get(spelling.column, "") == spelling.text]
        for row in alike:
            keep_correction(row, {spelling.column: code}, delivery=delivery)
        if alike:
            recheck(delivery, alike)
            after = {"column": spelling.column, "spelling": spelling.text, "code": code, "rows": len(alike)}
            record("quarantine.confirm_spelling", by=by, at=at, subject=("delivery", str(delivery.pk)), after=after)
    return len(alike)
