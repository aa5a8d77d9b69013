"""Change one byte of a record, a photograph or a link: `tidar check evidence` names it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from tests.formulir.test_photos import jpeg, name_of
from tests.rojak.builders import AT
from tests.rojak.items.builders import Made, post, revised, send
from tidar.formulir import api as formulir
from tidar.formulir.queries.photos import kept_path
from tidar.rojak.actions.erasing import empty_items
from tidar.rojak.actions.evidence import link
from tidar.rojak.models import Check, Evidence, Finding, PatrolItem
from tidar.rojak.queries.evidence import check_evidence, check_items

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(home: Path) -> Made:
    """A finding in two versions with a photograph and a work order, and a check."""
    made, data = post(), jpeg()
    first = made.phone.item("finding", {"photos": [name_of(data)], "note": "dua karung"})
    send(made.phone, first, revised(made.phone, first, {"severity": 3}), made.phone.item("check"))
    formulir.receive_photo_part(sha256=name_of(data), start=0, total=len(data), data=data, by=made.phone.actor, at=AT)
    finding = Finding.objects.get().pk
    link(
        finding_id=finding,
        kind="perintah-kerja",
        happened_at=AT,
        reference="SPK-1",
        content={"to": "DLH"},
        by=made.phone.actor,
        at=AT,
    )
    return made


def past_triggers(sql: str, *values: object) -> None:
    """As somebody with the database's own password would."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET session_replication_role = DEFAULT")


def test_what_nobody_touched_holds(made: Made) -> None:
    assert [row.kind for row in Evidence.objects.order_by("sequence")] == [
        "temuan", "perbaikan", "foto", "perintah-kerja",
    ]  # fmt: skip
    assert check_evidence(at=AT) == ()
    call_command("check_evidence")


CHANGES = {
    "bytes": ("UPDATE rojak_patrolitem SET body = overlay(body placing '\\x37'::bytea from 20)", "bytes were changed"),
    "hash": ("UPDATE rojak_patrolitem SET content_hash = repeat('a', 64) WHERE kind = 'check'", "bytes were changed"),
    "signature": ("UPDATE rojak_patrolitem SET signature = '\\x00'::bytea WHERE kind = 'check'", "signature does not"),
    "note": ("UPDATE rojak_finding SET note = 'tiga karung'", "note is not what was signed"),
    "place": ("UPDATE rojak_check SET lon = 110.2, lat = -7.4", "position is not what was signed"),
    "a row less": ("DELETE FROM rojak_check", "the accepted item made no row"),
    "link": ("UPDATE rojak_evidence SET happened_at = happened_at + interval '1 s' WHERE sequence = 1", "link 1"),
    "reference": ("UPDATE rojak_evidence SET reference = 'SPK-2' WHERE sequence = 4", "link 4"),
    "actor": ("UPDATE rojak_evidence SET actor_id = 'user:lain' WHERE sequence = 1", "link 1"),
    "emptied": ("UPDATE rojak_patrolitem SET body = ''::bytea WHERE kind = 'finding'", "emptied before its time"),
    "emptied check": ("UPDATE rojak_patrolitem SET body = ''::bytea WHERE kind = 'check'", "emptied before its time"),
    "content": ("UPDATE rojak_evidence SET content = '{\"to\": \"DPU\"}' WHERE sequence = 4", "link 4"),
    "a link less": ("DELETE FROM rojak_evidence WHERE sequence = 2", "a link before it is missing"),
    "the last link": ("DELETE FROM rojak_evidence WHERE sequence = 4", "link 4: it was made and is gone"),
    "the last links": ("DELETE FROM rojak_evidence WHERE sequence >= 3", "link 3: it was made and is gone"),
    "a whole chain": ("DELETE FROM rojak_evidence", "it has no chain"),
    "an anchor": ("DELETE FROM rojak_evidenceanchor WHERE sequence = 4", "link 4: nothing says that it was made"),
    "another photograph": ("UPDATE formulir_photo SET kept_sha256 = repeat('b', 64)", "its photograph is another one"),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "named"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_named(made: Made, sql: str, named: str) -> None:
    past_triggers(sql)
    faults = check_evidence(at=AT)
    assert any(named in sentence for sentence in faults), faults
    with pytest.raises(SystemExit):
        call_command("check_evidence")


def test_one_byte_of_a_photograph_is_named(made: Made) -> None:
    kept = formulir.photo(name_of(jpeg()))
    assert kept is not None
    path = kept_path(kept.kept_sha256)
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)
    assert check_evidence(at=AT) == (f"photo {kept.sha256}: its file {kept.kept_sha256} was changed",)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE rojak_patrolitem SET body = '\\x00'::bytea", "UPDATE rojak_patrolitem SET content_hash = ''",
        "UPDATE rojak_patrolitem SET signature = NULL", "DELETE FROM rojak_patrolitem",
        "UPDATE rojak_evidence SET kind = 'foto'", "DELETE FROM rojak_evidence",
        "UPDATE rojak_evidenceanchor SET sequence = 1", "DELETE FROM rojak_evidenceanchor",
    ],
)  # fmt: skip
def test_the_database_itself_refuses(made: Made, sql: str) -> None:
    with (
        pytest.raises(Exception, match=r"stays as it came|append-only"),
        transaction.atomic(),
        connection.cursor() as c,
    ):
        c.execute(sql)


def test_what_was_erased_in_time_still_holds(made: Made, django_capture_on_commit_callbacks) -> None:
    finding = Finding.objects.get()
    assert empty_items(PatrolItem.objects.filter(item_id=finding.pk), at=AT) == 2
    assert len(check_items(at=AT)) == 2
    Finding.objects.update(erased_at=AT, note="")
    with django_capture_on_commit_callbacks(execute=True):
        formulir.erase_photo(sha256=name_of(jpeg()), at=AT)
    assert bytes(PatrolItem.objects.filter(kind="finding").first().body) == b""
    assert check_evidence(at=AT) == ()


def test_a_finding_that_nobody_noted_is_named(made: Made) -> None:
    known = Finding.objects.get()
    Finding.objects.create(
        id=Check.objects.get().pk, kind=known.kind, post=known.post, area_code="x", severity=1, happened_at=AT,
        received_at=AT,
    )  # fmt: skip
    assert check_evidence(at=AT) == (f"finding {Check.objects.get().pk}: it has no chain",)


def test_two_links_never_take_one_place(made: Made) -> None:
    last = Evidence.objects.order_by("sequence").last()
    last.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        last.save(force_insert=True)
