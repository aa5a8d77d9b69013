"""A camera that sees one sticker and nothing else."""

from __future__ import annotations

from pathlib import Path

import segno


def film(code: str, folder: Path) -> Path:
    """One grey frame of a QR as Y4M, which Chromium plays to whoever asks for the camera."""
    still = segno.make(code, error="m", micro=False)
    side = still.symbol_size(scale=8, border=8)[0]
    wide = -(-side // 16) * 16
    rows = [[255 if module else 0 for module in row] for row in still.matrix_iter(scale=8, border=8)]
    lines = [bytes(235 if not dark else 16 for dark in row).ljust(wide, b"\xeb") for row in rows]
    luma = b"".join(lines + [b"\xeb" * wide] * (wide - side))
    frame = b"FRAME\n" + luma + b"\x80" * (wide * wide // 2)
    path = folder / "stiker.y4m"
    path.write_bytes(f"YUV4MPEG2 W{wide} H{wide} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 5)
    return path


def seeing(code: str, folder: Path) -> tuple[str, ...]:
    """Arguments of a browser whose camera sees this code."""
    return (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film(code, folder)}",
    )
