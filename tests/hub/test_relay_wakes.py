"""The relay wakes the consumers of the kinds that it numbered, and no others."""

from __future__ import annotations

import threading

import pytest

from tests.people.builders import AT
from tidar.hub.actions.consuming import Registration
from tidar.hub.actions.spine import record_event
from tidar.hub.management.loops import Follower, Relay
from tidar.hub.rules.spine import SourceRef

pytestmark = pytest.mark.django_db


def follower(name: str, *kinds: str) -> Follower:
    return Follower(Registration(name, kinds, lambda event: None), threading.Event())


def test_only_who_waits_for_a_kind_or_for_all_is_woken() -> None:
    loops = [follower("uji-a", "patrol.found"), follower("uji-b", "levy.paid"), follower("uji-c")]
    record_event(kind="patrol.found", happened_at=AT, at=AT, source=SourceRef("action", "uji"))
    Relay(loops).step()
    assert [loop._woken.is_set() for loop in loops] == [True, False, True]
