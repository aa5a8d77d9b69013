"""Who can say which record a row of an exported table is: apps register, readers ask. One registry for each process."""

from __future__ import annotations

from tidar.common.actor import Actor
from tidar.lake.rules.records import RecordView, Resolver

_resolvers: dict[str, Resolver] = {}


def register(table: str, resolver: Resolver) -> None:
    """Let the app that exports `table` say which record a row is; called once when the process starts."""
    _resolvers[table] = resolver


def record_of(table: str, delivery: str, row: int, *, reader: Actor) -> RecordView | None:
    """The record behind a row, as `reader` may see it; None when the table's app does not know the row."""
    resolver = _resolvers.get(table)
    return None if resolver is None else resolver(delivery, row, reader)
