"""Which released rows would silently replace a row that must stay: keys compared between two versions of a table."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from tidar.hub.models import Delivery
from tidar.lake import api as lake

TOGETHER = 200  # keys asked for in one SELECT

Key = tuple[Any, ...]


def taken_keys(delivery: Delivery, rows: Sequence[int], *, version: int) -> dict[int, str]:
    """Row number → sentence for every released row in `version` whose key the version before already has.

    A row of an older delivery may be replaced (a correction); one of this delivery or of a newer one may not.
    """
    key = delivery.feed.rules.key
    if not key or version < 2:
        return {}
    released = _released(delivery, rows, version=version)
    holders = dict(_holders(delivery.feed.lake_table, key, list(released.values()), version=version - 1))
    newer = _not_older(delivery, {holder[0] for holder in holders.values()})
    titles = ", ".join(delivery.feed.rules.column(name).title for name in key)
    sentences = {}
    for row in rows:
        if row not in released:
            sentences[row] = _("Kunci (%s) sama dengan baris lain yang dilepas bersamaan.") % titles
            continue
        holder = holders.get(released[row])
        if holder and holder[0] in newer:
            sentences[row] = _taken_sentence(titles, released[row], holder[1], own=holder[0] == str(delivery.pk))
    return sentences


def _taken_sentence(titles: str, key: Key, row: int, *, own: bool) -> str:
    words = {"titles": titles, "key": ", ".join(map(str, key)), "row": row}
    if own:
        return (
            _("%(titles)s = %(key)s sudah ada di baris %(row)d yang diterima. Perbaiki kuncinya, atau buang baris ini.")
            % words
        )
    return _("%(titles)s = %(key)s sudah diisi oleh kiriman yang lebih baru (baris %(row)d).") % words


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _released(delivery: Delivery, rows: Sequence[int], *, version: int) -> dict[int, Key]:
    key, table = delivery.feed.rules.key, delivery.feed.lake_table
    columns = ", ".join(_quoted(name) for name in key)
    numbers = ", ".join(str(int(row)) for row in rows)
    sql = f"SELECT _row, {columns} FROM {_quoted(table)} WHERE _delivery = $d AND _row IN ({numbers})"  # noqa: S608
    found = lake.read(sql, versions={table: version}, parameters={"d": str(delivery.pk)}).to_pylist()
    return {int(row["_row"]): tuple(row[name] for name in key) for row in found}


def _holders(
    table: str, key: Sequence[str], wanted: Sequence[Key], *, version: int
) -> Iterator[tuple[Key, tuple[str, int]]]:
    columns = ", ".join(_quoted(name) for name in key)
    for start in range(0, len(wanted), TOGETHER):
        parameters: dict[str, Any] = {}
        clauses = []
        for i, values in enumerate(wanted[start : start + TOGETHER]):
            names = [f"k{i}_{j}" for j in range(len(key))]
            parameters |= dict(zip(names, values, strict=True))
            pairs = zip(key, names, strict=True)
            clauses.append("(" + " AND ".join(f"{_quoted(column)} = ${name}" for column, name in pairs) + ")")
        sql = f"SELECT {columns}, _delivery, _row FROM {_quoted(table)} WHERE {' OR '.join(clauses)}"  # noqa: S608
        for row in lake.read(sql, versions={table: version}, parameters=parameters).to_pylist():
            yield tuple(row[name] for name in key), (str(row["_delivery"]), int(row["_row"]))


def _not_older(delivery: Delivery, ids: set[str]) -> set[str]:
    """Of the deliveries `ids`, this one and those published after it."""
    others = [uuid.UUID(i) for i in ids]
    newer = Delivery.objects.filter(pk__in=others, published_at__gte=delivery.published_at)
    return {str(pk) for pk in newer.values_list("pk", flat=True)} | {str(delivery.pk)}
