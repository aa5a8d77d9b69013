"""Issuing: checked, signed, once, for ever."""

from __future__ import annotations

import pytest

from tests.documents.builders import issued

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["skrd", "karcis", "ssrd", "tbp", "sts"])
def test_a_document_of_each_kind_is_issued(kind: str) -> None:
    view = issued(kind)
    assert view.number == f"{kind.upper()}/2026/0000001" and len(view.token) == 26 and view.cancelled_at is None
