"""Which app takes over what ODK clients send for its forms."""

from __future__ import annotations

from collections.abc import Callable

from tidar.formulir.rules.views import Receiver

_receivers: dict[str, Receiver] = {}


def receiver(form_key_prefix: str) -> Callable[[Receiver], Receiver]:
    """Register `function(submission: Received, *, by, at)` for forms whose key begins so; `UnableTo…` holds them.

    It runs once per submission, in the transaction that keeps it, when the answers fit the form and every photograph
    has arrived (or somebody decided that the rest will not come).
    """

    def register(function: Receiver) -> Receiver:
        _receivers[form_key_prefix] = function
        return function

    return register


def receiver_of(form_key: str) -> Receiver | None:
    """The function for a form: of the longest prefix that fits; None when no app asked for it."""
    fitting = [prefix for prefix in _receivers if form_key.startswith(prefix)]
    return _receivers[max(fitting, key=len)] if fitting else None
