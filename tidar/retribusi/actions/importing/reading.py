"""The published lines of a delivery as plain values, opened for this purpose only, and the register as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q

from tidar.common import sealing
from tidar.hub.api import open_cell
from tidar.lake import api as lake
from tidar.retribusi.actions.register import NIK_PURPOSE
from tidar.retribusi.models import LevyObject, Market, Occupancy, Payer
from tidar.retribusi.rules import register as rules
from tidar.retribusi.rules.importing import Line, Person, Stall
from tidar.retribusi.rules.matching import alike_among, mistyped, name_key

TABLE = "pedagang_pasar"  # the lake table of the program's feed
LEVY_KIND = "pelayanan-pasar"
COLUMNS = (
    "pasar, blok, nomor, jenis_tempat, luas_m2, nama_pedagang, nik, telepon, alamat, mulai_menempati, dasar_hak,"
    " nomor_hak, hak_sampai, lon, lat, _row"
)


def published_rows(delivery_id: str, *, version: int | None = None) -> list[dict[str, Any]]:
    """The delivery's rows in the lake, in the file's order, closed as they are kept."""
    sql = f"SELECT {COLUMNS} FROM {TABLE} WHERE _delivery = $d ORDER BY _row"  # noqa: S608 - two constants
    rows: list[dict[str, Any]] = lake.read(
        sql, versions={TABLE: version} if version else None, parameters={"d": delivery_id}
    ).to_pylist()
    return rows


def line_of(row: Mapping[str, Any], markets: Mapping[str, str]) -> Line:
    """One row as understood. `markets` are the register's, by code and by name in small letters."""
    said = {name: open_cell(str(row[name] or "")).strip() for name in ("nama_pedagang", "nik", "telepon", "alamat")}
    market = markets.get(str(row["pasar"] or "").strip().casefold(), "")
    block = rules.block_name(str(row["blok"] or ""))
    phone = rules.phone_e164(said["telepon"])
    remarks = ("Nomor teleponnya bukan nomor Indonesia, jadi tidak dipakai.",) if said["telepon"] and not phone else ()
    problem = rules.nik_problem(said["nik"]) if said["nik"] else ""
    if said["nik"] and not said["nama_pedagang"]:
        problem = "NIK ada, tetapi nama pedagangnya kosong."
    return Line(
        row=int(row["_row"]),
        market=market,
        number=rules.stall_number(str(row["nomor"] or ""), block=block)[:30],
        block=block[:20],
        place_type=str(row["jenis_tempat"] or ""),
        area_m2=Decimal(str(row["luas_m2"])).quantize(Decimal("0.01")) if row["luas_m2"] is not None else None,
        name=" ".join(said["nama_pedagang"].split())[:160],
        nik="" if problem else rules.nik_digits(said["nik"]),
        phone=phone,
        address=" ".join(said["alamat"].split())[:300],
        from_date=row["mulai_menempati"],
        right=str(row["dasar_hak"] or "") or "belum",
        right_number=str(row["nomor_hak"] or "")[:80],
        right_until=row["hak_sampai"],
        lon=row["lon"],
        lat=row["lat"],
        wrong=problem if market else f"Pasar '{row['pasar']}' tidak ada di register.",
        remarks=remarks,
    )


def market_names() -> dict[str, str]:
    """Every way to name a market of the register, in small letters, with its code."""
    names: dict[str, str] = {}
    for market in Market.objects.all():
        short = market.name.casefold().removeprefix("pasar ")
        names |= {market.code.casefold(): market.code, market.name.casefold(): market.code, short: market.code}
    return names


class Snapshot:
    """The register in memory for one import: grows with each line, so that lines see each other."""

    def __init__(self) -> None:
        self._people: dict[int, Person] = {}
        self._by_print: dict[str, Person] = {}
        self._by_phone: dict[str, list[Person]] = {}
        self._by_name: dict[str, list[Person]] = {}
        self._named: list[Person] = []
        self._keys: list[str] = []  # of `_named`, in the same order
        self._stalls: dict[tuple[str, str], Stall] = {}
        self._names = dict(Market.objects.values_list("code", "name"))
        for payer in Payer.objects.only("id", "npwrd", "name", "phone", "address", "nik_digest").iterator():
            person = Person(payer.pk, payer.npwrd, payer.name, payer.phone, payer.address, payer.nik_digest)
            self._people[payer.pk] = person
            self._index(person)
        self._load_stalls()

    def _load_stalls(self) -> None:
        by_id: dict[int, Stall] = {}
        for held in LevyObject.objects.filter(levy_kind_id=LEVY_KIND, market__isnull=False).iterator():
            market = held.market_id or ""
            stall = Stall(held.pk, market, held.number, held.place_type, held.area_m2, self.said(market, held.number))
            stall.closed = held.closed_at is not None
            self._stalls[(market, held.number)] = by_id[held.pk] = stall
        holding = Occupancy.objects.filter(Q(to_date=None), levy_object_id__in=by_id).only(
            "id", "levy_object_id", "payer_id", "from_date", "right", "right_number"
        )
        for occupancy in holding.iterator():
            stall, person = by_id[occupancy.levy_object_id], self._people[occupancy.payer_id]
            stall.holder, stall.occupancy, stall.since = person, occupancy.pk, occupancy.from_date
            stall.right, stall.right_number = occupancy.right, occupancy.right_number
            person.stalls.append(stall.said)

    def said(self, market: str, number: str) -> str:
        """A stall for a sentence."""
        return f"{self._names.get(market, market)} {number}"

    def _index(self, person: Person) -> None:
        if person.fingerprint:
            self._by_print[person.fingerprint] = person
        if person.phone:
            self._by_phone.setdefault(person.phone, []).append(person)
        key = name_key(person.name)
        self._by_name.setdefault(key, []).append(person)
        self._named.append(person)
        self._keys.append(key)

    def stall(self, market: str, number: str) -> Stall | None:
        """As `rules.importing.Known` asks."""
        return self._stalls.get((market, number))

    def person_of(self, nik: str) -> Person | None:
        """As `rules.importing.Known` asks; nothing is opened to answer."""
        prints = sealing.digests(nik, purpose=NIK_PURPOSE)
        return next((self._by_print[one] for one in prints if one in self._by_print), None)

    def persons_alike(self, name: str) -> Iterable[Person]:
        """As `rules.importing.Known` asks."""
        return [self._named[place] for place in alike_among(name, self._keys)]

    def is_slip_of(self, nik: str, person: Person) -> bool:
        """As `rules.importing.Known` asks; nothing is opened to answer."""
        return any(person.fingerprint in sealing.digests(one, purpose=NIK_PURPOSE) for one in mistyped(nik))

    def persons_at(self, phone: str) -> Iterable[Person]:
        """As `rules.importing.Known` asks."""
        return self._by_phone.get(phone, ())

    def persons_called(self, name: str) -> Iterable[Person]:
        """As `rules.importing.Known` asks."""
        return self._by_name.get(name_key(name), ())

    def add_person(self, line: Line) -> Person:
        """A payer that this import adds."""
        print_ = sealing.digest(line.nik, purpose=NIK_PURPOSE) if line.nik else ""
        person = Person(0, "", line.name, line.phone, line.address, print_)
        self._index(person)
        return person

    def add_stall(self, line: Line) -> Stall:
        """A stall that this import adds."""
        said = self.said(line.market, line.number)
        stall = Stall(0, line.market, line.number, line.place_type, line.area_m2, said)
        self._stalls[(line.market, line.number)] = stall
        return stall
