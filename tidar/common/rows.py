"""Reading and adding rows by statements that are written once: the ORM's own work on the few busiest paths.

Django composes each statement anew, which costs two to four times what PostgreSQL needs to run a small one. Where a
request of a phone makes a dozen of them, that is most of its time. Columns, conversions and defaults stay the models'.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)
MOST = 500  # rows of one statement


def read_rows(model: type[M], condition: str, values: Sequence[Any], *, of: str = "") -> list[M]:
    """Rows of `model` for which the SQL `condition` (its table is called `row`) holds, in the order that it says.

    `of`: a foreign key whose object is read with each row (an inner join; its table is called `other`). `condition` is
    written in the code, never made of what somebody sent; what they sent goes into `values`.
    """
    reading = _reading(model, of)
    with connection.cursor() as cursor:
        cursor.execute(f"{reading.sql} WHERE {condition}", values)
        return [reading.made(row) for row in cursor.fetchall()]


def add_rows(rows: Sequence[M]) -> None:
    """Insert `rows`, all of one model, and give them the keys that the database made: as `bulk_create` does."""
    for first in range(0, len(rows), MOST):
        _add(rows[first : first + MOST])


class _Columns:
    """The columns of one model in one SELECT, and an object from their values."""

    def __init__(self, model: type[models.Model], table: str) -> None:
        fields: Sequence[Any] = model._meta.concrete_fields
        quote = connection.ops.quote_name
        self.model, self.names = model, [field.attname for field in fields]
        self.sql = ", ".join(f"{table}.{quote(field.column)}" for field in fields)
        self.converters = [
            (place, field.get_db_converters(connection))
            for place, field in enumerate(fields)
            if field.get_db_converters(connection)
        ]

    def made(self, values: Sequence[Any]) -> Any:
        found = list(values)
        for place, converters in self.converters:
            for convert in converters:
                found[place] = convert(found[place], None, connection)
        return self.model.from_db(connection.alias, self.names, found)


class _Reading:
    """One SELECT without its condition."""

    def __init__(self, model: type[models.Model], of: str) -> None:
        quote = connection.ops.quote_name
        self.own, self.of = _Columns(model, "row"), of
        self.sql = f"SELECT {self.own.sql} FROM {quote(model._meta.db_table)} AS row"  # noqa: S608 - the model's own
        if of:
            key: Any = model._meta.get_field(of)
            other = key.related_model
            self.other = _Columns(other, "other")
            joined = f"JOIN {quote(other._meta.db_table)} AS other ON other.{quote(other._meta.pk.column)}"
            columns, table = self.sql.split(" FROM ", 1)
            self.sql = f"{columns}, {self.other.sql} FROM {table} {joined} = row.{quote(key.column)}"

    def made(self, values: Sequence[Any]) -> Any:
        if not self.of:
            return self.own.made(values)
        row = self.own.made(values[: len(self.own.names)])
        setattr(row, self.of, self.other.made(values[len(self.own.names) :]))
        return row


@functools.cache
def _reading(model: type[models.Model], of: str) -> _Reading:
    return _Reading(model, of)


@functools.cache
def _fields(model: type[models.Model], *, has_key: bool) -> tuple[str, list[Any], str]:
    """Table and columns, the fields, and the key to bring back (where the database makes it)."""
    quote = connection.ops.quote_name
    key: Any = model._meta.pk
    fields = [field for field in model._meta.concrete_fields if has_key or field is not key]
    columns = ", ".join(quote(field.column) for field in fields)
    return f"{quote(model._meta.db_table)} ({columns})", fields, "" if has_key else f" RETURNING {quote(key.column)}"


def _add(rows: Sequence[models.Model]) -> None:
    has_key = rows[0].pk is not None
    into, fields, back = _fields(type(rows[0]), has_key=has_key)
    prepared: list[Callable[..., Any]] = [field.get_db_prep_save for field in fields]
    values = [
        prepare(field.pre_save(row, add=True), connection)
        for row in rows
        for field, prepare in zip(fields, prepared, strict=True)
    ]
    one = f"({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {into} VALUES {', '.join([one] * len(rows))}{back}", values)  # noqa: S608
        made = cursor.fetchall() if back else []
    for row, (key,) in zip(rows, made, strict=False):
        row.pk = key
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
