"""Submissions of the patrol over HTTP: a finding signed by a phone, without and with a photograph of 200 kB.

    .venv/bin/python -m bench.patrol_submissions [--quick]

Four clients, each a process with a phone of its own and one open connection, send to a served city with all its
processes; every submission is answered after it is committed with its event and its link of evidence, every photograph
after it is on the disk without its EXIF. One submission in each POST, as ODK Collect sends them, and twenty, as the app
does when it comes back to where there is signal. Then a part is sent again: nothing may be there twice.

The limit beside it is no product: one bare ASGI function under the same server, which checks the same signature,
inserts one row and writes the same file. ODK Central on such a machine: 120 and 68 submissions a second (issue 4).
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import multiprocessing
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

QUICK = "--quick" in sys.argv
CLIENTS, BATCH = 4, 20
COUNT, RUNS = (60, 1) if QUICK else (240, 3)  # submissions of each client
PHOTO_BYTES = 200_000
WANTED = {"alone": 150, "photo": 80}
TABLE = """
CREATE TABLE IF NOT EXISTS limit_submission (id uuid PRIMARY KEY, hash text NOT NULL, body bytea NOT NULL,
    signature bytea NOT NULL, at timestamptz NOT NULL DEFAULT now())
"""


@dataclass
class Client:
    """What one process sends: prepared before, so that only sending is measured."""

    url: str
    headers: dict[str, str]
    posts: list[bytes] = field(default_factory=list)
    photos: list[tuple[str, int]] = field(default_factory=list)  # SHA-256 and the number that makes it one of its kind
    picture: bytes = b""


# --- photographs ----------------------------------------------------------------------------------------------------


def photo_bytes(picture: bytes, number: int) -> bytes:
    """The picture with another sixteen bytes for each number."""
    whole = bytearray(picture)
    whole[-40:-24] = uuid.uuid5(uuid.NAMESPACE_OID, str(number)).bytes.replace(b"\xff", b"\xfe")
    return bytes(whole)


def picture() -> bytes:
    """A JPEG of 200 kB with an EXIF block, its coded part as noisy as a photograph's."""
    from tests.formulir.test_photos import jpeg

    data = jpeg(size=PHOTO_BYTES)
    noise = random.Random(4).randbytes(PHOTO_BYTES).replace(b"\xff", b"\xff\x00")
    return data[: -PHOTO_BYTES - 2] + noise[: PHOTO_BYTES - 64] + bytes(64) + b"\xff\xd9"


# --- the city -------------------------------------------------------------------------------------------------------


def patrol() -> Any:
    """A post in the served city's own database; returns what the test builders made."""
    from tests.rojak.items.builders import post

    return post()


def clients(url: str, made: Any, *, run: int, batch: int, photo: bool) -> list[Client]:
    """Everything that the four will send in one run, signed."""
    from tests.rojak.builders import CENTRE
    from tests.rojak.items.builders import Phone, moment, person
    from tidar.common import clock
    from tidar.common.signed_records import text_of

    found = []
    for index in range(CLIENTS):
        phone = Phone(person(), made.code).register(at=clock.now())
        one = Client(url, _headers(phone.user), picture=picture() if photo else b"")
        items = []
        for number in range(COUNT):
            serial = (run * CLIENTS + index) * COUNT + number
            photos = [hashlib.sha256(photo_bytes(one.picture, serial)).hexdigest()] if photo else []
            spot = {"lon_e6": round(CENTRE[0] * 1e6), "lat_e6": round(CENTRE[1] * 1e6), "accuracy_m": 7}
            data = {"photos": photos, "position": spot, "note": f"temuan {number}"}
            item = phone.item("finding", data, at=moment(clock.now()))
            items.append({"body": text_of(item.body), "signature": text_of(item.signature or b"")})
            one.photos += [(sha256, serial) for sha256 in photos]
        for first in range(0, COUNT, batch):
            body = {"device": str(phone.id), "items": items[first : first + batch]}
            one.posts.append(json.dumps(body).encode())
        found.append(one)
    return found


def _headers(user: Any) -> dict[str, str]:
    """A signed-in browser's."""
    from tests.people.builders import client_of

    session, token = client_of(user).cookies["sessionid"].value, "b" * 32
    cookies = f"sessionid={session}; csrftoken={token}"
    return {"Cookie": cookies, "X-CSRFToken": token, "Content-Type": "application/json"}


# --- sending --------------------------------------------------------------------------------------------------------


def send(client: Client, begin_at: float) -> tuple[float, int]:
    """One process: every POST and then its photograph, one after the other; seconds and how many were accepted."""
    parts = urlsplit(client.url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=120)
    line.connect()
    photos = iter(client.photos)
    time.sleep(max(0.0, begin_at - time.time()))
    began, accepted = time.perf_counter(), 0
    for body in client.posts:
        answer = _asked(line, "POST", "/api/rojak/kirim", body, client.headers)
        accepted += sum(one["state"] == "diterima" for one in answer["results"])
        if client.photos:
            sha256, number = next(photos)
            data = photo_bytes(client.picture, number)
            said = {"Content-Type": "image/jpeg", "Content-Range": f"bytes 0-{len(data) - 1}/{len(data)}"}
            kept = _asked(line, "PUT", f"/api/rojak/foto/{sha256}", data, client.headers | said)
            if kept["state"] != "diterima":
                raise SystemExit(f"a photograph was not kept: {kept}")
    return time.perf_counter() - began, accepted


def _asked(
    line: http.client.HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str]
) -> dict[str, Any]:
    line.request(method, path, body, headers)
    answer = line.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{method} {path}: {answer.status} {content[:300]!r}")
    found: dict[str, Any] = json.loads(content)
    return found


