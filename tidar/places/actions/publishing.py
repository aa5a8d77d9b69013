"""What every write to areas ends with: a new edition for the caches and a new version in the lake."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from tidar.places import metrics
from tidar.places.models import Edition
from tidar.places.queries.edition import look_again


def begin_edition(*, at: datetime) -> str:
    """Give the areas as they are now a new token and publish them; call inside the transaction that wrote them."""
    token = uuid.uuid4()
    Edition.objects.update_or_create(id=1, defaults={"token": token, "changed_at": at})
    metrics.publish_areas(edition=str(token), at=at)
    look_again()  # this transaction reads its own writes
    transaction.on_commit(look_again)  # another thread may have looked before the commit
    return str(token)
