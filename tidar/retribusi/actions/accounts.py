"""The ledger accounts that levies use, opened the first time that they are needed.

An account's key, kind and id never change, so opening one twice gives the same id, whoever comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tidar.common.errors import UnableTo
from tidar.ledger import api as ledger
from tidar.ledger.api import NewAccount
from tidar.retribusi.models import LevyKind
from tidar.retribusi.rules import accounts as names

TITLE_LENGTH = 200


class UnableToOpen(UnableTo):
    """There is no such kind of account."""


@dataclass(frozen=True, slots=True)
class OccupancyAccounts:
    """What one occupancy's accounts are opened from; `market` None for a levy without markets."""

    levy_kind: str
    npwrd: str
    market: str | None
    account_code: str


def occupancy_accounts(
    *, levy_kind: str, npwrd: str, market: str | None, account_code: str, at: datetime
) -> tuple[int, int, int]:
    """Ids of (receivable, revenue, advance) of one occupancy. Idempotent; raises what `ledger.open_account` raises."""
    wanted = OccupancyAccounts(levy_kind, npwrd, market, account_code)
    return many_occupancy_accounts([wanted], at=at)[0]


def many_occupancy_accounts(wanted: Sequence[OccupancyAccounts], *, at: datetime) -> list[tuple[int, int, int]]:
    """The same for many occupancies at once (an import), in their order, in a constant number of statements."""
    rows = {account.key: account for one in wanted for account in _three(one)}
    ids = ledger.open_accounts(list(rows.values()), at=at)
    return [(ids[a.key], ids[b.key], ids[c.key]) for a, b, c in map(_three, wanted)]


def _three(one: OccupancyAccounts) -> tuple[NewAccount, NewAccount, NewAccount]:
    """Named by the NPWRD: the journal keeps its accounts for ever, so nobody's name stands in it."""
    who = f"{one.levy_kind} {one.npwrd}"
    return (
        _account(names.receivable_key(one.levy_kind, one.npwrd), "asset", f"Piutang {who}"),
        _revenue(one.levy_kind, one.market, one.account_code),
        _account(names.advance_key(one.levy_kind, one.npwrd), "liability", f"Uang muka {who}"),
    )


def _revenue(levy_kind: str, market: str | None, account_code: str) -> NewAccount:
    title = f"Pendapatan-LO {levy_kind} {market or ''}"
    return _account(names.revenue_key(levy_kind, market), "revenue", title, code=account_code)


def open_revenue(*, levy_kind: str, market: str | None, at: datetime) -> int:
    """The id of the revenue account of a levy at a market, opened on first use. Raises `UnableToOpen`."""
    kind = LevyKind.objects.filter(pk=levy_kind).first()
    if kind is None:
        raise UnableToOpen(_("Jenis retribusi %s tidak dikenal.") % levy_kind)
    row = _revenue(levy_kind, market, kind.account_code)
    return ledger.open_account(key=row.key, kind=row.kind, code=row.code, title=row.title, at=at)


def _account(key: str, kind: names.AccountKind, title: str, *, code: str = "") -> NewAccount:
    return NewAccount(key=key, kind=kind, code=code, title=title.strip()[:TITLE_LENGTH])


def open_by_key(key: str, *, at: datetime) -> int:
    """The id of a cash, suspense, refund or RKUD account by its key (`rules.accounts`), opened on first use.

    Raises `UnableToOpen` when the key is of none of these.
    """
    described = names.described(key)
    if described is None:
        raise UnableToOpen(_("Rekening %s tidak dikenal.") % key)
    return ledger.open_account(key=key, kind=described[0], title=described[1][:TITLE_LENGTH], at=at)
