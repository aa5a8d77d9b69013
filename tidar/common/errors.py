"""Errors with a sentence. Each module raises its own `UnableTo…`, worded for the person on the screen."""

from __future__ import annotations


class UnableTo(Exception):
    """An anticipated failure. `str(error)` is a sentence in the reader's language; views show it, never a trace.

    `status` is the HTTP status that a view answers with when the error is not turned into a form error.
    """

    status = 422

    def __init__(self, sentence: str, *, code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or type(self).__name__


class UnableToFind(UnableTo):
    """There is no such thing, or the reader may not know that there is."""

    status = 404


class UnableToAllow(UnableTo):
    """The actor is known but lacks the permission."""

    status = 403


class UnableToAgree(UnableTo):
    """The same identifier came before with other content (HTTP 409)."""

    status = 409


class UnableToCarry(UnableTo):
    """Larger or deeper than what is accepted (HTTP 413)."""

    status = 413
