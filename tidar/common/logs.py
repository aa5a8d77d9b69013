"""What must not be in a log although it is in an address."""

from __future__ import annotations

import logging
import re

_ONE_TIME = re.compile(r"(/masuk/sekali/|/odk/)[^/\s]+")


class WithoutTokens(logging.Filter):
    """Lets every record through, with tokens in addresses masked: whoever reads a log must not sign in by it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Called by the handler."""
        said = record.getMessage()
        masked = _ONE_TIME.sub(r"\1•••", said)
        if masked != said:
            record.msg, record.args = masked, ()
        return True
