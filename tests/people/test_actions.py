"""Accounts, roles and notices: one guarantee per test, refusals and audit included."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from tests.people.builders import AT, SYSTEM, TODAY, actor, agency, assign, person
from tidar.common.actor import PUBLIC
from tidar.common.errors import UnableToAllow
from tidar.common.models import AuditEntry
from tidar.people import api
from tidar.people.actions import accounts, assigning, samples
from tidar.people.actions.accounts import Profile, UnableToCreateUser, UnableToDeactivate
from tidar.people.actions.agencies import UnableToLoadAgencies, load_agencies
from tidar.people.actions.assigning import RoleTerms, UnableToAssign, UnableToEnd, end_role, give_role
from tidar.people.actions.samples import SamplePerson
from tidar.people.models import Agency, Assignment, Notice, User
from tidar.people.roles import GIVEN_ROLES
from tidar.places import api as places

pytestmark = pytest.mark.django_db
REGION = Path(settings.REGIONS_DIR) / "33.71"


@pytest.fixture
def areas(home, settings) -> Iterator[None]:
    settings.TIDAR_REGION = "33.71"
    places.forget()
    places.load_region(by=SYSTEM, at=AT)
    yield
    places.forget()


def terms(role: str = "leader", **more) -> RoleTerms:
    return RoleTerms(**({"role": role, "from_date": TODAY} | more))


def actions_kept() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_a_new_account_has_no_password_and_is_audited() -> None:
    user = accounts.create_user(username="sri", profile=Profile("Sri", email="SRI@x.id"), by=SYSTEM, at=AT)
    assert not user.has_usable_password()
    assert user.email == "sri@x.id"
    assert AuditEntry.objects.get(action="account.created").after["name"] == "Sri"


@pytest.mark.parametrize("by", [PUBLIC, None], ids=["stranger", "colleague without the permission"])
def test_only_administrators_make_accounts(by) -> None:
    by = by or actor(person("biasa", role="walidata"))
    with pytest.raises(UnableToAllow):
        accounts.create_user(username="x", profile=Profile("X"), by=by, at=AT)
    assert actions_kept() == []


def test_account_names_and_addresses_are_unique_whatever_their_case() -> None:
    person("sri", email="sri@x.id")
    with pytest.raises(UnableToCreateUser, match="Nama akun"):
        accounts.create_user(username="SRI", profile=Profile("X"), by=SYSTEM, at=AT)
    with pytest.raises(UnableToCreateUser, match="surel"):
        accounts.create_user(username="other", profile=Profile("X", email="Sri@X.id"), by=SYSTEM, at=AT)


def test_people_change_their_own_profile_and_nobody_elses() -> None:
    owner, other = person("sri"), person("budi", role="walidata")
    accounts.update_profile(user_id=owner.pk, profile=Profile("Sri", "Baru"), by=actor(owner), at=AT)
    entry = AuditEntry.objects.get(action="account.updated")
    assert (entry.before["name"], entry.after["name"]) == ("Sri", "Sri Baru")
    with pytest.raises(UnableToAllow):
        accounts.update_profile(user_id=owner.pk, profile=Profile("Jahat"), by=actor(other), at=AT)


def test_saving_the_same_profile_leaves_no_entry() -> None:
    owner = person("sri")
    accounts.update_profile(user_id=owner.pk, profile=Profile("Sri"), by=actor(owner), at=AT)
    assert actions_kept() == []


def test_nobody_deactivates_the_own_account() -> None:
    admin = person("admin", role="administrator")
    person("kedua", role="administrator")
    with pytest.raises(UnableToDeactivate):
        accounts.deactivate_user(user_id=admin.pk, by=actor(admin), at=AT)


def test_the_last_administrator_stays() -> None:
    admin = person("admin", role="administrator")
    with pytest.raises(UnableToEnd):
        accounts.deactivate_user(user_id=admin.pk, by=SYSTEM, at=AT)
    with pytest.raises(UnableToEnd):
        end_role(assignment_id=admin.assignments.get().pk, last_date=TODAY, by=SYSTEM, at=AT)
    person("kedua", role="administrator")
    end_role(assignment_id=admin.assignments.get().pk, last_date=TODAY, by=SYSTEM, at=AT)
    assert admin.assignments.get().until_date == TODAY


def test_a_role_is_given_for_an_agency_from_a_day_and_audited() -> None:
    agency("dishub")
    user = person()
    given = give_role(user_id=user.pk, terms=terms("producer", agency="dishub"), by=SYSTEM, at=AT)
    assert actor(user).may("hub.deliver", agency="dishub")
    assert not actor(user).may("hub.deliver", agency="disperindag")
    assert AuditEntry.objects.get(action="role.given").after["role"] == "producer"
    assert give_role(user_id=user.pk, terms=terms("producer", agency="dishub"), by=SYSTEM, at=AT) == given
    assert actions_kept() == ["role.given"]


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"role": "raja"}, "tidak dikenal"),
        ({"role": "public"}, "tidak dikenal"),
        ({"role": "producer"}, "perangkat daerah"),
        ({"role": "administrator", "agency": "dishub"}, "tidak memakai"),
        ({"role": "producer", "agency": "tidak-ada"}, "tidak ada dalam daftar"),
        ({"role": "rw_head"}, "wilayah"),
        ({"role": "rw_head", "area": "33.71.99.1001.04"}, "Kode wilayah"),
        ({"role": "rw_head", "area": "33.71.03.1001.xx"}, "Kode wilayah"),
        ({"until_date": TODAY - timedelta(1)}, "mendahului"),
    ],
)
def test_a_role_that_cannot_be_held_like_that_is_refused_in_words(areas, bad, sentence) -> None:
    agency("dishub")
    with pytest.raises(UnableToAssign, match=sentence):
        give_role(user_id=person().pk, terms=terms(**bad), by=SYSTEM, at=AT)
    assert not Assignment.objects.exists()


def test_an_rw_need_not_be_listed_but_its_kelurahan_must(areas) -> None:
    given = give_role(user_id=person().pk, terms=terms("rw_head", area="33.71.03.1001.04"), by=SYSTEM, at=AT)
    assert given.area_code == "33.71.03.1001.04"


def test_a_role_that_never_began_is_withdrawn_as_if_never_given() -> None:
    user = person()
    given = give_role(user_id=user.pk, terms=terms(from_date=TODAY + timedelta(9)), by=SYSTEM, at=AT)
    end_role(assignment_id=given.pk, last_date=TODAY, by=SYSTEM, at=AT)
    assert not user.assignments.exists()
    assert actions_kept() == ["role.given", "role.withdrawn"]


def test_a_role_ends_with_its_last_day() -> None:
    user = person()
    given = assign(user, "leader")
    end_role(assignment_id=given.pk, last_date=TODAY - timedelta(1), by=SYSTEM, at=AT)
    assert not actor(user).may("wall.see")


def test_the_database_itself_refuses_an_end_before_the_beginning() -> None:
    user = person()
    with pytest.raises(IntegrityError), transaction.atomic():
        assign(user, "leader", from_date=TODAY, until_date=TODAY - timedelta(1))


def test_the_database_itself_refuses_the_same_open_role_twice() -> None:
    user = person()
    assign(user, "leader")
    with pytest.raises(IntegrityError), transaction.atomic():
        assign(user, "leader", from_date=date(2021, 1, 1))


def test_agencies_load_once_and_again_without_a_change() -> None:
    assert load_agencies(path=REGION / "agencies.toml", by=SYSTEM, at=AT) == Agency.objects.count() > 8
    assert load_agencies(path=REGION / "agencies.toml", by=SYSTEM, at=AT) == 0
    assert actions_kept() == ["agencies.loaded"]
    assert api.agency("disdukcapil").short_name == "Disdukcapil"
    assert api.agency("tidak-ada") is None


def test_a_broken_list_of_agencies_loads_nothing(tmp_path: Path) -> None:
    path = tmp_path / "agencies.toml"
    path.write_text('[[agencies]]\ncode = "x"\n')
    with pytest.raises(UnableToLoadAgencies):
        load_agencies(path=path, by=SYSTEM, at=AT)
    assert not Agency.objects.exists()


def test_the_demo_city_has_one_person_for_every_role(areas) -> None:
    api.load_agencies(by=SYSTEM, at=AT, path=REGION / "agencies.toml")
    count = api.create_sample_people(by=SYSTEM, at=AT, path=REGION / "demo" / "people.toml")
    assert api.create_sample_people(by=SYSTEM, at=AT, path=REGION / "demo" / "people.toml") == count
    people = User.objects.all()
    assert len(people) == count and all(u.sample and not u.has_usable_password() for u in people)
    assert set(Assignment.objects.values_list("role", flat=True)) == {r.key for r in GIVEN_ROLES}


def test_a_real_account_is_never_taken_over_by_the_demo(monkeypatch) -> None:
    person("contoh-admin")
    monkeypatch.setattr(samples, "read_samples", lambda _: (SamplePerson("contoh-admin", "X", "", "administrator"),))
    with pytest.raises(samples.UnableToCreateSamples):
        samples.create_sample_people(path=Path("x"), by=SYSTEM, at=AT)
    assert not Assignment.objects.exists()


def tell(about: str = "feed.late:penduduk:2026-11-24") -> int:
    return api.notify(agency="dishub", permission="hub.deliver", sentence="Terlambat.", url="/hub/", about=about, at=AT)


def test_those_who_hold_the_permission_for_the_agency_are_told_once() -> None:
    told = [person("a", role="producer", agency_code="dishub"), person("w", role="walidata")]
    person("lain", role="producer", agency_code="disperindag")
    assign(person("dulu"), "producer", agency_code="dishub", until_date=date(2021, 1, 1))
    person("mati", role="producer", agency_code="dishub", is_active=False)
    assert (tell(), tell(), tell("another")) == (2, 0, 2)
    assert {n.user_id for n in Notice.objects.all()} == {u.pk for u in told}


@pytest.mark.parametrize(("region", "expected"), [("33.71", date(2026, 11, 24)), ("63.03", date(2026, 11, 25))])
def test_a_role_begins_at_the_region_s_own_midnight(settings, region, expected) -> None:
    settings.TIDAR_REGION = region
    assert assigning.day_of(datetime(2026, 11, 24, 16, 30, tzinfo=timezone.utc)) == expected  # 23.30 WIB, 00.30 WITA


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_end_each_other_at_once_leave_one() -> None:
    """Each sees the other as the one who stays; the lock and the read after it let only one of them through."""
    admins = [person("satu", role="administrator"), person("dua", role="administrator")]
    start, outcomes = threading.Barrier(2), []

    def leave(user: User) -> None:
        start.wait()
        try:
            accounts.deactivate_user(user_id=user.pk, by=SYSTEM, at=AT)
            outcomes.append("left")
        except UnableToEnd:
            outcomes.append("stayed")
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=(u,)) for u in admins]
    for t in threads:
        t.start()
    for t in threads:
        t.join(30)
    assert sorted(outcomes) == ["left", "stayed"]
    assert User.objects.filter(is_active=True).count() == 1
    assert assigning.day_of(AT) == TODAY
