"""JSON records and GeoJSON as one sheet: row 1 the names, then one row per record. Points become `lon` and `lat`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from tidar.hub.rules.book import MAX_COLUMNS, NUMBER, Book, Sheet, UnableToReadFile

MAX_DEPTH = 40
MAX_BYTES = 200_000_000
# An unclosed string reaches to the end: looked for anew from every quote in it, a small file would take hours.
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.?)*+(?:"|\Z)', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")


def open_records(path: Path, file_name: str) -> Book:
    """Read a JSON list of records, an object that holds one, or a GeoJSON FeatureCollection."""
    if path.stat().st_size > MAX_BYTES:
        raise UnableToReadFile("Berkas JSON ini lebih dari 200 MB. Kirim sebagai CSV.")
    raw = path.read_bytes()
    _refuse_depth(raw)
    try:
        data = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise UnableToReadFile(f"Berkas ini bukan JSON yang benar: {_reason(error)}.") from error
    if isinstance(data, dict) and data.get("type") == "FeatureCollection":
        return _book(path, file_name, [_flat_feature(item) for item in _listed(data.get("features"))], geojson=True)
    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
        if len(lists) != 1:
            raise UnableToReadFile(
                "Berkas JSON ini harus berisi satu daftar rekaman. Unggah daftar objek atau GeoJSON."
            )
        data = lists[0]
    return _book(path, file_name, _listed(data), geojson=False)


def _refuse_depth(raw: bytes) -> None:
    """Refuse deep nesting before a parser recurses into it."""
    depth = 0
    for bracket in _BRACKETS.finditer(_STRINGS.sub(b"", raw) if b'"' in raw else raw):
        depth += 1 if bracket.group() in b"[{" else -1
        if depth > MAX_DEPTH:
            raise UnableToReadFile(f"Berkas JSON ini bersarang lebih dari {MAX_DEPTH} tingkat, jadi tidak dibuka.")


def _reason(error: Exception) -> str:
    place = re.search(r"byte (\d+)", str(error))
    return f"kesalahan di byte {place.group(1)}" if place else "isinya terpotong atau rusak"


def _listed(data: Any) -> list[dict[str, Any]]:
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise UnableToReadFile("Isi berkas JSON ini bukan daftar rekaman (objek dengan nama kolom).")
    if not data:
        raise UnableToReadFile("Berkas ini kosong: tidak ada rekaman di dalamnya.")
    return data


def _flat_feature(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    row = dict(properties) if isinstance(properties, dict) else {}
    geometry = feature.get("geometry")
    point = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
    if isinstance(point, list) and len(point) >= 2:
        row |= {"lon": point[0], "lat": point[1]}
    if "id" in feature and "id" not in row:
        row["id"] = feature["id"]
    return row


def _book(path: Path, file_name: str, items: list[dict[str, Any]], *, geojson: bool) -> Book:
    names = list(dict.fromkeys(name for item in items for name in item))
    if len(names) > MAX_COLUMNS:
        raise UnableToReadFile(f"Berkas ini memiliki {len(names)} kolom; paling banyak {MAX_COLUMNS}.")
    rows = [names, *([_text(item.get(name)) for name in names] for item in items)]
    kind = "geojson" if geojson else "json"
    return Book(
        path=path, file_name=file_name, kind="geojson" if geojson else "json", encoding="utf-8",
        sheets=(Sheet(kind, rows),),
    )  # fmt: skip


def _text(value: object) -> str:
    """A JSON value as marked text; what is nested is shown as JSON, which no contract type accepts."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        whole = isinstance(value, float) and value == int(value) and abs(value) < 1e15
        return NUMBER + (str(int(value)) if whole else repr(value))
    if isinstance(value, str):
        return "".join(char if char.isprintable() or char in "\t\n\r" else " " for char in value)
    return msgspec.json.encode(value).decode() if isinstance(value, Iterable) else str(value)
