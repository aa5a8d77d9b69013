"""What may be posted: positive whole rupiah between two accounts, each transfer under its own key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

AccountKind = Literal["asset", "liability", "revenue", "expense"]
KEY_LENGTH = 120
REVERSAL_KEY_LENGTH = 110  # of a reversing act: its transfers are called "<key>/<number>"
LARGEST_RUPIAH = 2**63 - 1


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be opened; `key` names it for ever, `code` is its place in the chart of accounts."""

    key: str
    kind: AccountKind
    title: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer to post: account ids, a positive amount, its own idempotency key."""

    debit: int
    credit: int
    amount_rupiah: int
    key: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One business act as it is posted: what it is, when it happened and was recorded, who did it and why."""

    group_key: str
    kind: str
    happened_at: datetime
    recorded_at: datetime
    actor_kind: str
    actor_id: str
    reason: str = ""


def fault_of_lines(lines: Sequence[Line]) -> str:
    """Why these lines cannot be posted, as a sentence; empty when they can."""
    if not lines:
        return "Tidak ada yang dibukukan: tindakan ini tanpa transfer."
    for line in lines:
        if sentence := fault_of_line(line):
            return sentence
    if len({line.key for line in lines}) != len(lines):
        return "Dua transfer dalam satu tindakan memakai kunci yang sama."
    return ""


def fault_of_line(line: Line) -> str:
    """Why one line cannot be posted; empty when it can."""
    if sentence := fault_of_amount(line.amount_rupiah):
        return sentence
    if line.debit == line.credit:
        return "Uang tidak dapat dipindahkan dari satu akun ke akun yang sama."
    return fault_of_key(line.key)


def fault_of_amount(amount_rupiah: object) -> str:
    """Why this is not an amount; a fraction, a truth value or a text is none."""
    if not isinstance(amount_rupiah, int) or isinstance(amount_rupiah, bool):
        return "Jumlah harus rupiah bulat."
    if not 0 < amount_rupiah <= LARGEST_RUPIAH:
        return "Jumlah harus lebih dari nol."
    return ""


def fault_of_key(key: str, *, longest: int = KEY_LENGTH) -> str:
    """Why this cannot be an idempotency key; empty when it can."""
    return "" if 0 < len(key) <= longest else f"Kunci harus 1 sampai {longest} huruf."


def own_sense(kind: str, debit_rupiah: int, credit_rupiah: int) -> int:
    """A balance as its account counts it: assets and expenses by debits, liabilities and revenue by credits."""
    return debit_rupiah - credit_rupiah if kind in ("asset", "expense") else credit_rupiah - debit_rupiah
