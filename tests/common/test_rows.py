"""Statements written once read and add the same rows as the ORM."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.people.builders import AT, person
from tidar.common.models import AuditEntry
from tidar.common.rows import MOST, add_rows, read_rows
from tidar.people.models import Assignment, User

pytestmark = pytest.mark.django_db


def values(row: object) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if name != "_state"}


def entry(number: int) -> AuditEntry:
    return AuditEntry(
        at=AT, actor_kind="user", actor_id="1", actor_name="Sri", action="uji", subject_kind="x",
        subject_id=str(number), before=None, after={"nama": "Émilie \u2603 'x' %s", "daftar": [1, None, 2.5]},
    )  # fmt: skip


def test_what_is_added_is_what_the_orm_reads() -> None:
    rows = [entry(number) for number in range(MOST + 3)]
    add_rows(rows)
    found = AuditEntry.objects.in_bulk([row.pk for row in rows])
    assert len(found) == MOST + 3
    assert all(values(found[row.pk]) == values(row) for row in rows)  # also what Django sets when it saves
    assert not any(row._state.adding for row in rows)


def test_keys_that_the_database_makes_come_back() -> None:
    user = person()
    rows = [Assignment(user=user, role=role, from_date=AT.date()) for role in ("walidata", "operator")]
    add_rows(rows)
    assert [Assignment.objects.get(pk=row.pk).role for row in rows] == ["walidata", "operator"]


def test_what_is_read_is_what_the_orm_reads_with_its_other() -> None:
    user = person("tono", role="walidata")
    (row,) = read_rows(Assignment, "row.user_id = %s", [user.pk], of="user")
    assert values(row) == values(Assignment.objects.get(user=user))
    with CaptureQueriesContext(connection) as queries:
        assert (row.user.username, row.user.pk) == ("tono", user.pk)
    assert len(queries) == 0
    add_rows([entry(1)])
    (kept,) = read_rows(AuditEntry, "row.action = %s", ["uji"])
    assert kept.after == {"nama": "Émilie \u2603 'x' %s", "daftar": [1, None, 2.5]}


def test_values_are_never_part_of_the_statement() -> None:
    person("a")
    assert read_rows(User, "row.username = %s", ["a' OR 'a' = 'a"]) == []


def test_what_the_database_refuses_is_raised() -> None:
    first = entry(1)
    add_rows([first])
    with pytest.raises(IntegrityError), transaction.atomic():
        add_rows([first])
    assert AuditEntry.objects.filter(action="uji").count() == 1
