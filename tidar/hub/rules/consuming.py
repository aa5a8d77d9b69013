"""How often a consumer tries, and how long it waits between."""

from __future__ import annotations

RETRY_DELAYS_SECONDS = (0.2, 1.0, 5.0, 15.0)  # between five attempts
ATTEMPTS = len(RETRY_DELAYS_SECONDS) + 1


def delay_after(attempts: int) -> float | None:
    """Seconds to wait after `attempts` failures (≥ 1); None when there will be no further attempt."""
    return RETRY_DELAYS_SECONDS[attempts - 1] if attempts < ATTEMPTS else None


def error_text(error: BaseException, *, length: int = 2_000) -> str:
    """What went wrong in one readable piece; NUL characters, which PostgreSQL text cannot hold, are dropped."""
    return f"{type(error).__name__}: {error}".replace("\0", "")[:length]
