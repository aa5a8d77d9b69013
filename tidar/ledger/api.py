"""The front door of `ledger`: open accounts, post acts, reverse them, read balances and statements, close days.

Everything that moves money joins the caller's transaction. Errors carry a sentence; after `UnableToAgree` for a
transfer's key and after `UnableToPost` from the database the caller's transaction is lost, as it should be.
"""

from __future__ import annotations

from tidar.ledger.actions.accounts import UnableToOpen, open_account, open_accounts
from tidar.ledger.actions.closing import UnableToClose, checkpoint, close_day
from tidar.ledger.actions.nightly import CHECKED, Checked, close_and_check
from tidar.ledger.actions.posting import UnableToPost, post
from tidar.ledger.actions.reversing import UnableToReverse, reverse_group, reverse_transfer
from tidar.ledger.actions.staging import post_staged, stage
from tidar.ledger.queries.balances import account_ids, account_keys, balance, balances
from tidar.ledger.queries.checking import check
from tidar.ledger.queries.groups import find_group, find_transfers
from tidar.ledger.queries.journal import journal_days
from tidar.ledger.queries.statements import statement
from tidar.ledger.rules.posting import AccountKind, Line, NewAccount
from tidar.ledger.rules.views import EntryView, GroupView, JournalDayView, TransferView

__all__ = [
    "CHECKED",
    "AccountKind",
    "Checked",
    "EntryView",
    "GroupView",
    "JournalDayView",
    "Line",
    "NewAccount",
    "TransferView",
    "UnableToClose",
    "UnableToOpen",
    "UnableToPost",
    "UnableToReverse",
    "account_ids",
    "account_keys",
    "balance",
    "balances",
    "check",
    "checkpoint",
    "close_and_check",
    "close_day",
    "find_group",
    "find_transfers",
    "journal_days",
    "open_account",
    "open_accounts",
    "post",
    "post_staged",
    "reverse_group",
    "reverse_transfer",
    "stage",
    "statement",
]
