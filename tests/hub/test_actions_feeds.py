"""Feeds: adopted from packages, made and changed by hand, contracts with sentences, tokens shown once."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.conf import settings

from tests.hub import builders_deliveries as b
from tests.hub.builders_deliveries import AT
from tidar.common.errors import UnableToAllow, UnableToFind
from tidar.common.models import AuditEntry
from tidar.hub.actions.feeds import (
    UnableToDefine,
    adopt_feeds,
    create_feed,
    edit_feed,
    issue_token,
    read_definition,
    revoke_token,
    set_feed_active,
)
from tidar.hub.models import Datastream, Feed, FeedToken
from tidar.hub.rules.definition import definition_from, definition_problems
from tidar.hub.rules.writing import EXAMPLE, definition_text
from tidar.people import api as people
from tidar.places import api as places

PROGRAM = settings.PROGRAMS_DIR / "kota-dasar"
SHIPPED = sorted((PROGRAM / "feeds").glob("*.toml"))
MINIMAL = EXAMPLE.replace("kode-dinas", "dishub")


@pytest.fixture
def city(db, home):
    places.forget()
    b.city()
    yield
    places.forget()


def audit_of(action: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action=action))


def test_a_package_is_adopted_whole_and_twice_is_once(city) -> None:
    codes = set(Feed.objects.values_list("code", flat=True))
    assert codes == {"penduduk", "pasar_lapak", "pasar_tarif", "atcs", "muka_air"}
    assert Datastream.objects.count() == 4
    assert len(audit_of("feed.create")) == 5
    assert set(adopt_feeds(program_dir=PROGRAM, by=b.SYSTEM, at=b.later(days=1))) == codes
    assert (len(audit_of("feed.create")), len(audit_of("feed.edit"))) == (5, 0)


@pytest.mark.parametrize("taken", ["penduduk", "wilayah"])
def test_a_lake_table_has_one_source(city, taken: str) -> None:
    text = MINIMAL.replace(f'lake_table = "{definition_from(MINIMAL).lake_table}"', f'lake_table = "{taken}"')
    assert definition_from(text).lake_table == taken
    before = Feed.objects.count()
    with pytest.raises(UnableToDefine, match="sudah diisi oleh sumber lain"):
        create_feed(definition=definition_from(text), by=b.walidata(), at=AT)
    assert Feed.objects.count() == before


def test_adopting_again_keeps_what_people_taught(city) -> None:
    Feed.objects.filter(code="penduduk").update(heading_memory={"Pria": "laki_laki"}, active=False, title="lama")
    adopt_feeds(program_dir=PROGRAM, by=b.SYSTEM, at=AT)
    feed = Feed.objects.get(code="penduduk")
    assert (feed.heading_memory, feed.active, feed.title) == ({"Pria": "laki_laki"}, False, "Penduduk per kelurahan")


def test_one_wrong_feed_and_nothing_is_adopted(db, tmp_path: Path) -> None:
    people.load_agencies(by=b.SYSTEM, at=AT)
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "a.toml").write_text(MINIMAL)
    (tmp_path / "feeds" / "b.toml").write_text(MINIMAL.replace("nama_umpan", "Nama Umpan"))
    with pytest.raises(UnableToDefine, match=r"b\.toml.*Nama Umpan"):
        adopt_feeds(program_dir=tmp_path, by=b.SYSTEM, at=AT)
    assert Feed.objects.count() == 0


def test_the_owner_must_exist(db) -> None:
    with pytest.raises(UnableToDefine, match="dishub"):
        create_feed(definition=definition_from(MINIMAL), by=b.SYSTEM, at=AT)


def test_a_code_is_taken_once_and_never_changes(city) -> None:
    feed = create_feed(definition=definition_from(MINIMAL), by=b.walidata(), at=AT)
    with pytest.raises(UnableToDefine, match="sudah dipakai"):
        create_feed(definition=definition_from(MINIMAL), by=b.walidata(), at=AT)
    renamed = definition_from(MINIMAL.replace('code = "nama_umpan"', 'code = "lain"'))
    with pytest.raises(UnableToDefine, match="tidak dapat diubah"):
        edit_feed(feed_id=feed.pk, definition=renamed, by=b.walidata(), at=AT)


def test_a_changed_contract_is_a_new_version(city) -> None:
    feed = create_feed(definition=definition_from(MINIMAL), by=b.walidata(), at=AT)
    assert feed.rules.version == 1
    same = edit_feed(feed_id=feed.pk, definition=definition_from(MINIMAL), by=b.walidata(), at=AT)
    assert (same.rules.version, len(audit_of("feed.edit"))) == (1, 0)
    stricter = definition_from(MINIMAL.replace("minimum = 0", "minimum = 1"))
    assert edit_feed(feed_id=feed.pk, definition=stricter, by=b.walidata(), at=AT).rules.version == 2
    (entry,) = audit_of("feed.edit")
    assert entry.before["contract"] != entry.after["contract"]


def test_a_producer_defines_nothing(city) -> None:
    with pytest.raises(UnableToAllow):
        create_feed(definition=definition_from(MINIMAL), by=b.producer("dishub"), at=AT)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "jumlah"', 'name = "periode"', "ditulis dua kali"),
        ('key = ["kelurahan", "periode"]', 'key = ["kecamatan"]', "'kecamatan' yang tidak ada"),
        ('name = "jumlah"', 'name = "Jumlah Jiwa"', "huruf kecil"),
        ("minimum = 0", "minimum = 5\nmaximum = 2", "batas bawah lebih besar"),
        ('type = "integer"', 'type = "text"', "tidak dapat diberi batas"),
        ('unit = "jiwa"', 'units = {"ribu jiwa" = 1000.0}', "satuan utama"),
        ('title = "Jumlah"', 'title = "Periode"', "dipakai oleh dua kolom"),
        ('type = "month"', 'type = "month"\nrequired = false', "harus wajib"),
        ('kind = "upload"', 'kind = "surat"', "tidak dikenal"),
        ('kind = "upload"', 'kind = "http_pull"', "alamat web"),
        ("rhythm_days = 31", "rhythm_days = 0", "lebih dari nol"),
    ],
)
def test_every_mistake_has_its_sentence(old: str, new: str, said: str) -> None:
    text = MINIMAL.replace(old, new, 1)
    assert text != MINIMAL
    assert said in " ".join(definition_problems(definition_from(text)))


@pytest.mark.parametrize("text", ["code = ", "kode = 'x'", MINIMAL.replace('type = "month"', 'type = "bulan"')])
def test_text_that_is_no_definition(text: str) -> None:
    with pytest.raises(UnableToDefine, match=r"definisi\.toml"):
        read_definition(text, name="definisi.toml")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_definitions_are_right_and_survive_editing(path: Path) -> None:
    definition = definition_from(path.read_text())
    assert definition_problems(definition) == []
    text = definition_text(definition)
    again = definition_from(text)
    assert (again.contract, again.rhythm, again.title) == (definition.contract, definition.rhythm, definition.title)


def test_a_token_is_shown_once_and_kept_as_a_hash(city) -> None:
    feed = Feed.objects.get(code="atcs")
    secret = issue_token(feed_id=feed.pk, label=" pusat ATCS ", by=b.walidata(), at=AT)
    token = FeedToken.objects.get()
    assert (token.label, token.token_sha256) == ("pusat ATCS", hashlib.sha256(secret.encode()).hexdigest())
    assert secret not in str([entry.after for entry in AuditEntry.objects.all()])
    revoke_token(token_id=token.pk, by=b.walidata(), at=AT)
    revoke_token(token_id=token.pk, by=b.walidata(), at=b.later(days=1))
    token.refresh_from_db()
    assert token.revoked_at == AT
    assert len(audit_of("feed.revoke_token")) == 1


def test_tokens_are_for_those_who_administer(city) -> None:
    feed = Feed.objects.get(code="atcs")
    with pytest.raises(UnableToAllow):
        issue_token(feed_id=feed.pk, label="x", by=b.producer("dishub"), at=AT)
    with pytest.raises(UnableToDefine):
        issue_token(feed_id=feed.pk, label=" ", by=b.walidata(), at=AT)
    with pytest.raises(UnableToFind):
        revoke_token(token_id=feed.pk, by=b.walidata(), at=AT)


def test_a_feed_is_switched_off_and_on(city) -> None:
    feed = Feed.objects.get(code="atcs")
    for active in (False, False, True):
        set_feed_active(feed_id=feed.pk, active=active, by=b.walidata(), at=AT)
    assert (len(audit_of("feed.deactivate")), len(audit_of("feed.activate"))) == (1, 1)
