"""Reads of the catalogue: tables, versions, and where their files lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

from tidar.lake.models import LakeTable, Version
from tidar.lake.rules.catalogue import LakeColumn, Relation, TableView, UnableToFindTable, UnableToRead, VersionView


def root() -> Path:
    """Directory of all Parquet files."""
    return Path(settings.TIDAR_HOME) / "lake"


def columns_of(table: LakeTable) -> tuple[LakeColumn, ...]:
    """The table's columns as values."""
    return msgspec.convert(table.columns, tuple[LakeColumn, ...])


def view_of(version: Version) -> VersionView:
    """A version as plain values."""
    return VersionView(
        table=version.table_id,
        number=version.number,
        paths=tuple(root() / file["path"] for file in version.files),
        row_count=version.row_count,
        source_id=version.source_id,
        created_at=version.created_at,
    )


def tables() -> tuple[TableView, ...]:
    """All tables by name, with their newest version."""
    newest = {v.table_id: v for v in Version.objects.newest_of_each()}
    return tuple(_table_view(table, newest.get(table.name)) for table in LakeTable.objects.all())


def current_version(table: str) -> VersionView | None:
    """The newest version, or None when nothing was published yet."""
    version = Version.objects.filter(table_id=table).order_by("-number").first()
    return view_of(version) if version else None


def version(table: str, number: int) -> VersionView:
    """One version by its number. Raises `UnableToFindTable`."""
    found = Version.objects.filter(table_id=table, number=number).first()
    if found is None:
        raise UnableToFindTable(f"Tabel “{table}” tidak memiliki versi {number}.")
    return view_of(found)


def versions_of(table: str) -> tuple[VersionView, ...]:
    """All versions, newest first."""
    return tuple(view_of(v) for v in Version.objects.filter(table_id=table).order_by("-number"))


def tables_from(source_id: str) -> tuple[str, ...]:
    """Tables that a source (a delivery, an export) brought rows to, also rows released later from its quarantine."""
    found = Version.objects.filter(source_id=source_id).order_by("table_id")
    return tuple(found.values_list("table_id", flat=True).distinct())


def exported_tables() -> tuple[str, ...]:
    """Tables that apps publish; their rows' `_delivery` names the export's own source, not a version's."""
    found = LakeTable.objects.filter(source__startswith="app:").order_by("name")
    return tuple(found.values_list("name", flat=True))


def current_versions(names: Sequence[str]) -> dict[str, VersionView]:
    """The newest version of each named table that has one; one query."""
    found = Version.objects.filter(table_id__in=names).newest_of_each()
    return {v.table_id: view_of(v) for v in found}


def relations(names: Sequence[str], versions: Mapping[str, int]) -> tuple[Relation, ...]:
    """The named tables at `versions` (newest where not named). Two queries at most; raises `UnableToRead`."""
    pinned = {name: number for name, number in versions.items() if name in names}
    found = {v.table_id: v for v in Version.objects.pinned(pinned).select_related("table")}
    rest = [name for name in names if name not in pinned]
    found |= {v.table_id: v for v in Version.objects.filter(table_id__in=rest).newest_of_each().select_related("table")}
    for name in names:
        if name not in found:
            raise UnableToRead(_absence(name, pinned.get(name)), code="table")
    return tuple(relation_of(found[name].table, found[name].files) for name in names)


def relation_of(table: LakeTable, files: Sequence[Mapping[str, Any]]) -> Relation:
    """What an engine needs to read these files as the table."""
    return Relation(
        name=table.name,
        paths=tuple(root() / file["path"] for file in files),
        columns=tuple((c.name, c.type) for c in columns_of(table)),
        present=frozenset(column for file in files for column in file["columns"]),
        key=tuple(table.key),
    )


def _absence(name: str, number: int | None) -> str:
    if not LakeTable.objects.filter(name=name).exists():
        return f"Tidak ada tabel bernama “{name}” di danau data."
    return f"Tabel “{name}” belum berisi data." if number is None else f"Tabel “{name}” tidak memiliki versi {number}."


def _table_view(table: LakeTable, newest: Version | None) -> TableView:
    return TableView(
        name=table.name,
        title=table.title,
        columns=columns_of(table),
        key=tuple(table.key),
        access_class=table.access_class,
        agency_code=table.agency_code,
        source=table.source,
        version=newest.number if newest else 0,
        row_count=newest.row_count if newest else 0,
    )
