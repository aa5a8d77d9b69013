"""The demo's market days leave one market of today to whoever tries them."""

from __future__ import annotations

import pytest

from tidar.cli import city, market
from tidar.retribusi import api as retribusi


@pytest.mark.django_db
def test_one_market_is_left_open_today_and_only_today(home) -> None:
    city.load_foundation()
    codes = set(retribusi.market_codes())
    assert codes - set(market.scopes(is_today=True)) == {market.LEFT_OPEN}
    assert market.scopes(is_today=False) == (None,)
