"""The spine: events join their writer's transaction, are numbered without gaps, and never change."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from django.db import DatabaseError, connection, transaction

from tidar.hub.actions.spine import number_events, record_event
from tidar.hub.models import Event, SpineHead
from tidar.hub.queries.spine import events_after, head
from tidar.hub.rules.spine import EventFields, SourceRef

AT = datetime(2026, 11, 24, 7, 0, tzinfo=timezone.utc)
SOURCE = SourceRef(kind="action", id="uji")

pytestmark = pytest.mark.django_db


def record(subject: str = "uji", kind: str = "test.happened", **fields) -> Event:
    with transaction.atomic():
        return record_event(
            kind=kind, happened_at=AT, at=AT, source=SOURCE, fields=EventFields(subject=subject, **fields)
        )


def refused(sql: str, *values) -> str:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql, values)
    return str(error.value)


def test_an_event_is_unreadable_until_numbered() -> None:
    record()
    assert events_after(0) == ()
    assert number_events() == 1
    assert [e.seq for e in events_after(0)] == [1]


def test_numbers_have_no_gaps_and_follow_the_order_of_recording() -> None:
    for name in "abcde":
        record(name)
    assert (number_events(limit=2), number_events(limit=2), number_events(limit=2), number_events()) == (2, 2, 1, 0)
    assert [(e.seq, e.subject) for e in events_after(0)] == list(enumerate("abcde", start=1))
    assert head() == 5


def test_a_rolled_back_event_leaves_no_gap() -> None:
    record("a")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record_event(kind="test.happened", happened_at=AT, at=AT, source=SOURCE)
        raise ZeroDivisionError
    record("b")
    number_events()
    assert [(e.seq, e.subject) for e in events_after(0)] == [(1, "a"), (2, "b")]


def test_every_field_comes_back() -> None:
    event = record("Progo", severity=2, area_code="33.71.01", lon=110.2, lat=-7.5, result=3.5, data={"x": [1, "é"]})
    number_events()
    (view,) = events_after(0)
    assert (view.id, view.kind, view.happened_at, view.recorded_at) == (event.id, "test.happened", AT, AT)
    assert (view.subject, view.severity, view.area_code, view.lon, view.lat) == ("Progo", 2, "33.71.01", 110.2, -7.5)
    assert (view.result, view.data, view.source) == (3.5, {"x": [1, "é"]}, SOURCE)


def test_kinds_and_limit_select() -> None:
    for index in range(6):
        record(str(index), kind="test.even" if index % 2 == 0 else "test.odd")
    number_events()
    assert [e.subject for e in events_after(0, kinds=["test.odd"], limit=2)] == ["1", "3"]
    assert [e.subject for e in events_after(4)] == ["4", "5"]


def test_a_subject_too_long_is_shortened_not_refused() -> None:
    assert record("x" * 500).subject == "x" * 199 + "…"


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError):
        record_event(kind="test.happened", happened_at=AT, at=AT, source=SOURCE)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE hub_event SET subject = 'lain'",
        "UPDATE hub_event SET seq = seq + 1",
        "UPDATE hub_event SET seq = NULL",
        "DELETE FROM hub_event",
        "TRUNCATE hub_event CASCADE",
        "UPDATE hub_spinehead SET last_seq = 0",
        "UPDATE hub_spinehead SET last_seq = last_seq",
        "DELETE FROM hub_spinehead",
        "TRUNCATE hub_spinehead",
        "INSERT INTO hub_spinehead (id, last_seq) VALUES (2, 0)",
    ],
)
def test_the_database_refuses_to_change_history(sql: str) -> None:
    record()
    number_events()
    assert "refused" in (text := refused(sql)) or "rises" in text or "spinehead_is_one" in text
    assert Event.objects.get().subject == "uji"
    assert SpineHead.objects.get().last_seq == 1


def test_giving_a_number_may_change_nothing_else() -> None:
    record()
    SpineHead.objects.create(id=1, last_seq=1)
    assert "only seq may be given" in refused("UPDATE hub_event SET seq = 1, severity = 3")


def test_a_number_above_the_head_is_refused() -> None:
    record()
    SpineHead.objects.create(id=1, last_seq=1)
    assert "head of the spine" in refused("UPDATE hub_event SET seq = 2")


def test_an_event_may_not_arrive_numbered() -> None:
    event = Event(seq=1, kind="test.happened", happened_at=AT, recorded_at=AT, source_kind="action", source_id="x")
    with pytest.raises(DatabaseError, match="without a number"), transaction.atomic():
        event.save(force_insert=True)


def test_the_audit_log_is_append_only() -> None:
    from tidar.common import audit
    from tidar.common.actor import system

    audit.record("test", by=system("uji"), at=AT, subject=("x", "1"))
    for sql in (
        "UPDATE common_auditentry SET action = 'y'",
        "DELETE FROM common_auditentry",
        "TRUNCATE common_auditentry",
    ):
        assert "append-only" in refused(sql)


def test_a_source_later_in_the_past_is_still_numbered_in_order_of_recording() -> None:
    record("sekarang")
    with transaction.atomic():
        record_event(
            kind="test.happened", happened_at=AT - timedelta(days=9), at=AT, source=SOURCE, fields=EventFields("dulu")
        )
    number_events()
    assert [e.subject for e in events_after(0)] == ["sekarang", "dulu"]
