"""What one line of the agency's spreadsheet means for the register, and why, in words. Pure: plain values in and out.

The rules in order: a line that cannot be understood waits; a stall named twice waits; who is meant is found by NIK,
then by name and telephone; somebody else at the stall waits; what is new or changed is applied and can be undone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from tidar.common.formats import date_text, number_text
from tidar.retribusi.rules.matching import alike

Act = Literal["occupy", "update", "add", "none"]
APPLIED, SAME, DUPLICATE, CONFLICT = "masuk", "sama", "ganda", "bertentangan"  # `ImportLine.State`


@dataclass(frozen=True, slots=True)
class Line:
    """One line as understood. `wrong` is why it cannot be used, `remarks` what was left out."""

    row: int
    market: str
    number: str
    block: str
    name: str  # "" when nobody trades there
    place_type: str
    area_m2: Decimal | None
    nik: str
    phone: str
    address: str
    from_date: date | None
    right: str
    right_number: str
    right_until: date | None
    lon: float | None = None
    lat: float | None = None
    wrong: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class Person:
    """A payer of the register, or one that this import is about to add (`id` 0)."""

    id: int
    npwrd: str
    name: str
    phone: str
    address: str = ""
    fingerprint: str = ""
    stalls: list[str] = field(default_factory=list)  # "Pasar Cacaban A-001"

    @property
    def said(self) -> str:
        """Who, for a sentence."""
        return f"{self.name} ({self.npwrd})" if self.npwrd else self.name


@dataclass(slots=True)
class Stall:
    """A stall of the register, or one that this import is about to add (`id` 0), with who holds it."""

    id: int
    market: str
    number: str
    place_type: str
    area_m2: Decimal | None
    said: str
    holder: Person | None = None
    occupancy: int = 0
    since: date | None = None
    right: str = ""
    right_number: str = ""
    row: int = 0  # the line of this file that named it first
    closed: bool = False


class Known(Protocol):
    """What the register knows, as it stands while the lines are read."""

    def stall(self, market: str, number: str) -> Stall | None:
        """The stall with that number."""

    def person_of(self, nik: str) -> Person | None:
        """The payer with exactly that NIK."""

    def persons_alike(self, name: str) -> Iterable[Person]:
        """Payers whose name differs at most as spellings of one name do."""

    def is_slip_of(self, nik: str, person: Person) -> bool:
        """Whether the payer's NIK differs from this one by one digit, or by two neighbours exchanged."""

    def persons_at(self, phone: str) -> Iterable[Person]:
        """Payers with that telephone number."""

    def persons_called(self, name: str) -> Iterable[Person]:
        """Payers whose name has the same key."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a line: its state, why, and what to do to the register."""

    state: str
    sentence: str
    act: Act = "none"
    person: Person | None = None
    stall: Stall | None = None
    changes: dict[str, str] = field(default_factory=dict)


def decide(line: Line, known: Known) -> Decision:
    """The decision on one line."""
    if line.wrong:
        return Decision(CONFLICT, line.wrong)
    stall = known.stall(line.market, line.number)
    if stall is not None and (found := _stall_trouble(line, stall)):
        return found
    if not line.name:
        return _empty(line, stall)
    person = known.person_of(line.nik) if line.nik else None
    if person is None and (doubt := _doubt(line, stall, known)):
        return doubt
    if stall is not None and stall.holder is not None:
        return _held(line, stall, person)
    return _new(line, stall, person)


def _stall_trouble(line: Line, stall: Stall) -> Decision | None:
    if stall.row:
        same = stall.holder is not None and alike(stall.holder.name, line.name)
        who = "pedagang yang sama" if same else "pedagang lain"
        return Decision(
            DUPLICATE, f"Lapak {line.number} sudah ada di baris {stall.row} dengan {who}.", person=None, stall=stall
        )
    if stall.closed:
        return Decision(CONFLICT, f"Lapak {line.number} di register sudah ditutup.", stall=stall)
    return None


def _empty(line: Line, stall: Stall | None) -> Decision:
    """A stall without a trader."""
    if stall is None:
        return Decision(APPLIED, "Lapak baru, kosong.", "add")
    if stall.holder is None:
        return Decision(SAME, "", stall=stall)
    return Decision(
        CONFLICT, f"Lembar kerja menyebut kosong; menurut register ditempati {stall.holder.said}.", stall=stall
    )


