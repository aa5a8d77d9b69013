"""`tidar check documents` and SKRD that have their number but are not signed yet."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.retribusi.builders import city, issued_run, signed_run, stalls
from tidar.documents import api as documents

pytestmark = pytest.mark.django_db


def test_numbers_of_unsigned_skrd_are_held_and_no_others() -> None:
    city()
    stalls(3)
    issued_run()
    assert documents.check() == ()
    with transaction.atomic():
        lost = documents.take_numbers("SKRD", 2026, 1)
    (said,) = documents.check()
    assert documents.number_text("SKRD", 2026, lost) in said and "sampai" not in said


def test_signed_skrd_need_no_holder() -> None:
    city()
    stalls(2)
    signed_run()
    assert documents.check() == ()
