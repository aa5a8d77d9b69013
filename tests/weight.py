"""What a first visit to a phone's app weighs: every byte over the wire until it can be used, as a browser counts."""

from __future__ import annotations

import gzip
from pathlib import Path

import brotli
from django.contrib.staticfiles import finders

from tidar.common.field_app import FONT, FieldApp

HEAD_BYTES = 375  # of one answer: status line and headers of a file, as Chromium counts them
PAGE_HEAD_BYTES = 900  # of the page, which also sets cookies and the content policy
PACKED = (".woff2",)  # no smaller when zipped


def first_visit(app: FieldApp, page: bytes) -> dict[str, int]:
    """Bytes by address: the page zipped, what it opens with in the smallest encoding, and the headers of each.

    `tests/journeys/test_every_page_looks_right.py` compares the sum with what a cold browser received.
    """
    files = [*app.opening, *(f"/static/{name}" for name in (*app.styles, FONT, app.icon))]
    weighed = {address: _smallest(address) + HEAD_BYTES for address in files}
    return weighed | {"page": len(gzip.compress(page, mtime=0)) + PAGE_HEAD_BYTES}


def _smallest(address: str) -> int:
    name = address.removeprefix("/static/")
    content = Path(str(finders.find(name))).read_bytes()
    if name.endswith(PACKED):
        return len(content)
    return min(len(brotli.compress(content)), len(gzip.compress(content)), len(content))
