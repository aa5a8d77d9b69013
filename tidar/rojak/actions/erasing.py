"""When the time of an item is over its bytes go; that it came, its hash and its signature stay."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from tidar.rojak.models import PatrolItem


def erase_items(*, item_ids: Collection[uuid.UUID]) -> int:
    """Empty the bytes of all versions of these items, in the caller's transaction; returns how many had any.

    Versions that nobody decided about yet stay: they are needed for the decision.
    """
    undecided = (PatrolItem.State.HELD, PatrolItem.State.CONFLICT)
    over = PatrolItem.objects.filter(item_id__in=item_ids).exclude(state__in=undecided).exclude(body=b"")
    return over.update(body=b"")
