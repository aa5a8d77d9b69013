"""PDF: the same bytes on every call, in every process; whatever the text says, it is only text."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
import uuid
from typing import Any, get_args, get_origin, get_type_hints

import pytest
import typst
from django.db import connection

from tests.documents import golden
from tests.documents.builders import SIGNER, data, issued
from tests.documents.tampering import triggers_off
from tidar.common.errors import UnableToFind
from tidar.documents import api as documents
from tidar.documents.models import Document
from tidar.documents.queries import rendering
from tidar.documents.rules.kinds import Line
from tidar.documents.rules.printing import PAPERS, printed

pytestmark = pytest.mark.django_db

SHEETS = [(kind, paper) for kind, papers in PAPERS.items() for paper in papers]
HOSTILE = (
    '#panic("x")', "$ x^2 $", "\\", "#", "*tebal* _miring_ `kode` <label> @rujuk", "= Judul", "- butir", "// komentar",
    "/* */",
    '"kutip" \'tunggal\'', "#{ while true {} }", '#import "/etc/passwd"', "{{ 7*7 }}", "<script>alert(1)</script>",
    "👩‍👩‍👧‍👦 🏪", "مرحبا بالعالم", "עברית", "\u202eterbalik", "北京", "a\u0301e\u0300", "ﬁ", "¡ñ!", "x" * 300,
    "nama panjang " * 23,
    "𝕌nicode", "\u200b", "~", "---", "https://contoh.example/a?b=c#d", "1. satu", "+ dua", "%d %s {0}",
)  # fmt: skip


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def of(view: documents.DocumentView) -> Document:
    return Document.objects.select_related("key").get(pk=view.id)


@pytest.mark.parametrize(("kind", "paper"), SHEETS)
def test_the_same_bytes_on_every_call(kind: str, paper: str) -> None:
    view = issued(kind)
    first = documents.pdf(view.id, paper=paper)
    documents.pdf(issued(kind).id, paper=paper)
    rendering._own.__dict__.clear()  # a compiler that remembers nothing
    assert first == documents.pdf(view.id, paper=paper) and first.startswith(b"%PDF-")
    assert pages(first) == 1


def test_the_first_paper_is_the_usual_one() -> None:
    view = issued("karcis")
    assert documents.pdf(view.id) == documents.pdf(view.id, paper="a6") != documents.pdf(view.id, paper="58mm")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("kind", "paper"), [("skrd", "a4"), ("ssrd", "58mm")])
def test_another_process_prints_the_same_bytes(kind: str, paper: str) -> None:
    view = issued(kind)
    here = hashlib.sha256(documents.pdf(view.id, paper=paper)).hexdigest()
    environment = os.environ | {"TEST_DATABASE": str(connection.settings_dict["NAME"])}
    for zone, language in (("UTC", "C"), ("Asia/Makassar", "id_ID.UTF-8")):
        there = subprocess.run(
            [sys.executable, "-m", "tests.documents.one_pdf", str(view.id), paper],
            check=True, capture_output=True, text=True, env=environment | {"TZ": zone, "LANG": language},
        )  # fmt: skip
        assert there.stdout == here


def test_the_address_of_today_does_not_change_what_was_printed(settings: Any) -> None:
    view = issued("skrd")
    before = documents.pdf(view.id)
    settings.TIDAR_PUBLIC_URL = "https://pindah.example"
    settings.TIME_ZONE = "Asia/Jayapura"
    assert documents.pdf(view.id) == before


def test_a_cancelled_document_prints_as_it_was_issued() -> None:
    view = issued("skrd")
    before = documents.pdf(view.id)
    from tests.documents.builders import AT, BY

    documents.cancel(kind="skrd", subject=view.subject, reason="salah", by=BY, at=AT)
    assert documents.pdf(view.id) == before


def test_a_batch_gives_each_document_its_own_bytes_in_order() -> None:
    ids = [issued("skrd", payer_name=f"Pedagang {n}").id for n in range(5)] + [issued("karcis").id]
    wanted = [*reversed(ids), uuid.uuid4()]
    found = list(documents.pdfs(wanted))
    assert [one for one, _pdf in found] == wanted[:-1]
    assert all(documents.pdf(one) == made for one, made in found)
    assert len({made for _one, made in found}) == 6


def test_many_come_in_order_and_who_stops_reading_stops_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [issued("skrd", payer_name=f"Pedagang {n}").id for n in range(5 * 4)]
    made: list[uuid.UUID] = []

    def typeset_slowly(document: Document, *, paper: str) -> bytes:
        time.sleep(0.05)
        made.append(document.pk)
        return str(document.pk).encode()

    monkeypatch.setattr(rendering, "_proved", typeset_slowly)
    monkeypatch.setattr(rendering, "cpu_count", lambda: 2)
    monkeypatch.setattr(rendering, "AHEAD", 4)  # several chunks, so their borders are crossed
    assert list(documents.pdfs(ids)) == [(one, str(one).encode()) for one in ids]
    made.clear()
    reading = documents.pdfs(ids)
    next(reading)
    reading.close()
    assert len(made) <= 5  # eight were ahead; the one that was read and those under way on the threads


def test_a_changed_document_is_not_printed() -> None:
    view = issued("skrd")
    with triggers_off() as cursor:
        cursor.execute("UPDATE documents_document SET data = jsonb_set(data, '{amount_rupiah}', '1')")
    with pytest.raises(documents.UnableToPrint, match=re.escape(view.number)):
        documents.pdf(view.id)
    with pytest.raises(documents.UnableToPrint):
        list(documents.pdfs([view.id]))


def test_unknown_documents_and_papers_get_a_sentence() -> None:
    with pytest.raises(UnableToFind):
        documents.pdf(uuid.uuid4())
    with pytest.raises(documents.UnableToPrint, match="58mm"):
        documents.pdf(issued("skrd").id, paper="58mm")


def texts(kind: str, text: str) -> dict[str, Any]:
    """Data in which every free text of the kind is `text`, as often as it may stand there."""
    changes: dict[str, Any] = {}
    for name, hint in get_type_hints(documents.KINDS[kind]).items():
        if hint is str:
            changes[name] = text
        elif get_origin(hint) is tuple and str in get_args(hint):
            changes[name] = [text, text]
    amount = data(kind)["amount_rupiah"]
    return changes | (
        {"lines": [Line(title=text, number=text, note=text, amount_rupiah=amount)]} if kind == "sts" else {}
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", list(documents.KINDS))
def test_hostile_text_is_only_text(kind: str, text: str) -> None:
    view = issued(kind, **texts(kind, text))
    for paper in PAPERS[kind]:
        assert documents.pdf(view.id, paper=paper).startswith(b"%PDF-")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_template_receives_the_text_letter_by_letter(text: str) -> None:
    document = of(issued("skrd", payer_name=text))
    said = printed(rendering.content_of(document), hash_text=document.content_hash)
    import msgspec

    compiler = typst.Compiler(
        input=b"#metadata(json(bytes(sys.inputs.document)).payer_name) <x>",
        sys_inputs={"document": msgspec.json.encode(said).decode()},
    )
    assert msgspec.json.decode(compiler.query("<x>", field="value", one=True)).replace("\u200b", "") == text.replace(
        "\u200b", ""
    )


def test_templates_never_evaluate_text() -> None:
    sources = [path.read_text() for path in rendering.TEMPLATES.rglob("*.typ")]
    assert len(sources) == 6 and not any(
        re.search(r"\beval\s*\(|\bread\s*\(|#include|@preview", source) for source in sources
    )


def test_templates_ask_only_for_what_their_kind_has() -> None:
    """A misspelt field fails here and not at the counter, even in a branch that the other tests do not take."""
    common = (rendering.TEMPLATES / "v1" / "layout.typ").read_text()
    for kind in documents.KINDS:
        document = of(issued(kind))
        known = set(printed(rendering.content_of(document), hash_text="0" * 64))
        source = (rendering.TEMPLATES / "v1" / f"{kind}.typ").read_text()
        asked = set(re.findall(r"(?<![\w.])d\.([a-z]\w*)", source + common)) | set(
            re.findall(r'has\("(\w+)"\)', source + common)
        )
        assert asked - known - {"at"} == set(), kind


def test_long_documents_continue_on_numbered_pages() -> None:
    lines = [
        {"title": f"SKRD bulan ke-{n}", "number": f"SKRD/2026/{n:07d}", "amount_rupiah": 1_000} for n in range(120)
    ]
    view = issued("ssrd", amount_rupiah=120_000, advance_rupiah=0, lines=lines)
    assert pages(documents.pdf(view.id, paper="a4")) >= 3
    assert pages(documents.pdf(view.id, paper="80mm")) == 1  # a roll has no end
    assert SIGNER.split("\n")[0] == printed(rendering.content_of(of(view)), hash_text="")["signer"]["name"]


def test_what_was_printed_once_prints_the_same_for_ever() -> None:
    """See `golden.py` before touching its hashes."""
    assert golden.prints() == json.loads(golden.FILE.read_text())
