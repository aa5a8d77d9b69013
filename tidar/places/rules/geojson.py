"""Reading a GeoJSON file of boundaries (RFC 7946) that somebody handed in: nothing about it is trusted.

The file is decoded into declared shapes, so nesting is bounded by the shapes and memory by the size limit; every
fault is a sentence that says where it is. Only Polygon and MultiPolygon in WGS 84, `[lon, lat]`, are boundaries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import shapely

from tidar.places.rules.measure import area_km2

MOST_BYTES = 64 * 1024 * 1024
MOST_FEATURES = 20_000
MOST_POSITIONS = 5_000_000
MOST_LISTED = 50
WGS84 = frozenset({
    "urn:ogc:def:crs:ogc:1.3:crs84", "urn:ogc:def:crs:ogc::crs84", "ogc:crs84", "crs84",
    "urn:ogc:def:crs:epsg::4326", "epsg:4326",
})  # fmt: skip

Position = list[float]
Ring = list[Position]


class _Geometry(msgspec.Struct):
    type: str = ""
    coordinates: msgspec.Raw = msgspec.Raw()


class _Feature(msgspec.Struct):
    type: str = ""
    properties: dict[str, msgspec.Raw] | None = None
    geometry: _Geometry | None = None


class _Collection(msgspec.Struct):
    type: str = ""
    features: list[_Feature] | None = None
    crs: msgspec.Raw = msgspec.Raw()


class _CrsName(msgspec.Struct):
    name: str = ""


class _Crs(msgspec.Struct):
    properties: _CrsName = msgspec.field(default_factory=_CrsName)


class BadBoundaries(ValueError):
    """The file, or one feature, cannot be taken; `args[0]` is a sentence in Indonesian, `args[1:]` fill its places."""

    @property
    def sentence(self) -> str:
        """The whole sentence."""
        return str(self.args[0] % self.args[1:]) if self.args[1:] else str(self.args[0])


@dataclass(frozen=True, slots=True)
class Boundary:
    """One feature: its place in the file (from 1), its properties and its valid geometry (two dimensions)."""

    number: int
    code: str
    name: str
    geometry: Any
    note: str = ""  # what was repaired, in words


@dataclass(frozen=True, slots=True)
class Reading:
    """All features that could be read, and a sentence for each that could not."""

    boundaries: tuple[Boundary, ...]
    errors: tuple[str, ...]


def read_boundaries(content: bytes) -> Reading:
    """Read a FeatureCollection; raises `BadBoundaries` when the file as a whole is not one.

    A ring that crosses itself is repaired when that keeps its area within one per cent, and the boundary says so.
    """
    collection = _decoded(content)
    _check_crs(collection.crs)
    features = collection.features or []
    if not features:
        raise BadBoundaries('Berkas tidak memuat satu pun batas wilayah (daftar "features" kosong).')
    if len(features) > MOST_FEATURES:
        raise BadBoundaries("Berkas memuat %s batas; paling banyak %s.", len(features), MOST_FEATURES)
    boundaries, errors = [], []
    for number, feature in enumerate(features, start=1):
        try:
            boundaries.append(_boundary(number, feature))
        except BadBoundaries as fault:
            errors.append(fault.sentence)
    return Reading(tuple(boundaries), tuple(errors))


def _decoded(content: bytes) -> _Collection:
    if len(content) > MOST_BYTES:
        raise BadBoundaries("Berkas terlalu besar: paling besar %s MB.", MOST_BYTES // 1024**2)
    try:
        collection = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=_Collection)
    except RecursionError:
        raise BadBoundaries("Berkas bersarang terlalu dalam; ini bukan berkas batas wilayah.") from None
    except msgspec.ValidationError as fault:
        raise BadBoundaries("Susunan berkas tidak seperti GeoJSON (%s).", str(fault)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadBoundaries("Berkas bukan JSON yang utuh. Simpan ulang sebagai GeoJSON lalu coba lagi.") from None
    if collection.type != "FeatureCollection":
        raise BadBoundaries('Berkas harus berupa GeoJSON "FeatureCollection", bukan "%s".', collection.type[:40])
    return collection


def _check_crs(crs: msgspec.Raw) -> None:
    """RFC 7946 knows only WGS 84; older files may say so in a `crs` member, and nothing else."""
    if bytes(crs) in (b"", b"null"):
        return
    try:
        name = msgspec.json.decode(crs, type=_Crs).properties.name
    except (msgspec.DecodeError, RecursionError):
        name = "?"
    if name.strip().lower() not in WGS84:
        raise BadBoundaries(
            'Sistem koordinat berkas ini "%s". Simpan ulang dalam WGS 84 (EPSG:4326) lalu coba lagi.', name[:60]
        )


def _boundary(number: int, feature: _Feature) -> Boundary:
    properties = feature.properties or {}
    code = _text(properties.get("code"))
    if not code:
        names = ", ".join(sorted(properties)[:8]) or "–"
        raise BadBoundaries('Batas ke-%s tidak memiliki "code" (yang ada: %s).', number, names)
    geometry = feature.geometry
    if geometry is None or geometry.type not in ("Polygon", "MultiPolygon"):
        kind = geometry.type[:40] if geometry else "–"
        raise BadBoundaries('Batas ke-%s (%s): "%s" bukan Polygon atau MultiPolygon.', number, code, kind)
    shape, note = _valid(_shape(geometry, number, code), number, code)
    return Boundary(number, code, _text(properties.get("name")), shape, note)


def _text(raw: msgspec.Raw | None) -> str:
    """A property that is text; a bare number is not taken, it may have lost its zeros."""
    try:
        value = msgspec.json.decode(raw) if raw is not None else ""
    except RecursionError:
        return ""
    return value.strip()[:120] if isinstance(value, str) else ""


def _shape(geometry: _Geometry, number: int, code: str) -> Any:
    kind: Any = list[Ring] if geometry.type == "Polygon" else list[list[Ring]]
    try:
        coordinates = msgspec.json.decode(geometry.coordinates, type=kind)
    except (msgspec.DecodeError, RecursionError):
        raise BadBoundaries("Batas ke-%s (%s): daftar koordinatnya rusak.", number, code) from None
    polygons = [coordinates] if geometry.type == "Polygon" else coordinates
    _check_rings([ring for polygon in polygons for ring in polygon], number, code)
    flat = [[np.array([p[:2] for p in ring], dtype=np.float64) for ring in polygon] for polygon in polygons if polygon]
    if not flat:
        raise BadBoundaries("Batas ke-%s (%s): kosong.", number, code)
    made = [shapely.Polygon(polygon[0], polygon[1:]) for polygon in flat]
    return made[0] if geometry.type == "Polygon" else shapely.MultiPolygon(made)


def _check_rings(rings: list[Ring], number: int, code: str) -> None:
    if sum(map(len, rings)) > MOST_POSITIONS:
        raise BadBoundaries("Batas ke-%s (%s): terlalu banyak titik.", number, code)
    for ring in rings:
        if any(not 2 <= len(position) <= 4 for position in ring):
            raise BadBoundaries("Batas ke-%s (%s): ada titik yang bukan pasangan [bujur, lintang].", number, code)
        if len(ring) < 4 or ring[0] != ring[-1]:
            raise BadBoundaries("Batas ke-%s (%s): ada garis batas yang tidak tertutup.", number, code)


def _valid(shape: Any, number: int, code: str) -> tuple[Any, str]:
    """The shape as it is, or repaired with a note; refused when a repair would change what it says."""
    if shape.is_valid:
        if shape.area == 0:
            raise BadBoundaries("Batas ke-%s (%s): luasnya nol.", number, code)
        return shape, ""
    parts = [p for p in shapely.get_parts(shapely.make_valid(shape)) if "Polygon" in p.geom_type]
    repaired = shapely.union_all(parts)
    before, after = area_km2(shape), area_km2(repaired)
    if repaired.is_empty or not repaired.is_valid or abs(after - before) > 0.01 * after:
        raise BadBoundaries("Batas ke-%s (%s): garisnya saling memotong dan tidak dapat diperbaiki.", number, code)
    return (
        repaired,
        f"Batas {code} memotong dirinya sendiri dan diperbaiki; luasnya berubah {abs(after - before):.4f} km².",
    )
