"""PDF of documents: stored content and a versioned Typst template give the same bytes, always and everywhere.

No clock (the PDF's own date is the document's `issued_at`), no fonts but those inside the Typst library, no network,
no files but the template's. What a document says reaches the template as JSON data, never as markup. Two things are
fixed by the release, not by the document: the template's version (kept on the document) and the Typst library.
Typst releases the interpreter lock, so a batch is typeset on all cores by threads.
"""

from __future__ import annotations

import threading
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import islice
from os import cpu_count
from pathlib import Path
from typing import Any, Literal

import msgspec
import typst
from django.utils.translation import gettext as _

from tidar.common.errors import UnableTo, UnableToFind
from tidar.documents.models import Document
from tidar.documents.queries.documents import content_of, some
from tidar.documents.queries.verifying import is_genuine
from tidar.documents.rules.printing import PAPERS, printed

TEMPLATES = Path(__file__).resolve().parent.parent / "typst"
AHEAD = 64  # so many to twice as many documents are ahead of the reader: bounds memory
_own = threading.local()


class UnableToPrint(UnableTo):
    """The document cannot be printed like this."""


def pdf(document_id: uuid.UUID, *, paper: str = "") -> bytes:
    """The document as PDF, the same bytes on every call. `paper`: one of `PAPERS[kind]`, its first by default.

    A cancelled document prints as it was issued; that it no longer counts is said by its verification page. One that
    is no longer what was signed is not printed at all (`UnableToPrint`).
    """
    document = some([document_id]).first()
    if document is None:
        raise UnableToFind(_("Dokumen itu tidak ada."))
    return _proved(document, paper=paper)


def pdfs(ids: Iterable[uuid.UUID], *, paper: str = "") -> Iterator[tuple[uuid.UUID, bytes]]:
    """Many documents, in the order of `ids`, each as `pdf` gives it; unknown ids are left out. Memory stays flat."""
    iterator = iter(ids)
    under_way: deque[tuple[uuid.UUID, Future[bytes]]] = deque()
    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        try:
            while True:
                # the next ones are loaded while these are typeset, so no thread waits at the end of a chunk
                while len(under_way) <= AHEAD and (chunk := list(islice(iterator, AHEAD))):
                    found = {document.pk: document for document in some(chunk)}
                    wanted = [found[one] for one in dict.fromkeys(chunk) if one in found]
                    under_way.extend((d.pk, pool.submit(_proved, d, paper=paper)) for d in wanted)
                if not under_way:
                    return
                one, made = under_way.popleft()
                yield one, made.result()
        finally:
            pool.shutdown(cancel_futures=True)  # whoever stops reading stops the work


def _proved(document: Document, *, paper: str) -> bytes:
    if not is_genuine(document):
        raise UnableToPrint(
            _("Isi dokumen %s tidak sama dengan yang ditandatangani, jadi tidak dicetak.") % document.number
        )
    return typeset(document, paper=paper)


def typeset(document: Document, *, paper: str = "", output: Literal["pdf", "png"] = "pdf") -> bytes:
    """One loaded document as PDF (or its first page as PNG, for looking at)."""
    papers = PAPERS[document.kind]
    if (size := paper or papers[0]) not in papers:
        raise UnableToPrint(
            _("%(kind)s tidak dicetak pada kertas %(paper)s.") % {"kind": document.kind.upper(), "paper": paper}
        )
    texts = printed(content_of(document), hash_text=document.content_hash)
    folder = TEMPLATES / f"v{document.template_version}"
    made = _compiler(folder).compile(
        input=str(folder / f"{document.kind}.typ"),
        format=output,
        sys_inputs={"document": msgspec.json.encode(texts).decode(), "paper": size},
        timestamp=int(document.issued_at.timestamp()),
    )
    return made if isinstance(made, bytes) else made[0]


@cache
def _fonts() -> Any:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def _compiler(folder: Path) -> Any:
    """This thread's compiler for one version of the templates; it keeps what it has parsed and laid out."""
    compilers: dict[Path, Any] = _own.__dict__.setdefault("compilers", {})
    if folder not in compilers:
        compilers[folder] = typst.Compiler(root=str(folder), font_paths=_fonts(), ignore_system_fonts=True)
    return compilers[folder]
