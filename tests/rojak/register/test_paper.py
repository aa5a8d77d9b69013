"""A round from paper: typed by the head of the RW, marked so, once however often it is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import html5lib
import pytest
from django.test import Client
from django.urls import reverse

from tests.people.builders import client_of, person
from tests.rojak.register import builders as b
from tidar.common import clock
from tidar.common.ids import uuid7
from tidar.rojak.models import Activity, Attendance, Check, Finding, Leg, PatrolItem, Post, Round

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(home) -> Post:
    return b.load()


@pytest.fixture
def owner(post: Post) -> Client:
    return client_of(person("endang", role="rw_head", area=b.OWN))


def page() -> str:
    return reverse("rojak:paper", args=[b.POST])


def a_monday() -> datetime:
    """The Monday before the last one: over, and no older than two weeks."""
    now = clock.now().astimezone(b.ZONE)
    return (now - timedelta(days=now.weekday() + 7)).replace(hour=0, minute=0, second=0, microsecond=0)


def sheet(post: Post, **more: Any) -> dict[str, Any]:
    present = [post.members.get(name=name).pk for name in ("Bu Yani", "Bu Sumarni")]
    return {
        "naskah": str(uuid7()), "tanggal": a_monday().date().isoformat(), "mulai": "08:30", "selesai": "10:00",
        "ketua": present[0], "hadir": present, "lihat-L01": "on", "jam-L01": "08:40", "lihat-L02": "on",
        "temuan-0-jenis": "sampah", "temuan-0-bagian": "L02", "temuan-0-jam": "09:05", "temuan-0-tingkat": "3",
        "temuan-0-catatan": "di selokan", "kegiatan-0-jenis": "penyuluhan", "kegiatan-0-orang": "12",
        "catatan": "Aman.",
        **more,
    }  # fmt: skip


def test_a_sheet_becomes_a_round_marked_as_paper(owner: Client, post: Post) -> None:
    data = sheet(post)
    assert owner.post(page(), data).status_code == 302
    walked = Round.objects.get()
    assert (str(walked.pk), walked.manner, walked.note) == (data["naskah"], "kertas", "Aman.")
    begun = a_monday().replace(hour=8, minute=30)
    assert (walked.started_at, walked.ended_at) == (begun, begun + timedelta(minutes=90))
    assert walked.rule is not None and walked.rule.starts.hour == 8 and walked.planned_start_at == begun
    checks = list(Check.objects.order_by("segment__code").values_list("segment__code", "how", "is_certain"))
    assert [(code, how) for code, how, _certain in checks] == [("L01", "kertas"), ("L02", "kertas")]
    found = Finding.objects.get()
    assert (found.kind.key, found.severity, found.segment.code if found.segment else "", found.lon) == (
        "sampah",
        3,
        "L02",
        None,
    )
    assert Activity.objects.get().participants_count == 12
    assert Attendance.objects.filter(round=walked).count() == 2
    assert Leg.objects.get(round=walked).device is None
    assert set(PatrolItem.objects.values_list("manner", "state", "device")) == {("kertas", "diterima", None)}
    said = owner.get(page()).content.decode()
    assert "6 baris kertas diterima" in said and "RJ-" in said and "2 lorong diperiksa" in said


def test_the_same_sheet_again_is_the_same_round(owner: Client, post: Post) -> None:
    data = sheet(post)
    owner.post(page(), data)
    before = (PatrolItem.objects.count(), Check.objects.count(), Finding.objects.count())
    assert owner.post(page(), data).status_code == 302
    assert (PatrolItem.objects.count(), Check.objects.count(), Finding.objects.count()) == before
    assert Round.objects.count() == 1


def test_another_sheet_under_the_same_number_is_kept_and_changes_nothing(owner: Client, post: Post) -> None:
    data = sheet(post)
    owner.post(page(), data)
    assert owner.post(page(), data | {"mulai": "08:00"}).status_code == 302
    assert Round.objects.get().started_at == a_monday().replace(hour=8, minute=30)
    assert PatrolItem.objects.filter(kind="round_start").exclude(state="diterima").count() == 1


WRONG = (
    ({"selesai": "08:00"}, "sesudah jam mulai"),
    ({"jam-L01": "11:00"}, "Di luar jam ronda"),
    ({"hadir": []}, "Centang siapa yang hadir"),
    ({"temuan-0-jenis": ""}, "Pilih jenisnya"),
    ({"kegiatan-0-orang": ""}, "Isi jumlah orangnya"),
    ({"tanggal": "2190-01-01"}, "belum selesai"),
    ({"ketua": "999999"}, "Select a valid choice"),
    ({"naskah": "x"}, "Buka halaman ini sekali lagi"),
)


@pytest.mark.parametrize(("change", "sentence"), WRONG)
def test_a_wrong_sheet_says_why_keeps_what_was_typed_and_changes_nothing(
    owner: Client, post: Post, change: dict[str, Any], sentence: str
) -> None:
    answer = owner.post(page(), sheet(post, **change))
    said = answer.content.decode()
    assert answer.status_code == 422 and "di selokan" in said
    assert sentence in said or sentence == "Select a valid choice"
    html5lib.HTMLParser(strict=True).parse(said)
    assert not PatrolItem.objects.exists()


def test_a_sheet_older_than_a_month_waits_for_a_person(owner: Client, post: Post) -> None:
    old = (a_monday() - timedelta(days=60)).date().isoformat()
    assert owner.post(page(), sheet(post, tanggal=old)).status_code == 302
    assert not Round.objects.exists()
    assert set(PatrolItem.objects.values_list("state", flat=True)) == {"ditahan"}
    assert "30 hari" in owner.get(page()).content.decode()


def test_nobody_types_for_another_rw(post: Post) -> None:
    colleague = client_of(person("sri", role="rw_head", area=b.OTHER))
    walker = client_of(person("yani", role="patrol", area=b.OWN))
    for client in (colleague, walker):
        assert client.post(page(), sheet(post)).status_code == 403
    assert not PatrolItem.objects.exists()
