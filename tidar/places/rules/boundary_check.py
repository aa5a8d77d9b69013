"""Whether the boundaries of a file are those of this region: axis order, codes, completeness, names, overlaps.

Faults are collected, not thrown, so that one report tells everything that must be mended in the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from tidar.places.rules.codes import level_of, looks_like_bps, name_key
from tidar.places.rules.geojson import MOST_LISTED, Boundary
from tidar.places.rules.measure import area_km2

MOST_OVERLAP = 0.05  # of the smaller area; digitising leaves below one per cent
MOST_AREA_DIFFERENCE = 0.05  # of the region's published km²


@dataclass(frozen=True, slots=True)
class KnownArea:
    """An area that the region has."""

    code: str
    bps_code: str
    name: str
    level: str
    km2: float | None


@dataclass(frozen=True, slots=True)
class AreaDifference:
    """Measured against published km² of one area."""

    code: str
    name: str
    published_km2: float
    measured_km2: float

    @property
    def share(self) -> float:
        """Difference as a share of the published figure."""
        return (self.measured_km2 - self.published_km2) / self.published_km2


@dataclass(frozen=True, slots=True)
class Report:
    """What an import found. With errors nothing was taken; warnings and notes do not stop it."""

    file_name: str
    count: int = 0
    measured_km2: float = 0.0
    published_km2: float | None = None
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    differences: tuple[AreaDifference, ...] = field(default=())

    @property
    def is_taken(self) -> bool:
        """Whether the boundaries are now the region's."""
        return not self.errors


def axis_fault(boundaries: Sequence[Boundary], bounds: tuple[float, float, float, float]) -> str:
    """A sentence when coordinates cannot be this region's, "" when all can.

    Recognises latitude written before longitude and metres written in place of degrees, and names the areas when it is
    not the whole file.
    """
    if not boundaries:
        return ""
    boxes = shapely.bounds(np.array([b.geometry for b in boundaries], dtype=object))
    outside = np.flatnonzero(~_within(boxes, bounds))
    if not outside.size:
        return ""
    whole = "" if outside.size == len(boundaries) else f" ({_listed([boundaries[int(i)].code for i in outside])})"
    wrong = boxes[outside]
    if _within(wrong[:, [1, 0, 3, 2]], bounds).all():
        return (
            f"Urutan koordinat terbalik{whole}: berkas menulis [lintang, bujur], sedangkan GeoJSON menulis "
            "[bujur, lintang]. Tukar urutannya lalu coba lagi."
        )
    if np.abs(wrong[:, [0, 2]]).max() > 180 or np.abs(wrong[:, [1, 3]]).max() > 90:
        return f"Koordinat bukan derajat{whole}, tampaknya meter (UTM). Simpan ulang dalam WGS 84 (EPSG:4326)."
    west, south, east, north = bounds
    (xmin, ymin), (xmax, ymax) = wrong[:, :2].min(axis=0), wrong[:, 2:].max(axis=0)
    return (
        f"Koordinat berada di luar wilayah ini{whole}: bujur {xmin:.3f} sampai {xmax:.3f}, "
        f"lintang {ymin:.3f} sampai {ymax:.3f}; wilayah ini pada "
        f"bujur {west:.3f} sampai {east:.3f}, lintang {south:.3f} sampai {north:.3f}."
    )


def _within(boxes: Any, bounds: tuple[float, float, float, float]) -> Any:
    """Which boxes (west, south, east, north) lie wholly in the bounds."""
    west, south, east, north = bounds
    return (boxes[:, 0] >= west) & (boxes[:, 1] >= south) & (boxes[:, 2] <= east) & (boxes[:, 3] <= north)


def _listed(words: Sequence[str]) -> str:
    more = f" dan {len(words) - 5} lainnya" if len(words) > 5 else ""
    return ", ".join(words[:5]) + more


def code_errors(boundaries: Sequence[Boundary], known: Mapping[str, KnownArea]) -> list[str]:
    """A sentence for every code that is unknown, a BPS code, of another level, doubled or missing."""
    errors = [sentence for b in boundaries if (sentence := _code_fault(b, known))]
    counts = Counter(b.code for b in boundaries)
    errors += [f"Kode {code} muncul {n} kali." for code, n in sorted(counts.items()) if n > 1]
    missing = [a for a in known.values() if a.level in ("kelurahan", "desa") and a.code not in counts]
    if missing:
        listed = ", ".join(f"{a.code} {a.name}" for a in missing[:MOST_LISTED])
        more = f" dan {len(missing) - MOST_LISTED} lainnya" if len(missing) > MOST_LISTED else ""
        errors.append(f"Batas {len(missing)} wilayah tidak ada dalam berkas: {listed}{more}.")
    return errors


def _code_fault(boundary: Boundary, known: Mapping[str, KnownArea]) -> str:
    code, start = boundary.code, f"Batas ke-{boundary.number}"
    if code in known:
        level = known[code].level
        if level in ("kelurahan", "desa"):
            return ""
        return f"{start}: {code} adalah {level}. Yang diimpor batas kelurahan dan desa; batas {level} gabungannya."
    by_bps = [a for a in known.values() if a.bps_code and a.bps_code == code]
    if by_bps:
        return f"{start}: {code} adalah kode BPS. Kode Kemendagri untuk {by_bps[0].name} adalah {by_bps[0].code}."
    if looks_like_bps(code):
        return f"{start}: {code} ditulis seperti kode BPS (tanpa titik). Pakai kode Kemendagri seperti 33.71.01.1003."
    if level_of(code) is None:
        return f'{start}: "{code[:40]}" bukan kode wilayah Kemendagri.'
    return f"{start}: kode {code} tidak dikenal di wilayah ini."


def warnings(boundaries: Sequence[Boundary], known: Mapping[str, KnownArea]) -> list[str]:
    """Names that differ, and areas that overlap by more than five per cent."""
    sentences = []
    for b in boundaries:
        area = known[b.code]
        if b.name and name_key(b.name) != name_key(area.name):
            sentences.append(f'Batas {b.code}: nama dalam berkas "{b.name}", nama resmi "{area.name}".')
    return sentences + _overlaps(boundaries)


def _overlaps(boundaries: Sequence[Boundary]) -> list[str]:
    shapes = np.array([b.geometry for b in boundaries], dtype=object)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    share = shared / np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    return [
        f"Batas {boundaries[i].code} dan {boundaries[j].code} bertumpang tindih {s:.0%} dari luasnya."
        for i, j, s in zip(one, other, share, strict=True)
        if s > MOST_OVERLAP
    ]


def differences(boundaries: Sequence[Boundary], known: Mapping[str, KnownArea]) -> tuple[AreaDifference, ...]:
    """Measured against published km² of every area that has a published figure, largest share first."""
    found = [
        AreaDifference(b.code, known[b.code].name, km2, area_km2(b.geometry))
        for b in boundaries
        if (km2 := known[b.code].km2)
    ]
    return tuple(sorted(found, key=lambda d: -abs(d.share)))


def region_warning(measured_km2: float, published_km2: float | None) -> list[str]:
    """A sentence when the boundaries together are not about as large as the region is said to be."""
    if not published_km2 or abs(measured_km2 - published_km2) <= MOST_AREA_DIFFERENCE * published_km2:
        return []
    return [f"Luas seluruh batas {measured_km2:.2f} km², padahal luas resmi wilayah {published_km2:.2f} km²."]
