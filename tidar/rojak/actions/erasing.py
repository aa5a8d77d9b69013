"""When the time of an item is over its bytes go; that it came, its hash and its signature stay."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from tidar.rojak.models import PatrolItem

State = PatrolItem.State
OVER = "Dihapus karena masa simpannya habis."


def empty_items(items: QuerySet[PatrolItem], *, at: datetime) -> int:
    """Empty the bytes of all these versions, and the words about them, in the caller's transaction; how many had any.

    Nobody can decide any more about one that was held or in conflict: it is refused with a sentence, and waits for no
    round.
    """
    emptied = items.exclude(body=b"").update(body=b"")
    items.filter(body=b"").exclude(sentence__in=("", OVER), settlement="").update(sentence="", settlement="")
    items.filter(state__in=(State.HELD, State.CONFLICT), body=b"").update(
        state=State.REFUSED, sentence=OVER, settlement="", settled_at=at, waits_for=None
    )
    return emptied
