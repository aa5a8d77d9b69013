"""Cashless bills as plain values: names that a bank sees, who pays what, when to ask again. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Next = Literal["wait", "ask", "offer", "withdraw", "nothing"]
ASK_AGAIN = timedelta(seconds=60)  # banks want no status question sooner
STILL_MAKING = timedelta(seconds=45)  # an offer whose process died is taken up again after this
TERMINAL_LENGTH = 25
NAME_LENGTH = 48


@dataclass(frozen=True, slots=True)
class Portion:
    """How much of one payment goes to which occupancy."""

    occupancy_id: int
    amount_rupiah: int


def customer_number(payer_id: int) -> str:
    """Twelve digits of one trader's virtual account: the trader's number in the register, zeros before it."""
    return f"{payer_id:012d}"


def payment_name(gateway: str, reference: str, rrn: str) -> str:
    """One name for one payment at a bank, at most 48 characters: the retrieval number always whole.

    A long reference is replaced by the beginning of its SHA-256, so that two payments never share a name.
    """
    name = f"{gateway}:{reference}:{rrn}"
    if len(name) <= NAME_LENGTH:
        return name
    short = hashlib.sha256(f"{gateway}:{reference}".encode()).hexdigest()[:16]
    fits = len(rrn) < NAME_LENGTH - len(short)
    return f"{short}:{rrn}" if fits else hashlib.sha256(name.encode()).hexdigest()[:NAME_LENGTH]


def terminal(market: str, number: str) -> str:
    """What a bank calls a stall: capital letters, digits and hyphens, at most 25, its own number whole."""
    tail = re.sub(r"[^A-Z0-9]+", "-", _ascii(number)).strip("-")
    head = re.sub(r"[^A-Z0-9]+", "-", _ascii(market)).strip("-")
    room = TERMINAL_LENGTH - len(tail) - 1
    return f"{head[:room].strip('-')}-{tail}" if head and room > 2 else tail[:TERMINAL_LENGTH]


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()


def split(amount_rupiah: int, owed: Sequence[tuple[int, int]]) -> tuple[Portion, ...]:
    """One trader's payment over several stalls: `owed` is (occupancy, rupiah) per bill, oldest first.

    What is left over stays with the first stall named. The portions add up to the amount, always.
    """
    shares: dict[int, int] = {}
    left = amount_rupiah
    for occupancy_id, rupiah in owed:
        take = min(left, rupiah)
        if take > 0:
            shares[occupancy_id] = shares.get(occupancy_id, 0) + take
            left -= take
    if left and owed:
        shares[owed[0][0]] = shares.get(owed[0][0], 0) + left
    return tuple(Portion(occupancy_id, rupiah) for occupancy_id, rupiah in shares.items())


def next_step(state: str, *, asked_at: datetime | None, state_at: datetime, expired: bool, at: datetime) -> Next:
    """What to do about an offer now.

    An offer that is being made is offered again under the same reference (the bank knows it or does not: either way it
    is one offer); an unclear one is only asked about; one that ran out is asked about once more, for a notice that was
    lost; a closing one is withdrawn until the bank says that it is over.
    """
    rested = asked_at is None or at - asked_at >= ASK_AGAIN
    if state == "dibuat":
        return "offer" if at - state_at >= STILL_MAKING else "wait"
    if state == "tidak-pasti" or (state == "aktif" and expired):
        return "ask" if rested else "wait"
    if state == "menutup":
        return "withdraw" if rested else "wait"
    return "nothing"
