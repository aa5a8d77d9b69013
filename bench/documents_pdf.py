"""Issuing documents with their signatures, and PDF in batches: ours beside bare Typst.

    .venv/bin/python -m bench.documents_pdf [documents]

Rows: `issue_many` (checked, hashed, signed, COPY); `pdfs` (from the database, every signature checked again before it
is printed, QR code drawn); the same templates fed by bare Typst with everything prepared, on as many threads; and the
same with a new compiler for each document, as the library's plain `typst.compile` does. Every document differs.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from pathlib import Path
from typing import Any

from bench.live_events import prepare

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 600
ISSUED = COUNT * 10


def rows() -> Iterable[Any]:
    """Documents of different traders."""
    from tests.documents.builders import data
    from tidar.documents import api as documents

    for n in range(1, ISSUED + 1):
        own = {"payer_name": f"Pedagang {n}", "npwrd": f"P.2.{n:07d}.01", "stall": f"Blok A nomor {n}"}
        yield documents.NewDocument(2026, n, f"skrd:{n}", data("skrd", **own))


def rate(count: int, work: Callable[[], Any]) -> float:
    """How many a second."""
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def issued() -> float:
    """Bulk issue, with the numbers taken in the same transaction."""
    from django.db import transaction

    from tests.documents.builders import AT, BY, SIGNER
    from tidar.documents import api as documents

    def work() -> None:
        with transaction.atomic():
            documents.take_numbers("SKRD", 2026, ISSUED)
            documents.issue_many(kind="skrd", series="SKRD", rows=rows(), signed_by=SIGNER, by=BY, at=AT)

    return rate(ISSUED, work)


def ids(first: int) -> list[Any]:
    """`COUNT` documents from number `first` on."""
    from tidar.documents.models import Document

    numbered = Document.objects.filter(sequence__gte=first).order_by("sequence")
    return list(numbered.values_list("pk", flat=True)[:COUNT])


def ours(threads_first: int) -> float:
    """The front door, as the application prints a batch."""
    from tidar.documents import api as documents

    chosen = ids(threads_first)
    return rate(COUNT, lambda: [len(made) for _one, made in documents.pdfs(chosen)])


def prepared(first: int) -> list[str]:
    """The texts of documents as JSON, so that only Typst is measured."""
    import msgspec

    from tidar.documents.queries.documents import content_of, some
    from tidar.documents.rules.printing import printed

    found = some(ids(first))
    return [msgspec.json.encode(printed(content_of(d), hash_text=d.content_hash)).decode() for d in found]


def bare(first: int, threads: int, *, fresh: bool) -> float:
    """Typst alone: a compiler kept by each thread, or a new one for each document."""
    import threading

    import typst

    from tidar.documents.queries.rendering import TEMPLATES

    folder, own = TEMPLATES / "v1", threading.local()
    fonts = typst.Fonts(include_system_fonts=False)

    def one(text: str) -> int:
        inputs = {"document": text, "paper": "a4"}
        if fresh:
            path = str(folder / "skrd.typ")
            return len(typst.compile(path, root=str(folder), ignore_system_fonts=True, sys_inputs=inputs, format="pdf"))
        if not hasattr(own, "compiler"):
            own.compiler = typst.Compiler(root=str(folder), font_paths=fonts, ignore_system_fonts=True)
        return len(own.compiler.compile(input=str(folder / "skrd.typ"), sys_inputs=inputs, format="pdf", timestamp=1))

    texts = prepared(first)
    with ThreadPoolExecutor(threads) as pool:
        return rate(COUNT, lambda: list(pool.map(one, texts)))


def main() -> int:
    """Print the table."""
    threads = cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="tidar-bench-") as folder:
        prepare(Path(folder))
        table = [("ours: issue_many, signed, COPY", issued())]
        table.append((f"ours: pdfs, {threads} threads", ours(1)))
        table.append((f"bare Typst, compiler kept, {threads} threads", bare(1 + COUNT, threads, fresh=False)))
        table.append(("bare Typst, compiler kept, 1 thread", bare(1 + 2 * COUNT, 1, fresh=False)))
        table.append((f"bare Typst, typst.compile, {threads} threads", bare(1 + 3 * COUNT, threads, fresh=True)))
    for label, figure in table:
        sys.stdout.write(f"{label:50s} {figure:10,.0f}/s\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
