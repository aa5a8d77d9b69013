"""Writing the audit log. Every action calls `record` inside its own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from tidar.common.actor import Actor
from tidar.common.models import AuditEntry

request_reference: ContextVar[str] = ContextVar("request_reference", default="")

SECRET_WORDS = ("password", "secret", "token", "nik", "sandi")


def record(
    action: str,
    *,
    by: Actor,
    at: datetime,
    subject: tuple[str, str],
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Keep who did what to `subject` (kind, id), with the values before and after; secrets are masked by key."""
    return AuditEntry.objects.create(
        at=at,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        action=action,
        subject_kind=subject[0],
        subject_id=subject[1],
        before=_masked(before),
        after=_masked(after),
        request_reference=request_reference.get(),
    )


def _masked(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {k: "•••" if _is_secret(str(k)) else _plain(v) for k, v in values.items()}


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET_WORDS)


def _plain(value: Any) -> Any:
    """A value as JSON keeps it; what lies deeper is masked too."""
    if isinstance(value, Mapping):
        return _masked(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, (bool, int, float, str, list, dict)) else str(value)
