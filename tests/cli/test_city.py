"""Both shipped regions start with nothing but their own data; a second start changes nothing."""

from __future__ import annotations

import pytest

from tidar.cli import city, database
from tidar.common.models import AuditEntry
from tidar.hub.models import Delivery, Feed
from tidar.places import api as places


@pytest.mark.django_db
@pytest.mark.parametrize(("region", "villages", "zone"), [("33.71", 17, "WIB"), ("63.03", 290, "WITA")])
def test_a_region_starts_from_its_folder(home, settings, region, villages, zone) -> None:
    settings.TIDAR_REGION = region
    places.forget()
    city.load_foundation()
    assert len(places.villages()) == villages
    assert places.region().zone_name == zone
    assert list(city.sign_in_lines("http://x"))[1:] == []  # no demo people unless the demo asks for them


@pytest.mark.django_db
def test_a_second_start_changes_nothing(home) -> None:
    city.load_foundation()
    city.load_demo(lambda _line: None)
    before = (Delivery.objects.count(), Feed.objects.count(), AuditEntry.objects.count())
    city.load_foundation()
    city.load_demo(lambda _line: None)
    assert (Delivery.objects.count(), Feed.objects.count(), AuditEntry.objects.count()) == before


@pytest.mark.django_db
def test_every_demo_file_is_published_by_the_real_intake(home) -> None:
    city.load_foundation()
    said: list[str] = []
    city.load_demo(said.append)
    assert said == []
    assert Delivery.objects.published().count() == len(list(city.demo_files())) == 10
    assert not Feed.objects.filter(sample=False).exists()  # made-up data says so


def test_a_socket_that_others_can_reach_is_said(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("TIDAR_HOME", str(tmp_path))
    data = tmp_path / "pg"
    data.mkdir(mode=0o700)
    assert database.exposure() == ""
    data.chmod(0o755)
    assert "can reach the database" in database.exposure()
    data.chmod(0o700)
    (data / "postmaster.pid").write_text("1\n2\n3\n4\n/tmp/elsewhere\n")
    assert "/tmp/elsewhere" in database.exposure()
