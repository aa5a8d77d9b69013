"""Keys of ODK clients: the secret is shown once, kept is its SHA-256. Pure."""

from __future__ import annotations

import hashlib

# Who may let an ODK client read forms and send answers: whoever may walk a patrol, or reads forms anyway.
PERMISSIONS = ("patrol.walk", "forms.see")
LONGEST_NAME = 80


def digest_of(secret: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(secret.encode()).hexdigest()
