"""What the head of the RW sees and decides; the lurah, another RW and the patrol itself do not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.people.builders import client_of
from tests.rojak.builders import AT, OTHER_RW, make_kind
from tests.rojak.items.builders import Made, moment, person, post, revised, send
from tidar.rojak.models import Check, Device, Finding, PatrolItem, SensitiveReading

pytestmark = pytest.mark.django_db
LIST, DEVICES = "/rojak/periksa/", "/rojak/alat/"


@pytest.fixture
def made() -> Made:
    return post()


def conflict(made: Made, **data: object) -> int:
    """One finding edited on two phones; the number of the version in conflict."""
    first = made.phone.item("finding", {"note": "asli", **data})
    send(made.phone, first, revised(made.phone, first, {"note": "saya"}))
    send(made.other, revised(made.other, first, {"note": "dia"}))
    return PatrolItem.objects.get(state="bentrok").pk


def test_conflicts_are_listed_and_shown_side_by_side(made: Made) -> None:
    number, head = conflict(made), client_of(made.head)
    listed = head.get(LIST).content.decode()
    assert f"RJ-{number:06d}" in listed and "1 bentrok, 0 ditahan" in listed
    assert "dia" not in listed.split("<tbody>")[1].replace("Media", "")
    page = head.get(f"{LIST}{number}/").content.decode()
    assert page.count("berbeda") == 2
    assert "<strong>saya</strong>" in page and "<strong>dia</strong>" in page


def test_a_decision_needs_a_reason_and_is_made_once(made: Made) -> None:
    number, head = conflict(made), client_of(made.head)
    url = f"{LIST}{number}/"
    assert head.post(url, {"aksi": "ambil", "alasan": " "}).status_code == 422
    assert Finding.objects.get().note == "saya"
    assert head.post(url, {"aksi": "ambil", "alasan": "lebih baru"}).status_code == 302
    assert Finding.objects.get().note == "dia"
    again = head.post(url, {"aksi": "pertahankan", "alasan": "ragu"})
    assert again.status_code == 422 and "sudah diputuskan" in again.content.decode()
    assert "lebih baru" in head.get(f"{LIST}?keadaan=diputuskan").content.decode()
    assert head.post(url, {"aksi": "lain", "alasan": "x"}).status_code == 404


def test_held_items_are_released_or_refused(made: Made) -> None:
    late = made.phone.item("check", at=moment(AT + timedelta(days=1)))
    odd = made.phone.item("check", {"segment": "L99"})
    send(made.phone, late, odd)
    head = client_of(made.head)
    page = head.get(LIST).content.decode()
    assert "di depan jam kota" in page and "Lorong “L99” tidak dikenal" in page
    first, second = PatrolItem.objects.order_by("pk")
    assert head.post(f"{LIST}{first.pk}/", {"aksi": "lepas", "alasan": "jam salah"}).status_code == 302
    stuck = head.post(f"{LIST}{second.pk}/", {"aksi": "lepas", "alasan": "ayo"})
    assert stuck.status_code == 422 and "tidak dikenal" in stuck.content.decode()
    assert head.post(f"{LIST}{second.pk}/", {"aksi": "tolak", "alasan": "salah pos"}).status_code == 302
    assert (Check.objects.count(), [row.state for row in PatrolItem.objects.order_by("pk")]) == (
        1, ["diterima", "ditolak"],
    )  # fmt: skip


def test_only_the_head_of_this_rw_decides(made: Made) -> None:
    number = conflict(made)
    for user in (person("lurah"), made.phone.user, person("rw_head", area=OTHER_RW)):
        client = client_of(user)
        assert client.get(f"{LIST}{number}/").status_code == 403
        assert client.post(f"{LIST}{number}/", {"aksi": "ambil", "alasan": "x"}).status_code == 403
    assert f"RJ-{number:06d}" not in client.get(LIST).content.decode()
    assert client_of(made.head).get(f"{LIST}999999999/").status_code == 404
    assert PatrolItem.objects.get(pk=number).state == "bentrok"


def test_reading_what_concerns_a_person_is_noted(made: Made) -> None:
    make_kind(made.city.program, "orang-asing", person=True)
    number = conflict(made, kind="orang-asing")
    client_of(made.head).get(f"{LIST}{number}/")
    noted = SensitiveReading.objects.get()
    assert (noted.subject_kind, noted.actor_id) == ("temuan", str(made.head.pk))


def test_long_lists_go_on(made: Made) -> None:
    send(made.phone, *(made.phone.item("check", {"segment": "L99"}) for _n in range(51)))
    head = client_of(made.head)
    page = head.get(f"{LIST}?keadaan=ditahan").content.decode()
    second = PatrolItem.objects.order_by("pk")[1].pk
    assert f"sebelum={second}" in page and f"RJ-{second - 1:06d}" not in page
    assert f"RJ-{second - 1:06d}" in head.get(f"{LIST}?keadaan=ditahan&sebelum={second}").content.decode()


def test_phones_are_listed_and_a_lost_one_is_revoked(made: Made) -> None:
    send(made.phone, made.phone.item("check"), made.phone.item("check", {"segment": "L99"}))
    head = client_of(made.head)
    page = head.get(DEVICES).content.decode()
    assert "2 catatan" in page and made.phone.user.display_name in page
    url = f"{DEVICES}{made.phone.id}/cabut/"
    assert head.post(url, {"alasan": ""}).status_code == 422
    assert client_of(person("rw_head", area=OTHER_RW)).post(url, {"alasan": "x"}).status_code == 403
    assert head.post(url, {"alasan": "jatuh di sungai"}).status_code == 302
    assert Device.objects.get(pk=made.phone.id).revoked_reason == "jatuh di sungai"
    assert head.post(url, {"alasan": "lagi"}).status_code == 422
    assert client_of(person("lurah")).get(DEVICES).status_code == 403


def test_empty_pages_say_so(made: Made) -> None:
    Device.objects.all().delete()
    head = client_of(made.head)
    assert "Tidak ada yang perlu diputuskan" in head.get(LIST).content.decode()
    assert "Belum ada HP" in head.get(DEVICES).content.decode()
