"""Gap-free numbers: a series row that stays locked from the moment numbers are taken until the transaction ends.

A transaction that rolls back gives its numbers back, because nobody could take later ones meanwhile. So take numbers
LAST, just before committing (decision 0005: the series is the last lock).
"""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from tidar.common.errors import UnableTo

TAKE = """
INSERT INTO documents_series (code, year, last) VALUES (%s, %s, %s)
ON CONFLICT (code, year) DO UPDATE SET last = documents_series.last + excluded.last
RETURNING last
"""


class UnableToNumber(UnableTo):
    """These numbers cannot be taken."""


def take_numbers(series: str, year: int, count: int) -> int:
    """The first of `count` consecutive numbers (from 1); the series is locked until the transaction ends.

    Must run inside `transaction.atomic`; without a transaction a number could be lost between taking and using it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("take numbers inside the transaction that uses them")
    if count < 1 or not 1 <= len(series) <= 20:
        raise UnableToNumber(_("Nomor yang diminta harus satu atau lebih, dari seri yang punya nama."))
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [series, year, count])
        (last,) = cursor.fetchone()
    return int(last) - count + 1
