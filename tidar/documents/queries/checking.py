"""`tidar check`: numbers without gaps, every hash and every signature.

Every number that was taken must have a document, or an app that took it must say that the number is its own and still
waits for its document (an SKRD has its number when it is issued and its document when it is signed). There is no grace
period: numbers are taken and used in one transaction, so at every moment each taken number has an owner, and the check
reads everything in one snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from itertools import islice

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from tidar.documents.models import Document, Series, SigningKey
from tidar.documents.queries.verifying import is_genuine
from tidar.documents.rules import proof
from tidar.documents.rules.numbering import number_text

Holder = Callable[[int, int, int], Collection[int]]
AT_ONCE = 10_000  # numbers asked from a holder at once
TOLD = 20  # faults of one kind that are told one by one

GAPS = """
WITH had AS (
    SELECT sequence, lag(sequence, 1, 0::bigint) OVER (ORDER BY sequence) AS before
    FROM documents_document WHERE series = %(code)s AND year = %(year)s
)
SELECT before + 1, sequence - 1 FROM had WHERE sequence > before + 1
UNION ALL
SELECT coalesce(max(sequence), 0) + 1, %(last)s FROM had HAVING coalesce(max(sequence), 0) < %(last)s
"""
BEYOND = """
SELECT d.number FROM documents_document d LEFT JOIN documents_series s ON s.code = d.series AND s.year = d.year
WHERE s.id IS NULL OR d.sequence > s.last ORDER BY d.number LIMIT %s
"""

_holders: dict[str, Holder] = {}


def number_holder(series: str) -> Callable[[Holder], Holder]:
    """Register who knows which taken numbers of `series` still wait for their document, from one app at most.

    `holder(year, first, last)` returns the numbers from `first` to `last` that its records hold, documented or not.
    """

    def register(holder: Holder) -> Holder:
        if _holders.setdefault(series, holder) is not holder:
            raise ValueError(f"series {series} already has a holder")
        return holder

    return register


def faults() -> tuple[str, ...]:
    """Every broken invariant as a sentence; empty when all hold."""
    with _one_snapshot():
        return (*_shortened(_number_faults()), *_shortened(_proof_faults()), *_key_faults())


def _number_faults() -> Iterator[str]:
    for series in Series.objects.order_by("code", "year"):
        for first, last in _unexplained(series):
            numbers = number_text(series.code, series.year, first)
            if last > first:
                numbers = _("%(first)s sampai %(last)s") % {
                    "first": numbers,
                    "last": number_text(series.code, series.year, last),
                }
            yield _("Nomor %s sudah diambil, tetapi tidak punya dokumen dan tidak ada yang memegangnya.") % numbers
    with connection.cursor() as cursor:
        cursor.execute(BEYOND, [TOLD + 1])
        for (number,) in cursor.fetchall():
            yield _("Dokumen %s memakai nomor yang tidak pernah diambil dari serinya.") % number


def _unexplained(series: Series) -> Iterator[tuple[int, int]]:
    """Ranges of numbers without a document that no holder explains."""
    with connection.cursor() as cursor:
        cursor.execute(GAPS, {"code": series.code, "year": series.year, "last": series.last})
        gaps = cursor.fetchall()
    holder = _holders.get(series.code)
    for gap_first, gap_last in gaps:
        if holder is None:
            yield gap_first, gap_last
            continue
        for first in range(gap_first, gap_last + 1, AT_ONCE):
            last = min(first + AT_ONCE - 1, gap_last)
            held = set(holder(series.year, first, last))
            yield from _ranges(n for n in range(first, last + 1) if n not in held)


def _ranges(numbers: Iterator[int]) -> Iterator[tuple[int, int]]:
    first = last = 0
    for number in numbers:
        if last and number == last + 1:
            last = number
            continue
        if last:
            yield first, last
        first = last = number
    if last:
        yield first, last


def _proof_faults() -> Iterator[str]:
    public = {key.pk: bytes(key.public_key) for key in SigningKey.objects.all()}
    for document in Document.objects.order_by("pk").iterator(chunk_size=2_000):
        if not is_genuine(document, public[document.key_id]):
            yield _("Isi dokumen %s tidak sama dengan yang ditandatangani.") % document.number


def _key_faults() -> Iterator[str]:
    key = SigningKey.objects.filter(retired_at=None).first()
    if key is not None:
        try:
            proof.open_key(bytes(key.private_key), bytes(key.public_key), secret=settings.SECRET_KEY)
        except proof.UnableToSign as error:
            yield error.sentence


def _shortened(sentences: Iterator[str]) -> Iterator[str]:
    yield from islice(sentences, TOLD)
    if rest := sum(1 for _sentence in sentences):
        yield _("… dan %d kesalahan serupa lagi.") % rest


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """Everything is read as of one moment; inside a caller's transaction its own isolation holds."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
