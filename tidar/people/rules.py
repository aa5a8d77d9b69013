"""Pure rules: when an assignment is in force, what it grants, how a change reads, what a spreadsheet may not run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tidar.common.actor import Grant

LINK_LIFE = timedelta(minutes=15)
DEMO_LINK_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody holds; empty `agency` or `area` means all of them, `until_date` None until further notice."""

    here: tuple[str, ...]
    everywhere: tuple[str, ...]
    agency: str
    area: str
    from_date: date
    until_date: date | None


def is_in_force(*, from_date: date, until_date: date | None, today: date) -> bool:
    """Whether `today` lies in the assignment; both of its days count."""
    return from_date <= today and (until_date is None or today <= until_date)


def grants_of(held: Iterable[Held], *, today: date) -> frozenset[Grant]:
    """The grants of all roles in force on `today`."""
    grants: set[Grant] = set()
    for one in held:
        if not is_in_force(from_date=one.from_date, until_date=one.until_date, today=today):
            continue
        grants |= {Grant(p, agency=one.agency or None, area=one.area or None) for p in one.here}
        grants |= {Grant(p) for p in one.everywhere}
    return frozenset(grants)


def digest_of(token: str) -> str:
    """SHA-256 of a sign-in token, in hex: all that is kept of it."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a change. `kind`: "new", "gone", "changed" or "same"."""

    field: str
    before: str
    after: str
    kind: str


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[Difference, ...]:
    """How a write changed its subject, field by field in the order of the fields' names."""
    old, new = before or {}, after or {}
    found = []
    for name in sorted({*old, *new}):
        if name not in old:
            kind = "new"
        elif name not in new:
            kind = "gone"
        else:
            kind = "same" if old[name] == new[name] else "changed"
        found.append(Difference(name, _shown(old.get(name)), _shown(new.get(name)), kind))
    return tuple(found)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, Mapping):
        return "; ".join(f"{k}: {_shown(v)}" for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_shown(v) for v in value)
    return str(value)


FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def spreadsheet_safe(text: str) -> str:
    """`text` so that no spreadsheet runs it as a formula (OWASP, CSV injection): an apostrophe goes before it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def device_name(user_agent: str) -> str:
    """A browser's name and system in two words, for a list of sessions; "" when unknown."""
    browsers = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
        ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((name for mark, name in browsers if mark in user_agent), "")
    system = next((name for mark, name in systems if mark in user_agent), "")
    return " · ".join(filter(None, (browser, system)))
