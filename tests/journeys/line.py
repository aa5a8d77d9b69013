"""The line between a phone and the city: it can be cut, flap, and bring a newer version of the app; it counts bytes."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import threading
import time
from dataclasses import dataclass, field

NEWER = re.compile(rb'(const VERSION = ")..')
ZIPPED = re.compile(rb"Accept-Encoding: [^\r]+", re.I)


@dataclass
class Line:
    """Forwards a port to the city's. `url` is what the phone knows the city by."""

    city_port: int
    received: int = 0  # bytes that came from the city
    newer: bool = False  # the worker that is served next differs from the one before
    up: bool = True
    open: list[socket.socket] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Line:
        self.listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self.listening.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def cut(self) -> None:
        """No signal: what is under way breaks off, and nothing new comes through."""
        self.up = False
        with self.lock:
            going, self.open = self.open, []
        for end in going:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def heal(self) -> None:
        """Signal again."""
        self.up = True

    def flap(self, times: int, dice: random.Random) -> None:
        """Short moments of signal, each ended in the middle of whatever was going on."""
        for _ in range(times):
            self.heal()
            time.sleep(dice.uniform(0.05, 0.5))
            self.cut()
            time.sleep(dice.uniform(0.05, 0.2))
        self.heal()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                phone, _ = self.listening.accept()
                threading.Thread(target=self._join, args=(phone,), daemon=True).start()

    def _join(self, phone: socket.socket) -> None:
        try:
            city = socket.create_connection(("127.0.0.1", self.city_port)) if self.up else None
        except OSError:
            city = None
        if city is None:
            phone.close()
            return
        with self.lock:
            self.open += [phone, city]
        threading.Thread(target=self._pump, args=(phone, city, False), daemon=True).start()
        self._pump(city, phone, True)

    def _changed(self, part: bytes, is_answer: bool) -> bytes:
        """The worker's text with another version; asked for plainly, so that it can be read on the way."""
        return NEWER.sub(rb"\1zz", part) if is_answer else ZIPPED.sub(b"Accept-Encoding: identity", part)

    def _pump(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(65_536):
                self.received += len(part) if counted else 0
                target.sendall(self._changed(part, counted) if self.newer else part)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.close()
