"""Cash from the collector's bag to the treasury: declared, counted, deposited; each act once, by the person it is."""

from tidar.retribusi.actions.custody.deposits import UnableToDeposit, deposit
from tidar.retribusi.actions.custody.explaining import explain_surplus
from tidar.retribusi.actions.custody.handovers import (
    UnableToHandOver,
    confirm_handover,
    declare_handover,
    withdraw_handover,
)

__all__ = [
    "UnableToDeposit",
    "UnableToHandOver",
    "confirm_handover",
    "declare_handover",
    "deposit",
    "explain_surplus",
    "withdraw_handover",
]
