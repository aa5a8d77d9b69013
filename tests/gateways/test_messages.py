"""Messages go to the configured provider, or stay in an outbox that only its owner may read."""

from __future__ import annotations

import pytest

from tidar.common import clock
from tidar.gateways.messages.sending import UnableToSend, outbox, send


def test_without_a_provider_messages_stay_here_newest_first(home) -> None:
    for text in ("satu", "dua"):
        send(to="+6281200000001", text=text, at=clock.now())
    assert [m.text for m in outbox()] == ["dua", "satu"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in (home / "outbox").glob("*.json"))


def test_a_provider_that_is_away_is_said(home, settings, caplog) -> None:
    settings.TIDAR_MESSAGES_URL = "http://127.0.0.1:9/kirim"
    with pytest.raises(UnableToSend) as told:
        send(to="+6281200000001", text="kode 123456", at=clock.now())
    assert told.value.status == 503
    assert "123456" not in caplog.text + str(told.value)
