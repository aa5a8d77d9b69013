"""A feed's definition as a program package writes it (TOML), and what is wrong with it in words. Pure values."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import msgspec

from tidar.hub.rules.contract import Column, Contract
from tidar.hub.rules.sensing import DatastreamDeclaration, PropertyDeclaration, ThingDeclaration

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
CODE = re.compile(r"[a-z][a-z0-9_-]{0,59}")
NUMERIC = {"integer", "number", "year", "lon", "lat"}
KINDS = ("upload", "http_pull", "http_push", "mqtt")
ACCESS_CLASSES = ("open", "limited", "closed")
LONG_NUMBER = 10**11  # the least number of twelve digits
LONGEST_SECONDS = 2_000_000_000  # what the database keeps, some 63 years


class FeedDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that makes a feed. Rhythm and grace in seconds or, easier to read, in days."""

    code: str
    title: str
    agency: str
    kind: str
    description: str = ""
    lake_table: str = ""
    rhythm_seconds: int | None = None
    rhythm_days: int | None = None
    grace_seconds: int = 0
    grace_days: int = 0
    access_class: str = "limited"
    retention_days: int | None = None
    pull_url: str = ""
    mqtt_topic: str = ""
    sample: bool = False
    contract: Contract = Contract(columns=())
    observed_properties: tuple[PropertyDeclaration, ...] = ()
    things: tuple[ThingDeclaration, ...] = ()
    datastreams: tuple[DatastreamDeclaration, ...] = ()

    @property
    def rhythm(self) -> int | None:
        """Expected seconds between deliveries, None when nobody promised any."""
        return self.rhythm_days * 86_400 if self.rhythm_days is not None else self.rhythm_seconds

    @property
    def grace(self) -> int:
        """Seconds of patience after the rhythm."""
        return self.grace_days * 86_400 + self.grace_seconds


def definition_from(text: str) -> FeedDefinition:
    """A definition from TOML. Raises `ValueError` with the place that is wrong (`msgspec.ValidationError` is one)."""
    return msgspec.convert(tomllib.loads(text), FeedDefinition)


def definition_problems(definition: FeedDefinition) -> list[str]:
    """What is wrong with the whole definition, one Indonesian sentence each; empty when it can be used."""
    return [*_own_problems(definition), *_table_problems(definition), *contract_problems(definition.contract)]


def _own_problems(d: FeedDefinition) -> Iterator[str]:
    if not CODE.fullmatch(d.code):
        yield f"Kode umpan '{d.code}' hanya boleh huruf kecil, angka, '_' dan '-', diawali huruf."
    if not d.title.strip():
        yield "Judul umpan belum diisi."
    if d.kind not in KINDS:
        yield f"Jenis umpan '{d.kind}' tidak dikenal; pilih salah satu: {', '.join(KINDS)}."
    if d.access_class not in ACCESS_CLASSES:
        yield f"Kelas akses '{d.access_class}' tidak dikenal; pilih salah satu: {', '.join(ACCESS_CLASSES)}."
    if d.kind == "mqtt" and not d.mqtt_topic:
        yield "Umpan MQTT perlu topik."
    if d.kind == "http_pull" and not d.pull_url.startswith(("http://", "https://")):
        yield "Umpan yang ditarik perlu alamat web yang diawali http:// atau https://."
    if not 0 <= (d.rhythm or 0) <= LONGEST_SECONDS or d.rhythm == 0:
        yield "Irama kiriman harus lebih dari nol."


def _table_problems(d: FeedDefinition) -> Iterator[str]:
    if d.kind == "mqtt":
        return
    if not NAME.fullmatch(d.lake_table):
        yield f"Nama tabel '{d.lake_table}' hanya boleh huruf kecil, angka, dan '_', diawali huruf."
    if not d.contract.columns:
        yield "Kontrak belum memuat satu kolom pun."


def contract_problems(contract: Contract) -> list[str]:
    """What is wrong with a contract, one Indonesian sentence each."""
    names = [column.name for column in contract.columns]
    problems = [f"Kolom '{name}' ditulis dua kali." for name in sorted({n for n in names if names.count(n) > 1})]
    problems += [
        f"Kunci memakai kolom '{name}' yang tidak ada di kontrak." for name in contract.key if name not in names
    ]
    for column in contract.columns:
        problems += _column_problems(column)
        if column.name in contract.key and not column.required:
            problems.append(f"Kolom '{column.name}' adalah kunci, jadi harus wajib diisi.")
        if column.name in contract.key and column.encrypted:
            problems.append(f"Kolom '{column.name}' disandikan, jadi tidak dapat menjadi kunci.")
    return [*problems, *_unbounded(contract), *_shared_headings(contract)]


def _unbounded(contract: Contract) -> Iterator[str]:
    """Beside encrypted columns a number has a limit, so that an identity number in the wrong column is never read."""
    for column in contract.columns if contract.encrypted_columns else ():
        if column.type in ("integer", "number") and not (column.maximum is not None and column.maximum < LONG_NUMBER):
            yield f"Kolom '{column.name}' perlu batas atas, karena kontrak ini memuat kolom yang disandikan."


def _column_problems(column: Column) -> Iterator[str]:
    if not NAME.fullmatch(column.name):
        yield f"Nama kolom '{column.name}' hanya boleh huruf kecil, angka, dan '_', diawali huruf."
    if not column.title.strip():
        yield f"Kolom '{column.name}' belum punya judul."
    if column.minimum is not None and column.maximum is not None and column.minimum > column.maximum:
        yield f"Kolom '{column.name}': batas bawah lebih besar daripada batas atas."
    if (column.minimum is not None or column.maximum is not None) and column.type not in NUMERIC:
        yield f"Kolom '{column.name}' bertipe {column.type}, jadi tidak dapat diberi batas angka."
    if column.units and not column.unit:
        yield f"Kolom '{column.name}' punya satuan lain tetapi belum punya satuan utama."
    if column.encrypted and (not column.personal or column.type != "text" or column.codes):
        yield f"Kolom '{column.name}' disandikan, jadi harus data pribadi bertipe text tanpa daftar pilihan."
    if any(factor <= 0 for factor in column.units.values()):
        yield f"Kolom '{column.name}': pengali satuan harus lebih dari nol."


def _shared_headings(contract: Contract) -> list[str]:
    owner: dict[str, str] = {}
    problems = []
    for column in contract.columns:
        for heading in {h.strip().lower() for h in (column.name, column.title, *column.aliases)}:
            other = owner.setdefault(heading, column.name)
            if other != column.name:
                problems.append(f"Judul '{heading}' dipakai oleh dua kolom: '{other}' dan '{column.name}'.")
    return problems
