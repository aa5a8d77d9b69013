"""Karcis: books, who holds which serials, what was sold, returned, lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from tidar.retribusi.models import KarcisBook, KarcisMove
from tidar.retribusi.rules.karcis import Range, count_of, joined, without

Kind = KarcisMove.Kind
ENDED = (Kind.SOLD, Kind.RETURNED, Kind.VOID)


@dataclass(frozen=True, slots=True)
class BookView:
    """One book with the serials in the store and with collectors, and how many ended how."""

    book: KarcisBook
    in_store: tuple[Range, ...]
    held: tuple[Range, ...]
    sold: tuple[Range, ...]
    returned: tuple[Range, ...]
    void: tuple[Range, ...]

    @property
    def total_count(self) -> int:
        """Karcis in the book."""
        return self.book.last_serial - self.book.first_serial + 1

    @property
    def store_count(self) -> int:
        """Not issued to anybody."""
        return count_of(self.in_store)

    @property
    def held_count(self) -> int:
        """With collectors, not accounted for yet."""
        return count_of(self.held)

    @property
    def sold_count(self) -> int:
        """Sold."""
        return count_of(self.sold)

    @property
    def returned_count(self) -> int:
        """Given back unsold."""
        return count_of(self.returned)

    @property
    def void_count(self) -> int:
        """Spoilt or lost."""
        return count_of(self.void)

    @property
    def sold_rupiah(self) -> int:
        """What the sold karcis brought."""
        return self.sold_count * self.book.denomination_rupiah

    @property
    def held_rupiah(self) -> int:
        """What the karcis with collectors are worth."""
        return self.held_count * self.book.denomination_rupiah


@dataclass(frozen=True, slots=True)
class Holding:
    """The serials of one book in the hands of one collector, and what they sold of it."""

    book: KarcisBook
    collector_id: str
    held: tuple[Range, ...]
    issued_count: int
    sold_count: int
    returned_count: int
    void_count: int

    @property
    def held_count(self) -> int:
        """Karcis still to be accounted for."""
        return count_of(self.held)

    @property
    def held_rupiah(self) -> int:
        """What they are worth."""
        return self.held_count * self.book.denomination_rupiah

    @property
    def sold_rupiah(self) -> int:
        """What the sold ones brought."""
        return self.sold_count * self.book.denomination_rupiah


def books(*, agencies: Collection[str] | None) -> tuple[BookView, ...]:
    """The books of these agencies (None: of all), newest first, in two queries."""
    rows = KarcisBook.objects.select_related("levy_kind", "agency").order_by("-received_at", "-id")
    found = list(rows if agencies is None else rows.filter(agency__in=agencies))
    moves = _by_book([book.pk for book in found])
    return tuple(_view(book, moves.get(book.pk, [])) for book in found)


def book_view(book: KarcisBook) -> BookView:
    """One book."""
    return _view(book, _by_book([book.pk]).get(book.pk, []))


def moves_of(book: KarcisBook) -> QuerySet[KarcisMove]:
    """Everything that happened to a book's karcis, newest first."""
    return KarcisMove.objects.filter(book=book).select_related("payment").order_by("-recorded_at", "-id")


def all_moves(*, agencies: Collection[str] | None) -> QuerySet[KarcisMove]:
    """Everything that happened to the karcis of these agencies, oldest first: the register that auditors ask for."""
    rows = KarcisMove.objects.select_related("book__levy_kind", "payment").order_by("recorded_at", "id")
    return rows if agencies is None else rows.filter(book__agency__in=agencies)


def holdings(*, agencies: Collection[str] | None, collector_id: str = "") -> tuple[Holding, ...]:
    """Who was issued karcis of these agencies and what became of them, by collector and book; or one collector's."""
    rows = KarcisMove.objects.exclude(collector_id="").select_related("book__levy_kind", "book__agency")
    if agencies is not None:
        rows = rows.filter(book__agency__in=agencies)
    if collector_id:
        rows = rows.filter(collector_id=collector_id)
    grouped: dict[tuple[str, int], list[KarcisMove]] = {}
    for move in rows.order_by("collector_id", "book_id", "id"):
        grouped.setdefault((move.collector_id, move.book_id), []).append(move)
    return tuple(_holding(moves) for moves in grouped.values())


def held_by(book_id: int, collector_id: str) -> tuple[Range, ...]:
    """The serials of one book that one collector must account for."""
    moves = list(KarcisMove.objects.filter(book_id=book_id, collector_id=collector_id))
    return without(_ranges(moves, Kind.ISSUED), _ranges(moves, *ENDED))


def in_store(book: KarcisBook) -> tuple[Range, ...]:
    """The serials of a book that were issued to nobody and are not void."""
    return book_view(book).in_store


def _by_book(book_ids: Sequence[int]) -> dict[int, list[KarcisMove]]:
    found: dict[int, list[KarcisMove]] = {}
    for move in KarcisMove.objects.filter(book__in=book_ids):
        found.setdefault(move.book_id, []).append(move)
    return found


def _ranges(moves: Sequence[KarcisMove], *kinds: str) -> tuple[Range, ...]:
    return joined((move.first_serial, move.last_serial) for move in moves if move.kind in kinds)


def _view(book: KarcisBook, moves: Sequence[KarcisMove]) -> BookView:
    issued, ended = _ranges(moves, Kind.ISSUED), _ranges(moves, *ENDED)
    return BookView(
        book=book,
        in_store=without([(book.first_serial, book.last_serial)], [*issued, *ended]),
        held=without(issued, ended),
        sold=_ranges(moves, Kind.SOLD),
        returned=_ranges(moves, Kind.RETURNED),
        void=_ranges(moves, Kind.VOID),
    )


def _holding(moves: Sequence[KarcisMove]) -> Holding:
    issued = _ranges(moves, Kind.ISSUED)
    return Holding(
        book=moves[0].book,
        collector_id=moves[0].collector_id,
        held=without(issued, _ranges(moves, *ENDED)),
        issued_count=count_of(issued),
        sold_count=count_of(_ranges(moves, Kind.SOLD)),
        returned_count=count_of(_ranges(moves, Kind.RETURNED)),
        void_count=count_of(_ranges(moves, Kind.VOID)),
    )
