"""The door counts what comes in, announced or not, and never lets the application store more than the limit."""

from __future__ import annotations

import httpx
import pytest

from tidar.common import bodies
from tidar.common.bodies import BodyLimit


async def application(scope, receive, send) -> None:
    """Takes the whole body, as Django does, and says how much came."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


async def post(content) -> httpx.Response:
    limited = BodyLimit(application, limit_bytes=1_000)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(limited), base_url="http://kota") as client:
        return await client.post("/", content=content)


@pytest.fixture(autouse=True)
def _no_framing(monkeypatch) -> None:
    monkeypatch.setattr(bodies, "FRAMING_BYTES", 0)


async def stream(pieces: int):
    for _ in range(pieces):
        yield b"x" * 100


async def test_what_fits_passes():
    assert (await post(b"x" * 1_000)).text == "1000"
    assert (await post(stream(10))).text == "1000"


async def test_an_announced_flood_is_refused_before_a_byte_is_taken():
    answer = await post(b"x" * 1_001)
    assert answer.status_code == 413
    assert "lebih besar" in answer.json()["error"]["message"]


async def test_an_unannounced_flood_is_refused_where_it_passes_the_limit():
    assert (await post(stream(11))).status_code == 413
