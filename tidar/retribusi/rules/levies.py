"""Levies as a program and a region write them (TOML): kinds, parameters, markets, tariffs, targets. Pure values.

The program says what national law gives every region; the region's file says which kinds it levies, by which agency
and article, its markets and its tariffs. Law and city are dated data; Python knows neither.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import msgspec

PERIODS = ("hari", "hari-m2", "bulan", "bulan-m2", "sekali")


class KindRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of levy; `agency` is who usually collects it, a region may say otherwise."""

    code: str
    title: str
    account_code: str
    object_word: str
    agency: str
    legal_basis: str


class ParameterRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number of the law, in force from a day."""

    name: str
    value: str
    valid_from: date
    legal_basis: str


class AdoptedKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind that the region levies; empty means as the program says."""

    agency: str = ""
    legal_basis: str = ""


class MarketRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A market of the region; `open_weekdays` by ISO number, none means every day."""

    code: str
    name: str
    agency: str
    area: str
    lon: float | None = None
    lat: float | None = None
    open_weekdays: tuple[int, ...] = ()
    source: str = ""


class TariffBlock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Amounts of one levy, market and period from one day; the key of an amount is a place type, "" is every type."""

    levy: str
    valid_from: date
    period: str
    legal_basis: str
    amounts: dict[str, int]
    market: str = ""
    valid_to: date | None = None
    area_from_m2: Decimal | None = None
    area_below_m2: Decimal | None = None


class TargetRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the budget expects of a market in a year."""

    market: str
    levy: str
    year: int
    amount_rupiah: int
    source: str


class ProgramLevies(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`levies.toml` of a program."""

    kinds: tuple[KindRow, ...] = ()
    parameters: tuple[ParameterRow, ...] = ()


class RegionLevies(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`levies.toml` of a region."""

    adopts: dict[str, AdoptedKind] = {}
    markets: tuple[MarketRow, ...] = ()
    tariffs: tuple[TariffBlock, ...] = ()
    targets: tuple[TargetRow, ...] = ()
    parameters: tuple[ParameterRow, ...] = ()


def program_levies(text: str) -> ProgramLevies:
    """A program's levies; raises `ValueError` with the place that is wrong."""
    return msgspec.convert(tomllib.loads(text, parse_float=Decimal), ProgramLevies)


def region_levies(text: str) -> RegionLevies:
    """A region's levies; raises `ValueError` with the place that is wrong."""
    return msgspec.convert(tomllib.loads(text), RegionLevies, strict=False)


def levies_problems(program: ProgramLevies, region: RegionLevies) -> list[str]:
    """What does not fit together, one Indonesian sentence each."""
    return [*_kind_problems(program, region), *_tariff_problems(region)]


def _kind_problems(program: ProgramLevies, region: RegionLevies) -> Iterator[str]:
    kinds = {kind.code for kind in program.kinds}
    markets = {market.code for market in region.markets}
    for code in sorted(set(region.adopts) - kinds):
        yield f"Jenis retribusi '{code}' tidak ada di program."
    used = {tariff.levy for tariff in region.tariffs} | {target.levy for target in region.targets}
    for code in sorted(used - set(region.adopts)):
        yield f"Jenis retribusi '{code}' dipakai tetapi tidak diadopsi."
    named = {tariff.market for tariff in region.tariffs if tariff.market} | {t.market for t in region.targets}
    for code in sorted(named - markets):
        yield f"Pasar '{code}' dipakai tetapi tidak ada di daftar pasar."


def _tariff_problems(region: RegionLevies) -> Iterator[str]:
    for block in region.tariffs:
        where = f"Tarif {block.levy} {block.market or 'semua pasar'} mulai {block.valid_from}"
        if block.period not in PERIODS:
            yield f"{where}: periode '{block.period}' tidak dikenal."
        if any(amount < 0 for amount in block.amounts.values()) or not block.amounts:
            yield f"{where}: besarannya harus ada dan tidak boleh negatif."
        if block.valid_to is not None and block.valid_to < block.valid_from:
            yield f"{where}: berakhir sebelum mulai."
        if not block.legal_basis.strip():
            yield f"{where}: dasar hukumnya belum ditulis."