def _doubt(line: Line, stall: Stall | None, known: Known) -> Decision | None:
    """A payer who may be the same person although the NIK does not say so; the first reason found."""
    return next(itertools.chain(_by_nik(line, stall, known), _by_name(line, stall, known)), None)


def _by_nik(line: Line, stall: Stall | None, known: Known) -> Iterator[Decision]:
    for twin in known.persons_alike(line.name) if line.nik else ():
        if twin.fingerprint and known.is_slip_of(line.nik, twin):
            sentence = f"NIK berbeda satu angka dari milik {twin.said}; salah satunya mungkin salah ketik."
            yield Decision(DUPLICATE, sentence, person=twin, stall=stall)


def _by_name(line: Line, stall: Stall | None, known: Known) -> Iterator[Decision]:
    """The holder of the stall itself is no doubt."""
    holder = stall.holder if stall else None
    for twin in known.persons_at(line.phone) if line.phone else ():
        if twin is not holder and alike(twin.name, line.name):
            sentence = f"Nama dan telepon hampir sama dengan {twin.said}; mungkin orang yang sama."
            yield Decision(DUPLICATE, sentence, person=twin, stall=stall)
    for twin in known.persons_called(line.name) if not line.nik else ():
        if twin is not holder:
            sentence = f"Namanya sama dengan {twin.said}, dan tanpa NIK tidak dapat dipastikan."
            yield Decision(DUPLICATE, sentence, person=twin, stall=stall)


def _held(line: Line, stall: Stall, person: Person | None) -> Decision:
    holder = stall.holder
    if holder is None:
        raise ValueError("somebody holds the stall")
    same = holder is person or (
        person is None and alike(holder.name, line.name) and not (line.nik and holder.fingerprint)
    )
    if same:
        return _changed(line, stall, holder)
    since = f" sejak {date_text(stall.since)}" if stall.since else ""
    if person is None and alike(holder.name, line.name):
        sentence = f"Nama sama dengan penempat sekarang, {holder.said}, tetapi NIK-nya lain."
    else:
        sentence = (
            f"Menurut register lapak {line.number} ditempati {holder.said}{since}; lembar kerja menyebut orang lain."
        )
    return Decision(CONFLICT, sentence, person=person, stall=stall)


def _changed(line: Line, stall: Stall, holder: Person) -> Decision:
    changes = dict(_changes(line, stall, holder))
    if not changes:
        return Decision(SAME, " ".join(line.remarks), person=holder, stall=stall)
    sentence = " ".join([f"Diperbarui: {'; '.join(changes.values())}.", *line.remarks])
    return Decision(APPLIED, sentence, "update", holder, stall, changes)


def _changes(line: Line, stall: Stall, holder: Person) -> Iterable[tuple[str, str]]:
    if line.place_type and line.place_type != stall.place_type:
        yield "place_type", f"jenis {stall.place_type or '—'} → {line.place_type}"
    if line.area_m2 is not None and line.area_m2 != stall.area_m2:
        yield "area_m2", f"luas {number_text(stall.area_m2)} → {number_text(line.area_m2)} m²"
    if line.nik and not holder.fingerprint:
        yield "nik", "NIK dilengkapi"
    if line.phone and line.phone != holder.phone:
        yield "phone", "nomor telepon berubah" if holder.phone else "nomor telepon dilengkapi"
    if line.address and line.address != holder.address:
        yield "address", "alamat berubah" if holder.address else "alamat dilengkapi"
    if line.right_number and (line.right, line.right_number) != (stall.right, stall.right_number):
        yield "right", "dasar hak berubah" if stall.right_number else "dasar hak dilengkapi"


def _new(line: Line, stall: Stall | None, person: Person | None) -> Decision:
    parts = ["Lapak baru." if stall is None else "Lapak yang tadinya kosong."]
    if person is None:
        parts.append("Wajib retribusi baru.")
    elif person.stalls:
        parts.append(f"Pedagang ini juga menempati {', '.join(person.stalls[:4])}.")
    else:
        parts.append(f"Wajib retribusi {person.npwrd} sudah terdaftar.")
    return Decision(APPLIED, " ".join([*parts, *line.remarks]), "occupy", person, stall)
