"""Django's sessions in the database, read by a statement that is written once: every request of a signed-in person."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from tidar.common.rows import read_rows

IN_FORCE = "row.session_key = %s AND row.expire_date > %s"


class SessionStore(DatabaseStore):
    """What `SESSION_ENGINE` names; all but the one reading is Django's."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Where sessions are kept."""
        return Session

    def _get_session_from_db(self) -> Any:
        for found in read_rows(Session, IN_FORCE, [self.session_key, timezone.now()]):
            return found
        self._session_key = None
        return None
