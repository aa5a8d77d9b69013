"""What lies on the disk and in logs is for its owner only."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

import pytest

from tidar import settings as module
from tidar.common.folders import PRIVATE, keep_private
from tidar.common.logs import WithoutTokens


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def no_umask():
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def fresh_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "TIDAR_HOME", tmp_path)
    monkeypatch.delenv("TIDAR_SECRET_KEY", raising=False)
    return tmp_path


def test_folders_of_data_are_for_their_owner(no_umask, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir(mode=0o755)
    keep_private(tmp_path)
    assert {mode(tmp_path / name) for name in PRIVATE} == {0o700}


def test_the_secret_is_made_once_and_for_its_owner(no_umask, fresh_home: Path) -> None:
    key = module._secret_key()
    assert len(key) == 64
    assert module._secret_key() == key
    assert [(path.name, mode(path)) for path in fresh_home.iterdir()] == [("secret", 0o600)]


def test_of_two_that_start_together_both_use_the_first_secret(fresh_home: Path, monkeypatch) -> None:
    (fresh_home / "secret").write_text("dari proses lain")
    monkeypatch.setattr(Path, "exists", lambda path: False)  # it came between the look and the writing
    assert module._secret_key() == "dari proses lain"


def test_a_log_does_not_sign_anybody_in() -> None:
    record = logging.LogRecord("django.security.csrf", 30, "x", 1, "Forbidden: %s", ("/masuk/sekali/r4h4514/",), None)
    assert WithoutTokens().filter(record)
    assert record.getMessage() == "Forbidden: /masuk/sekali/•••/"
    other = logging.LogRecord("x", 30, "x", 1, "%d baris", (3,), None)
    assert WithoutTokens().filter(other)
    assert other.getMessage() == "3 baris"


def test_every_log_goes_through_the_filter() -> None:
    assert all("without_tokens" in handler["filters"] for handler in module.LOGGING["handlers"].values())
