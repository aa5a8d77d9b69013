"""Looking at and pressing the patrol's screens: what journeys of them share."""

from __future__ import annotations

import base64
from typing import Any

from playwright.sync_api import expect

from tests.journeys.patrol import Patroller

# A picture with a sharp pattern, the same each time.
PICTURE = """async () => {
    const canvas = new OffscreenCanvas(1600, 1200), pen = canvas.getContext("2d");
    for (let x = 0; x < 1600; x += 20) for (let y = 0; y < 1200; y += 20) {
        pen.fillStyle = (x + y) / 20 % 2 ? "#fff" : "#000"; pen.fillRect(x, y, 20, 20);
    }
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""


def go(phone: Patroller, hash_: str) -> None:
    """An address within the app that is open."""
    phone.page.evaluate("hash => { location.hash = hash }", hash_)
    phone.page.wait_for_timeout(250)


def press(phone: Patroller, name: str, role: Any = "button") -> None:
    """Press what has this name."""
    phone.page.get_by_role(role, name=name, exact=True).click()


def picture(phone: Patroller) -> dict[str, Any]:
    """A picture as a camera makes it."""
    data = base64.b64decode(phone.page.evaluate(PICTURE))
    return {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": data}


def findings(phone: Patroller) -> list[dict[str, Any]]:
    """Every version of a finding on the phone."""
    return [row for row in phone.versions() if row["kind"] == "finding"]


def saved(phone: Patroller) -> None:
    """Save, and wait until the phone says that it has."""
    press(phone, "Simpan")
    expect(phone.page.get_by_role("heading", name="Tersimpan", exact=True)).to_be_visible()
