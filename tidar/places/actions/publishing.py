"""What every write to areas begins and ends with: one writer at a time; a new edition and a new version in the lake."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import connection, transaction

from tidar.places import metrics
from tidar.places.models import Edition
from tidar.places.queries.edition import look_again

WRITERS_LOCK = 0x71DA_0001  # any number that no other advisory lock of this database uses


def one_writer() -> None:
    """Wait until no other transaction writes areas; held until this one ends.

    So what an action has read (a code is free, the areas of a file are all there) still holds when it writes.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS_LOCK])


def begin_edition(*, at: datetime) -> str:
    """Give the areas as they are now a new token and publish them; call inside the transaction that wrote them."""
    token = uuid.uuid4()
    Edition.objects.update_or_create(id=1, defaults={"token": token, "changed_at": at})
    metrics.publish_areas(edition=str(token), at=at)
    look_again()  # this transaction reads its own writes
    transaction.on_commit(look_again)  # another thread may have looked before the commit
    return str(token)
