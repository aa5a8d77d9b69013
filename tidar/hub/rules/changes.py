"""What is different from last time in the numbers themselves, in words; and when the difference needs a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tidar.common.formats import number_text
from tidar.hub.rules.contract import Column, Contract

_JUMPS = (10.0, 100.0, 1_000.0, 10_000.0, 1_000_000.0)
_NEAR = 0.15  # how near to a power of ten a ratio must be to look like another unit
_SHRUNK = 0.5


def unit_change(before: Mapping[str, Any], now: Mapping[str, Any], column: Column) -> str:
    """The sentence why a person must look when the middle value moved by about 10, 100, 1000 …; else ""."""
    if column.type not in ("integer", "number"):
        return ""
    old, new = before.get("median"), now.get("median")
    if not old or not new or (old > 0) != (new > 0):
        return ""
    ratio = new / old
    times = ratio if ratio > 1 else 1 / ratio
    if not any(abs(times / jump - 1) <= _NEAR for jump in _JUMPS):
        return ""
    way = "naik" if ratio > 1 else "turun"
    return (
        f"Nilai tengah '{column.title}' {way} dari {number_text(old)} menjadi {number_text(new)}, kira-kira "
        f"{number_text(round(times, -len(str(int(times))) + 1), decimals=0)} kali. Satuannya mungkin berubah. "
        "Periksa sebelum diterbitkan."
    )


def differences(before: Mapping[str, Any], now: Mapping[str, Any], contract: Contract) -> list[str]:
    """Counts, sums and areas that differ from the last published delivery, largest matters first."""
    found = []
    old_rows, new_rows = before.get("rows"), now["rows"]
    if old_rows is not None and old_rows != new_rows:
        found.append(f"Jumlah baris {_moved(old_rows, new_rows)}.")
    for column in contract.columns:
        old, new = before.get("columns", {}).get(column.name), now["columns"].get(column.name, {})
        if old and column.type in ("integer", "number"):
            found += _sum_moved(column, old, new)
        if old and column.type in ("area", "month"):
            found += _values_moved(column, old.get("values"), new.get("values"))
    return found


def shrunk(before: Mapping[str, Any], now: Mapping[str, Any], contract: Contract) -> str:
    """A table that is replaced by one of less than half its rows waits for a person; else ""."""
    old, new = before.get("rows") or 0, now["rows"]
    if contract.mode == "replace" and old >= 20 and new < old * _SHRUNK:
        return (
            f"Berkas ini hanya {number_text(new)} baris, sedangkan yang terakhir {number_text(old)} baris "
            "dan akan digantikan seluruhnya. Periksa sebelum diterbitkan."
        )
    return ""


def _moved(old: float, new: float) -> str:
    return f"{'naik' if new > old else 'turun'} dari {number_text(old)} menjadi {number_text(new)}"


def _sum_moved(column: Column, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    before, now = old.get("sum"), new.get("sum")
    if not before or now is None or column.unit in ("", "%") or abs(now - before) <= 0.05 * abs(before):
        return []
    return [f"Jumlah '{column.title}' {_moved(before, now)} {column.unit}."]


def _values_moved(column: Column, old: list[str] | None, new: list[str] | None) -> list[str]:
    if old is None or new is None or column.type == "month":
        return []
    gone, come = sorted(set(old) - set(new)), sorted(set(new) - set(old))
    found = []
    if gone:
        found.append(f"'{column.title}' yang dahulu ada dan sekarang tidak: {_listed(gone)}.")
    if come:
        found.append(f"'{column.title}' yang baru muncul: {_listed(come)}.")
    return found


def _listed(values: list[str]) -> str:
    return ", ".join(values[:6]) + (f" dan {len(values) - 6} lainnya" if len(values) > 6 else "")
