"""When its time is over, what was said, shown and where goes; that it happened, and its chain, stays."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from tests.formulir.builders import jpeg
from tests.rojak import builders as patrol
from tests.rojak.findings import builders as here
from tidar.formulir import api as formulir
from tidar.rojak.actions import findings as actions
from tidar.rojak.actions.follow_up import show_mended
from tidar.rojak.actions.noting import ToldFinding, note_told
from tidar.rojak.actions.retention import erase_over
from tidar.rojak.models import Attendance, Check, Finding, Leg, PatrolItem, Sos, StepNote, TrackPart
from tidar.rojak.queries.evidence import check_evidence
from tidar.rojak.queries.finding_pages import finding_page, finding_with_state

pytestmark = pytest.mark.django_db
AT = here.AT
DAYS = 30
OVER = AT + timedelta(days=DAYS, seconds=1)


@pytest.fixture
def city(home: Path) -> patrol.City:
    return patrol.city()


@pytest.fixture
def finding(city: patrol.City) -> Finding:
    kind = here.person_kind(city, retention_days=DAYS)
    made = here.found(kind, city.segments[0], AT, note=here.SECRET)
    PatrolItem.objects.create(
        item_id=made.pk, kind="finding", post=city.post, body=f'{{"note":"{here.SECRET}"}}'.encode(), actor_id="uji",
        happened_at=AT, received_at=AT, state="diterima", manner="hp", revision=1, content_hash="a" * 64,
        base_hash="0" * 64,
    )  # fmt: skip
    actions.pass_on(finding_id=made.pk, want="insiden", note=here.SECRET, by=here.HEAD_OF_RW, at=AT)
    return made


def everything_of(finding: Finding) -> str:
    finding.refresh_from_db()
    rows = [finding.note, finding.lon, list(finding.evidence.values_list("content", "reference"))]
    rows += list(StepNote.objects.values_list("text", flat=True))
    rows += [bytes(row.body) for row in PatrolItem.objects.all()]
    return str(rows)


def test_nothing_goes_before_its_time(finding: Finding) -> None:
    assert erase_over(by=patrol.SYSTEM, at=OVER - timedelta(seconds=2)).findings == 0
    assert here.SECRET in everything_of(finding)


def test_words_and_place_go_and_the_chain_stays_whole(finding: Finding) -> None:
    before = list(finding.evidence.values_list("link_hash", flat=True))
    assert erase_over(by=patrol.SYSTEM, at=OVER).findings == 1
    assert here.SECRET not in everything_of(finding)
    assert (finding.note, finding.lon, finding.lat, finding.accuracy_metres, finding.erased_at) == (
        "",
        None,
        None,
        None,
        OVER,
    )
    assert list(finding.evidence.values_list("link_hash", flat=True))[:-1] == before
    page = finding_page(finding_with_state(finding.pk), reader=here.HEAD_OF_RW, at=OVER)
    assert page.is_sound
    assert page.row.state == "diteruskan"
    assert page.steps[-1].kind == "dihapus"


def test_the_receipt_stays_when_the_bytes_are_gone(finding: Finding) -> None:
    before = PatrolItem.objects.get(item_id=finding.pk)
    erase_over(by=patrol.SYSTEM, at=OVER)
    after = PatrolItem.objects.get(item_id=finding.pk)
    assert (after.pk, after.content_hash, after.state) == (before.pk, before.content_hash, before.state)
    assert bytes(after.body) == b""


def test_twice_is_once(finding: Finding) -> None:
    erase_over(by=patrol.SYSTEM, at=OVER)
    count = finding.evidence.count()
    assert erase_over(by=patrol.SYSTEM, at=OVER + timedelta(days=1)).findings == 0
    assert finding.evidence.count() == count


def test_each_kind_has_its_own_time(city: patrol.City, finding: Finding) -> None:
    kept = here.found(here.place_kind(city, retention_days=365), city.segments[0], AT, note="tumpukan")
    erase_over(by=patrol.SYSTEM, at=OVER)
    kept.refresh_from_db()
    assert kept.note == "tumpukan"


def test_photographs_go_from_the_disk_unless_another_shows_them(
    city: patrol.City, home: Path, django_capture_on_commit_callbacks
) -> None:
    short = here.found(here.place_kind(city, "got", retention_days=DAYS), city.segments[0])
    long = here.found(here.place_kind(city, "lampu", retention_days=365), city.segments[0])
    own, shared = jpeg(1), jpeg(2)
    for finding, data in ((short, own), (short, shared), (long, shared)):
        show_mended(finding_id=finding.pk, data=data, by=here.HEAD_OF_RW, at=AT)
    with django_capture_on_commit_callbacks(execute=True):
        erase_over(by=patrol.SYSTEM, at=OVER)
    states = {data: formulir.photo(hashlib.sha256(data).hexdigest()) for data in (own, shared)}
    assert states[own].state == "dihapus"
    assert states[shared].state == "diterima"
    assert formulir.check_photos() == ()
    assert len([path for path in (home / "formulir" / "foto").rglob("*") if path.is_file()]) == 1


def test_tracks_attendance_and_calls_follow_the_program(city: patrol.City) -> None:
    walked = patrol.make_round(city.post, AT, members=city.members)
    patrol.make_track(walked, [(0, *patrol.CENTRE, 8)])
    seen = patrol.check(city.segments[0], AT, round_=walked, lon=110.2, lat=-7.4)
    Sos.objects.create(
        id=uuid.uuid4(),
        post=city.post,
        round=walked,
        happened_at=AT,
        received_at=AT,
        lon=110.2,
        lat=-7.4,
        note="tolong",
    )
    assert erase_over(by=patrol.SYSTEM, at=AT + timedelta(days=89)).track_parts == 0
    done = erase_over(by=patrol.SYSTEM, at=AT + timedelta(days=91))
    assert (done.track_parts, done.calls, done.attendance) == (1, 1, 0)
    assert not TrackPart.objects.exists()
    assert Check.objects.get(pk=seen.pk).lon is None
    assert Sos.objects.get().note == ""
    assert erase_over(by=patrol.SYSTEM, at=AT + timedelta(days=731)).attendance == 3
    assert not Attendance.objects.exists()
    assert Leg.objects.get().leader is None


def test_the_evidence_still_holds_before_and_after(city: patrol.City, django_capture_on_commit_callbacks) -> None:
    told = ToldFinding(uuid.uuid4(), here.place_kind(city, retention_days=DAYS), city.segments[0], 2, AT, "tumpukan")
    note_told(told=told, by=here.HEAD_OF_RW, at=AT)
    show_mended(finding_id=told.id, data=jpeg(3), by=here.HEAD_OF_RW, at=AT)
    actions.confirm_fixed(finding_id=told.id, note="rapi", by=here.HEAD_OF_RW, at=AT)
    assert check_evidence(at=AT) == ()
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_over(by=patrol.SYSTEM, at=OVER).findings == 1
    assert check_evidence(at=OVER) == ()
