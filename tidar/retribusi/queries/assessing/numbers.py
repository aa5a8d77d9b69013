"""Which numbers of the series SKRD belong to an SKRD, signed or not: what `tidar check documents` asks."""

from __future__ import annotations

from tidar.documents import api as documents
from tidar.retribusi.models import Assessment


@documents.number_holder("SKRD")
def held_numbers(year: int, first: int, last: int) -> set[int]:
    """An SKRD has its number when it is issued and its document when it is signed; cancelled ones keep theirs."""
    found = Assessment.objects.filter(year=year, sequence__range=(first, last))
    return set(found.values_list("sequence", flat=True))
