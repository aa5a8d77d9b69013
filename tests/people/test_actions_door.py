"""One-time links, sessions and what is kept about signing in."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.db import IntegrityError, connection, transaction

from tests.people.builders import AT, SYSTEM, actor, later, person
from tidar.common.actor import PUBLIC
from tidar.common.errors import UnableToAllow, UnableToFind
from tidar.common.models import AuditEntry
from tidar.people.actions import sessions, trail
from tidar.people.actions.links import UnableToSignIn, consume_sign_in_link, create_sign_in_link, person_of_link
from tidar.people.models import SignInLink, User

pytestmark = pytest.mark.django_db


def link_for(user: User, **more) -> str:
    return create_sign_in_link(user_id=user.pk, by=SYSTEM, at=AT, **more)


def test_only_the_hash_of_a_link_is_kept() -> None:
    token = link_for(person())
    link = SignInLink.objects.get()
    assert len(link.digest) == 64 and token not in link.digest
    assert token not in str(AuditEntry.objects.values())


@pytest.mark.parametrize(("sample", "minutes"), [(False, 15), (True, 24 * 60)])
def test_a_link_lives_15_minutes_and_a_demo_link_24_hours(sample, minutes) -> None:
    token = link_for(person(sample=sample))
    assert person_of_link(token=token, at=AT + timedelta(minutes=minutes, seconds=-1))
    with pytest.raises(UnableToSignIn):
        consume_sign_in_link(token=token, at=AT + timedelta(minutes=minutes))


def test_looking_does_not_use_a_link_up_and_using_it_does() -> None:
    user = person()
    token = link_for(user)
    assert person_of_link(token=token, at=AT) == person_of_link(token=token, at=AT) == user
    assert consume_sign_in_link(token=token, at=later(minutes=1)) == user
    for attempt in (person_of_link, consume_sign_in_link):
        with pytest.raises(UnableToSignIn):
            attempt(token=token, at=later(minutes=2))
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "sign_in_link.created", "sign_in_link.used",
    ]  # fmt: skip


def test_a_made_up_link_signs_nobody_in() -> None:
    link_for(person())
    with pytest.raises(UnableToSignIn):
        consume_sign_in_link(token="x" * 43, at=AT)


def test_a_link_of_somebody_deactivated_shows_nothing() -> None:
    user = person()
    token = link_for(user)
    User.objects.update(is_active=False)
    with pytest.raises(UnableToSignIn):
        person_of_link(token=token, at=AT)
    with pytest.raises(UnableToFind):
        link_for(user)


@pytest.mark.parametrize("role", ["", "walidata"])
def test_only_administrators_make_links(role) -> None:
    by = actor(person("lain", role=role)) if role else PUBLIC
    with pytest.raises(UnableToAllow):
        create_sign_in_link(user_id=person().pk, by=by, at=AT)


def test_the_database_itself_refuses_a_use_after_the_end() -> None:
    link_for(person())
    with pytest.raises(IntegrityError), transaction.atomic():
        SignInLink.objects.update(used_at=later(hours=1))


def race(attempt, *, count: int = 8) -> list[str]:
    """Run `attempt` in `count` threads at the same time; returns how each ended."""
    start, outcomes = threading.Barrier(count), []

    def run() -> None:
        start.wait()
        try:
            attempt()
            outcomes.append("in")
        except UnableToSignIn:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(30)
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_of_many_uses_at_once_one_succeeds() -> None:
    token = link_for(person())
    assert race(lambda: consume_sign_in_link(token=token, at=AT)) == ["in", *["refused"] * 7]


@pytest.mark.django_db(transaction=True)
def test_without_the_condition_in_the_update_the_race_is_real() -> None:
    """The guard removed: look, then write. Everybody who looked before the first write gets in."""
    token, looked = link_for(person()), threading.Barrier(4)

    def naive() -> None:
        link = SignInLink.objects.get(used_at__isnull=True)
        looked.wait(10)
        link.used_at = AT
        link.save()

    assert token and race(naive, count=4) == ["in"] * 4


def session_of(user: User, key_data: str = "") -> UserSession:
    store = SessionStore()
    store["who"] = key_data
    store.create()
    return UserSession.objects.create(user=user, ip="127.0.0.1", session_key=store.session_key, user_agent="x")


def test_ending_a_session_removes_its_store_and_is_audited() -> None:
    user = person()
    session = session_of(user)
    sessions.end_session(session_id=session.pk, user_id=user.pk, by=actor(user), at=AT)
    assert not SessionStore().exists(session.session_key)
    assert AuditEntry.objects.get(action="session.revoked").subject_id == str(user.pk)


def test_nobody_ends_the_session_of_somebody_else() -> None:
    user, other = person(), person("lain", role="walidata")
    session = session_of(user)
    with pytest.raises(UnableToAllow):
        sessions.end_session(session_id=session.pk, user_id=user.pk, by=actor(other), at=AT)
    with pytest.raises(UnableToFind):  # nor by naming it as one's own
        sessions.end_session(session_id=session.pk, user_id=other.pk, by=actor(other), at=AT)
    assert SessionStore().exists(session.session_key)


def test_all_other_sessions_end_and_this_one_stays() -> None:
    user = person()
    keep, gone = session_of(user), [session_of(user), session_of(user)]
    ended = sessions.end_other_sessions(user_id=user.pk, keep_key=keep.session_key, by=actor(user), at=AT)
    assert ended == 2
    assert SessionStore().exists(keep.session_key)
    assert not any(SessionStore().exists(s.session_key) for s in gone)


@pytest.mark.parametrize(("typed", "shown"), [("SRI", "sri"), ("sri@x.id", "sri"), ("rahasia123", "(tidak dikenal)")])
def test_a_refusal_names_known_accounts_only(typed, shown) -> None:
    person("sri", email="sri@x.id")
    trail.record_refusal("session.refused", typed=typed, at=AT, about={"ip": "127.0.0.1"})
    entry = AuditEntry.objects.get()
    assert entry.after["account"] == shown
    assert entry.actor_kind == "public"
