"""Bringing levies up to date from a program's and a region's `levies.toml`. Idempotent; all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo
from tidar.people import api as people
from tidar.retribusi.actions.tariffs import NewTariff, keep_version, version_from
from tidar.retribusi.models import LevyKind, Market, Parameter, Target
from tidar.retribusi.rules.levies import (
    ProgramLevies,
    RegionLevies,
    TariffBlock,
    levies_problems,
    program_levies,
    region_levies,
)

FILE_NAME = "levies.toml"


class UnableToLoadLevies(UnableTo):
    """The files of program and region do not fit, or contradict what is in force."""


def load_levies(*, program_dir: Path, region_dir: Path, by: Actor, at: datetime) -> int:
    """Kinds, parameters, markets, tariffs and targets as the files say; returns how many rows were new or changed.

    A program without `levies.toml`, or a region without one, brings nothing. What is in force is never rewritten: a
    tariff or a parameter with another value for the same first day raises `UnableToLoadLevies`.
    """
    by.must("levies.tariffs")
    program_file, region_file = program_dir / FILE_NAME, region_dir / FILE_NAME
    if not program_file.exists() or not region_file.exists():
        return 0
    program, region = _read(program_file, region_file)
    with transaction.atomic():
        counts = {
            "kinds": _kinds(program, region),
            "markets": _markets(region),
            "parameters": _parameters(program, region),
            "tariffs": _tariffs(region, source=f"program:{program_dir.name}", at=at),
            "targets": _targets(region),
        }
        if changed := sum(counts.values()):
            record("levies.load", by=by, at=at, subject=("program", program_dir.name), after=counts)
    return changed


def _read(program_file: Path, region_file: Path) -> tuple[ProgramLevies, RegionLevies]:
    try:
        program = program_levies(program_file.read_text(encoding="utf-8"))
        region = region_levies(region_file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UnableToLoadLevies(_("Data retribusi tidak dapat dibaca: %s") % error) from error
    problems = [*levies_problems(program, region), *_agency_problems(program, region)]
    if problems:
        raise UnableToLoadLevies(" ".join(problems))
    return program, region


def _agency_problems(program: ProgramLevies, region: RegionLevies) -> Iterator[str]:
    """Kept in logs only, so Indonesian for everybody."""
    known = {agency.code for agency in people.agencies()}
    defaults = {kind.code: kind.agency for kind in program.kinds}
    named = {adopted.agency or defaults.get(code, "") for code, adopted in region.adopts.items()}
    for code in sorted((named | {market.agency for market in region.markets}) - known):
        yield f"Perangkat daerah '{code}' belum terdaftar."


def _brought(model: type[models.Model], key: dict[str, Any], values: dict[str, Any]) -> int:
    """1 when the row is new or differed, else 0."""
    found = model._default_manager.filter(**key).first()
    if found is not None and all(getattr(found, name) == value for name, value in values.items()):
        return 0
    model._default_manager.update_or_create(defaults=values, **key)
    return 1


def _kinds(program: ProgramLevies, region: RegionLevies) -> int:
    by_code = {kind.code: kind for kind in program.kinds}
    changed = 0
    for code, adopted in region.adopts.items():
        kind = by_code[code]
        values = {
            "title": kind.title,
            "account_code": kind.account_code,
            "object_word": kind.object_word,
            "agency_id": adopted.agency or kind.agency,
            "legal_basis": adopted.legal_basis or kind.legal_basis,
        }
        changed += _brought(LevyKind, {"code": code}, values)
    return changed


def _markets(region: RegionLevies) -> int:
    changed = 0
    for market in region.markets:
        values = {
            "name": market.name,
            "agency_id": market.agency,
            "area_code": market.area,
            "lon": market.lon,
            "lat": market.lat,
            "open_weekdays": list(market.open_weekdays),
        }
        changed += _brought(Market, {"code": market.code}, values)
    return changed


def _parameters(program: ProgramLevies, region: RegionLevies) -> int:
    rows = {(row.name, row.valid_from): row for row in (*program.parameters, *region.parameters)}
    changed = 0
    for (name, day), row in rows.items():
        found = Parameter.objects.filter(name=name, valid_from_date=day).first()
        if found is not None and found.value != row.value:
            raise UnableToLoadLevies(
                _("Parameter '%(name)s' sejak %(day)s sudah bernilai %(value)s; nilai baru perlu tanggal mulai baru.")
                % {"name": name, "day": day, "value": found.value}
            )
        changed += _brought(
            Parameter, {"name": name, "valid_from_date": day}, {"value": row.value, "legal_basis": row.legal_basis}
        )
    return changed


def _tariffs(region: RegionLevies, *, source: str, at: datetime) -> int:
    changed = 0
    for block in sorted(region.tariffs, key=_first_day):
        for place_type, amount in block.amounts.items():
            new = NewTariff(
                levy_kind=block.levy, market=block.market or None, place_type=place_type, period=block.period,
                amount_rupiah=amount, valid_from_date=block.valid_from, valid_to_date=block.valid_to,
                legal_basis=block.legal_basis, area_from_m2=block.area_from_m2, area_below_m2=block.area_below_m2,
            )  # fmt: skip
            known = version_from(new)
            if known is None:
                keep_version(new, source=source, at=at)
                changed += 1
            elif (known.amount_rupiah, known.period) != (amount, block.period):
                raise UnableToLoadLevies(
                    _("Tarif %(tariff)s sejak %(day)s sudah berlaku; besaran baru perlu tanggal mulai baru.")
                    % {"tariff": known, "day": block.valid_from}
                )
    return changed


def _first_day(block: TariffBlock) -> date:
    return block.valid_from


def _targets(region: RegionLevies) -> int:
    return sum(
        _brought(
            Target,
            {"market_id": row.market, "levy_kind_id": row.levy, "year": row.year},
            {"amount_rupiah": row.amount_rupiah, "source": row.source},
        )
        for row in region.targets
    )
