"""Where a delivery's bytes and checked rows are on disk, and what is kept closed there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from tidar.common import sealing
from tidar.common.errors import UnableToFind
from tidar.hub.models import Delivery

SEALED_ENDING = ".sealed"
RAW_PURPOSE = "hub raw"
CELL_PURPOSE = "hub cell"


def raw_directory() -> Path:
    """Where raw bytes are kept, content-addressed."""
    return Path(settings.TIDAR_HOME) / "raw"


def checked_path(delivery: Delivery) -> Path:
    """Where the checked rows of a delivery wait as Parquet until they are published."""
    return Path(settings.TIDAR_HOME) / "work" / f"{delivery.pk}.parquet"


def raw_path(delivery: Delivery) -> Path:
    """The raw bytes of a delivery, as they are on disk (closed where `is_sealed`).

    Raises `UnableToFind` when retention has removed them.
    """
    path = raw_directory() / delivery.raw_path
    if delivery.raw_deleted_at is not None or not path.exists():
        raise UnableToFind(
            _("Berkas asli sudah dihapus karena masa simpannya berakhir; catatan dan hitungannya tetap ada.")
        )
    return path


def is_sealed(delivery: Delivery) -> bool:
    """Whether the raw bytes are kept closed, because the contract had an encrypted column when they came."""
    return delivery.raw_path.endswith(SEALED_ENDING)


def raw_chunks(delivery: Delivery) -> Iterator[bytes]:
    """The bytes as they came, opened where they are kept closed."""
    with raw_path(delivery).open("rb") as file:
        if is_sealed(delivery):
            yield from sealing.opened_chunks(file, purpose=RAW_PURPOSE)
        else:
            while chunk := file.read(sealing.CHUNK_BYTES):
                yield chunk


@contextmanager
def opened_raw(delivery: Delivery) -> Iterator[Path]:
    """A path at which the bytes can be read as they came, for as long as the block runs.

    What is kept closed is opened into memory, never onto the disk of `TIDAR_HOME`.
    """
    if not is_sealed(delivery):
        yield raw_path(delivery)
        return
    if not hasattr(os, "memfd_create"):  # not on Linux: a private file of the system, gone after the block
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "berkas"
            with path.open("xb") as file:
                _fill(file, delivery)
            yield path
        return
    with os.fdopen(os.memfd_create("tidar", os.MFD_CLOEXEC), "w+b") as file:
        _fill(file, delivery)
        yield Path(f"/proc/self/fd/{file.fileno()}")


def _fill(file: BinaryIO, delivery: Delivery) -> None:
    for chunk in raw_chunks(delivery):
        file.write(chunk)
    file.flush()


def close_cell(text: str) -> str:
    """A cell of an encrypted column as it is kept in the lake and in the quarantine."""
    return sealing.sealed_text(text, purpose=CELL_PURPOSE)


def open_cell(text: str) -> str:
    """What `close_cell` closed, for the consumer that may; any other text as it is."""
    return sealing.opened_text(text, purpose=CELL_PURPOSE) if sealing.is_sealed_text(text) else text
