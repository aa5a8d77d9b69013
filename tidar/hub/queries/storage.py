"""Where a delivery's bytes and checked rows are on disk."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from tidar.common.errors import UnableToFind
from tidar.hub.models import Delivery


def raw_directory() -> Path:
    """Where raw bytes are kept, content-addressed."""
    return Path(settings.TIDAR_HOME) / "raw"


def checked_path(delivery: Delivery) -> Path:
    """Where the checked rows of a delivery wait as Parquet until they are published."""
    return Path(settings.TIDAR_HOME) / "work" / f"{delivery.pk}.parquet"


def raw_path(delivery: Delivery) -> Path:
    """The raw bytes of a delivery. Raises `UnableToFind` when retention has removed them."""
    path = raw_directory() / delivery.raw_path
    if delivery.raw_deleted_at is not None or not path.exists():
        raise UnableToFind(
            _("Berkas asli sudah dihapus karena masa simpannya berakhir; catatan dan hitungannya tetap ada.")
        )
    return path
