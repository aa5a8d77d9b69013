"""A feed's contract: columns, types, units, code lists, ranges, key. Pure values, read from TOML or JSON.

Shape follows Table Schema (specs.frictionlessdata.io/table-schema): `name`, `type`, `constraints`; the words here are
its words where it has one.
"""

from __future__ import annotations

from typing import Literal

import msgspec

ColumnType = Literal["text", "integer", "number", "boolean", "date", "month", "year", "timestamp", "area", "lon", "lat"]


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One column. `type` "area" is a Kemendagri code (a BPS code or a unique name is translated)."""

    name: str  # snake_case, the column of the lake table
    title: str  # as a reader calls it: "Jumlah penduduk"
    type: ColumnType
    description: str = ""
    unit: str = ""  # "jiwa", "km2", "rupiah/hari"
    required: bool = True
    minimum: float | None = None
    maximum: float | None = None
    codes: dict[str, str] = {}  # code → meaning; both are accepted, the code is stored
    aliases: tuple[str, ...] = ()  # other headings that mean this column
    units: dict[str, float] = {}  # other units a heading may name → factor to `unit` ("ribu jiwa" → 1000)
    personal: bool = False  # personal data (UU 27/2022): masked on screens, never in the public lake
    encrypted: bool = False  # personal text that is kept closed at rest, wherever it is kept


class Contract(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a delivery must look like. `mode` "replace": the newest delivery is the table; "append": it adds to it."""

    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    mode: Literal["replace", "append"] = "replace"
    version: int = 1

    @property
    def encrypted_columns(self) -> frozenset[str]:
        """Names of the columns that are kept closed at rest; where there are any, the raw bytes are closed too."""
        return frozenset(column.name for column in self.columns if column.encrypted)

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def contract_from(data: object) -> Contract:
    """A contract from JSON/TOML data; raises `msgspec.ValidationError` naming the path that is wrong."""
    return msgspec.convert(data, Contract)


def contract_data(contract: Contract) -> dict[str, object]:
    """The contract as JSON data."""
    data: dict[str, object] = msgspec.to_builtins(contract)
    return data
