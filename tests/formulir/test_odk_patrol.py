"""What the patrol sends with ODK Collect becomes a finding with its photograph, or waits with a sentence."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from tests.formulir.builders import instance, jpeg, key_of
from tests.rojak.builders import AT, OTHER_RW, RW, SYSTEM
from tests.rojak.items.builders import Made, person, post
from tidar.formulir import api
from tidar.formulir.actions.receiving import Parcel, receive_parcel
from tidar.formulir.queries.keys import holder_of
from tidar.people.models import User
from tidar.rojak.actions import collect
from tidar.rojak.models import Finding, PatrolItem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
FORMS = Path(__file__).resolve().parents[2] / "programs" / "rojak" / "forms"
ID = uuid.UUID("0199ab00-0000-7000-8000-0000000000ee")


@pytest.fixture
def made() -> Made:
    found = post()
    api.adopt_folder(folder=FORMS, program="rojak", by=SYSTEM, at=AT)
    return found


def _send(user: User, answers: str, *, files: dict[str, bytes], area: str = RW) -> api.SubmissionView:
    key, actor = holder_of(key_of(user, area=area, at=AT), at=AT)
    xml = instance(answers, id=ID, key="rojak-temuan", version=api.published("rojak-temuan").version)
    return receive_parcel(parcel=Parcel(xml, files), key=key, by=actor, at=AT)


def _answers(*, position: str = "-7.4859 110.2150 380 6.5") -> str:
    return (
        f"<jenis>sampah</jenis><parah>3</parah><ruas>L1</ruas><posisi>{position}</posisi><foto>a.jpg</foto>"
        "<catatan>Di depan pos.</catatan>"
    )


def test_a_finding_of_collect_is_a_finding_with_its_photograph(made: Made) -> None:
    sent = _send(made.phone.user, _answers(), files={"a.jpg": jpeg(5)})
    assert (sent.state, sent.sentence) == ("diterima", "")
    found = Finding.objects.get(pk=ID)
    assert (found.kind.key, found.segment.code, found.severity, found.note) == ("sampah", "L1", 3, "Di depan pos.")
    assert (found.lon, found.lat, found.accuracy_metres) == (110.215, -7.4859, 7)
    assert (found.submission_id, [one.photo.state for one in found.photos.all()]) == (ID, ["diterima"])
    assert [item.manner for item in PatrolItem.objects.filter(item_id=ID)] == ["odk"]
    _send(made.phone.user, _answers(), files={"a.jpg": jpeg(5)})
    assert Finding.objects.count() == 1


def test_a_position_outside_the_region_waits_at_the_patrol(made: Made) -> None:
    _send(made.phone.user, _answers(position="1.3 103.8 0 5"), files={"a.jpg": jpeg(5)})
    assert Finding.objects.count() == 0
    assert PatrolItem.objects.get(item_id=ID).state == "ditahan"


def test_who_patrols_nowhere_is_told_so_and_nothing_is_lost(made: Made) -> None:
    sent = _send(person(area=OTHER_RW), _answers(), files={"a.jpg": jpeg(5)}, area=OTHER_RW)
    assert (sent.state, sent.sentence) == (
        "ditahan",
        "Pengirimnya tidak meronda di pos mana pun dari program ini.",
    )
    assert api.submission(ID).answers["catatan"] == "Di depan pos."
    assert Finding.objects.count() == 0


@pytest.mark.parametrize("position", ["utara 110.2 0 5", "nan 110.2 0 5", "-7.4 110.2 0 inf", "1e308 110.2 0 5", "1"])
def test_what_is_no_position_reads_as_none(position: str) -> None:
    assert collect._position(position) is None