def rate(given: list[Client]) -> float:
    """Submissions a second of the four together, from the first byte to the last answer."""
    with multiprocessing.get_context("spawn").Pool(len(given)) as pool:
        pool.map(abs, range(len(given)))
        done = pool.starmap(send, [(one, time.time() + 1.0) for one in given], chunksize=1)
    accepted = sum(count for _seconds, count in done)
    if accepted != COUNT * len(given):
        raise SystemExit(f"{accepted} of {COUNT * len(given)} accepted")
    return accepted / max(seconds for seconds, _count in done)


# --- the limit ------------------------------------------------------------------------------------------------------

Message = dict[str, Any]


class Limit:
    """The same signature, one row, one file; no session, no permission, no event, no chain, no picture looked at."""

    def __init__(self) -> None:
        import psycopg

        self.folder = Path(os.environ["LIMIT_FOLDER"])
        self.database = psycopg.connect(os.environ["LIMIT_DATABASE"], autocommit=True)
        self.database.execute(TABLE)
        self.key = base64.b64decode(os.environ["LIMIT_KEY"])

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        answer = self.kept(body, scope["path"]) if scope["method"] == "PUT" else self.taken(body)
        content = json.dumps(answer).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def taken(self, body: bytes) -> Message:
        """Each item checked, one row for each, one commit."""
        from tidar.common.signed_records import bytes_from, content_hash, is_signed

        results = []
        with self.database.transaction():
            for one in json.loads(body)["items"]:
                item, signature = bytes_from(one["body"]), bytes_from(one["signature"])
                is_signed(item, signature=signature, public_key=self.key)
                row = (json.loads(item)["id"], content_hash(item), item, signature)
                self.database.execute(
                    "INSERT INTO limit_submission VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING", row
                )
                results.append({"state": "diterima"})
        return {"results": results}

    def kept(self, body: bytes, path: str) -> Message:
        """The file, on the disk."""
        with (self.folder / path.rsplit("/", 1)[-1]).open("wb") as out:
            out.write(body)
            out.flush()
            os.fsync(out.fileno())
        return {"state": "diterima"}


def limit() -> Limit:
    """For `uvicorn --factory`."""
    return Limit()


def serve_limit(city: Any, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """The bare function under the same server, with the same database."""
    from tests.city import free_port
    from tidar.hub.views.live import parameters

    values = {
        name: value for name, value in parameters().items() if name in ("host", "port", "dbname", "user") and value
    }
    text = " ".join(f"{name}='{value}'" for name, value in values.items())
    key = base64.b64encode(bytes(32)).decode()
    environment = city.environment | {"LIMIT_DATABASE": text, "LIMIT_FOLDER": str(folder), "LIMIT_KEY": key}
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", "bench.patrol_submissions:limit", "--factory", "--port", str(port),
        "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment)
    for _try in range(200):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
        except OSError:
            time.sleep(0.1)
        else:
            return process, f"http://127.0.0.1:{port}"
    raise SystemExit("the limit does not start")


# --- the whole ------------------------------------------------------------------------------------------------------


def replayed(given: list[Client]) -> bool:
    """Everything again: the same answers, and nothing is there twice."""
    from tidar.rojak.models import Evidence, Finding, PatrolItem

    before = [model.objects.count() for model in (PatrolItem, Finding, Evidence)]
    rate(given)
    return before == [model.objects.count() for model in (PatrolItem, Finding, Evidence)]


def measure(city: Any, made: Any, limit_url: str) -> dict[str, list[float]]:
    """Each way by turns, so that a slow minute of the machine is everybody's."""
    found: dict[str, list[float]] = {}
    for run in range(RUNS):
        for name, batch, photo in (("alone", 1, False), ("twenty", BATCH, False), ("photo", 1, True)):
            ours = clients(city.url, made, run=run, batch=batch, photo=photo)
            theirs = [Client(limit_url, {}, one.posts, one.photos, one.picture) for one in ours]
            found.setdefault(f"ours {name}", []).append(rate(ours))
            found.setdefault(f"limit {name}", []).append(rate(theirs))
            if run == 0 and not photo and not replayed(ours):
                raise SystemExit("something is there twice")
    return found


def main() -> int:
    """Print one table."""
    from tests.city import new_city

    city = new_city("bench_patrol", word="serve").start(patience_seconds=400)
    folder = Path(tempfile.mkdtemp(prefix="tdl-", dir=city.home))
    os.environ.update(city.environment | {"DJANGO_SETTINGS_MODULE": "tidar.settings"})
    import django

    django.setup()
    process: subprocess.Popen[bytes] | None = None
    try:
        made = patrol()
        process, limit_url = serve_limit(city, folder)
        found = {name: statistics.median(rates) for name, rates in measure(city, made, limit_url).items()}
        from tidar.common import clock
        from tidar.rojak.queries.evidence import check_evidence

        faults = check_evidence(at=clock.now())
    finally:
        if process is not None:
            process.kill()
        city.stop()
        shutil.rmtree(city.home, ignore_errors=True)
    print(f"\n{CLIENTS} clients, {COUNT} submissions each, median of {RUNS}; submissions a second")
    print(f"{'':<44}{'ours':>8}{'limit':>8}")
    for name, words in (
        ("alone", "one in each POST"), ("twenty", f"{BATCH} in each POST"), ("photo", "one, then its photo of 200 kB"),
    ):  # fmt: skip
        print(f"{words:<44}{found[f'ours {name}']:>8.0f}{found[f'limit {name}']:>8.0f}")
    print(f"sent again: nothing twice; tidar check evidence: {faults or 'holds'}")
    return 0 if not faults and all(found[f"ours {name}"] >= least for name, least in WANTED.items()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
