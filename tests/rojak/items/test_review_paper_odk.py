"""Doubtful lines of paper and findings of ODK Collect wait at /rojak/periksa/ with a sentence until one decides."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.formulir.builders import instance, jpeg, key_of
from tests.people.builders import client_of
from tests.rojak.builders import AT, OTHER_RW, RW, SYSTEM
from tests.rojak.items.builders import Made, actor, moment, person, post
from tidar.common.ids import uuid7
from tidar.formulir import api as formulir
from tidar.formulir.actions.receiving import Parcel, receive_parcel
from tidar.formulir.queries.keys import holder_of
from tidar.rojak.actions.items import SignedItem, receive
from tidar.rojak.models import Check, Finding, PatrolItem
from tidar.rojak.rules.items import body_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
FORMS = Path(__file__).resolve().parents[3] / "programs" / "rojak" / "forms"
LIST = "/rojak/periksa/"
FAR = {"lon_e6": 106_800_000, "lat_e6": -6_200_000, "accuracy_m": 5}
HERE = "-7.4859 110.2150 380 6.5"
AHEAD = AT + timedelta(days=1)


@pytest.fixture
def made() -> Made:
    found = post()
    formulir.adopt_folder(folder=FORMS, program="rojak", by=SYSTEM, at=AT)
    return found


def paper(made: Made, kind: str, data: dict[str, Any], *, at: datetime = AT) -> None:
    """One line of a sheet, typed by the head of the RW."""
    body = body_of(id=uuid7(), kind=kind, at=moment(at), post=made.code, data=data)
    receive(device_id=None, items=[SignedItem(body)], by=actor(made.head), at=AT, manner="kertas")


def collect(
    made: Made, *, spot: str = "-7.4859 110.2150 380 6.5", lane: str = "L1", at: datetime | None = None
) -> None:
    """A finding as ODK Collect sends it."""
    answers = f"<jenis>sampah</jenis><parah>3</parah><ruas>{lane}</ruas><posisi>{spot}</posisi><foto>a.jpg</foto>"
    key, by = holder_of(key_of(made.phone.user, area=RW, at=AT), at=AT)
    version = formulir.published("rojak-temuan").version
    xml = instance(answers, id=uuid.uuid4(), key="rojak-temuan", version=version)
    if at is not None:
        xml = xml.replace(b"2026-11-25T08:1", at.strftime("%Y-%m-%dT08:1").encode())
    receive_parcel(parcel=Parcel(xml, {"a.jpg": jpeg(5)}), key=key, by=by, at=AT)


FINDING = {
    "kind": "sampah", "segment": "L1", "position": None, "severity": 2, "form": "", "version": "", "answers": {},
    "photos": [], "note": "dari kertas",
}  # fmt: skip
CHECK = {"segment": "L1", "checkpoint": "", "how": "kertas", "position": None}
CASES: dict[str, tuple[Callable[[Made], None], str, bool]] = {
    "paper, wrong position": (lambda m: paper(m, "finding", FINDING | {"position": FAR}), "di luar wilayah", True),
    "paper, future": (lambda m: paper(m, "check", CHECK, at=AHEAD), "di depan jam kota", True),
    "paper, too old": (lambda m: paper(m, "check", CHECK, at=AT - timedelta(days=31)), "30 hari", True),
    "paper, unknown lane of a finding": (lambda m: paper(m, "finding", FINDING | {"segment": "L99"}), "“L99”", True),
    "paper, unknown lane of a check": (lambda m: paper(m, "check", CHECK | {"segment": "L99"}), "“L99”", False),
    "collect, wrong position": (lambda m: collect(m, spot="1.3 103.8 0 5"), "di luar wilayah", True),
    "collect, future": (lambda m: collect(m, at=AHEAD + timedelta(days=1)), "di depan jam kota", True),
    "collect, unknown lane": (lambda m: collect(m, lane="L99"), "“L99”", True),
}


@pytest.mark.parametrize(("send", "sentence", "can_count"), CASES.values(), ids=CASES)
def test_it_waits_with_its_sentence_and_is_released_or_refused(
    made: Made, send: Callable[[Made], None], sentence: str, *, can_count: bool
) -> None:
    send(made)
    (row,) = PatrolItem.objects.all()
    assert row.state == "ditahan" and not Finding.objects.exists() and not Check.objects.exists()
    head, address = client_of(made.head), f"{LIST}{row.pk}/"
    assert sentence in head.get(f"{LIST}?keadaan=ditahan").content.decode()
    assert sentence in head.get(address).content.decode()
    stranger = client_of(person("rw_head", area=OTHER_RW))
    assert stranger.get(address).status_code == 403
    assert f"RJ-{row.pk:06d}" not in stranger.get(f"{LIST}?keadaan=ditahan").content.decode()
    answer = head.post(address, {"aksi": "lepas", "alasan": "sudah ditanyakan"})
    assert answer.status_code == (302 if can_count else 422)
    if not can_count:
        assert head.post(address, {"aksi": "tolak", "alasan": "salah tulis"}).status_code == 302
    row.refresh_from_db()
    assert row.state == ("diterima" if can_count else "ditolak")
    assert Finding.objects.count() + Check.objects.count() == int(can_count)


@pytest.mark.parametrize("name", [name for name, (_send, _sentence, can_count) in CASES.items() if can_count])
def test_what_could_count_can_be_refused_as_well_and_stays_kept(made: Made, name: str) -> None:
    CASES[name][0](made)
    (row,) = PatrolItem.objects.all()
    assert (
        client_of(made.head).post(f"{LIST}{row.pk}/", {"aksi": "tolak", "alasan": "bukan di sini"}).status_code == 302
    )
    row.refresh_from_db()
    assert (row.state, row.settlement, bool(row.body)) == ("ditolak", "bukan di sini", True)
    assert not Finding.objects.exists() and not Check.objects.exists()


def test_a_finding_of_collect_that_is_released_has_its_answers_and_photograph(made: Made) -> None:
    collect(made, spot="1.3 103.8 0 5")
    (row,) = PatrolItem.objects.all()
    client_of(made.head).post(f"{LIST}{row.pk}/", {"aksi": "lepas", "alasan": "GPS salah"})
    found = Finding.objects.get()
    assert (found.pk, found.submission_id) == (row.item_id, row.item_id)
    assert [one.photo.state for one in found.photos.all()] == ["diterima"]
    assert found.evidence.filter(kind="foto").count() == 1
