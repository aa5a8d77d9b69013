"""Recording payments, taking them back, and using up advances."""

from tidar.retribusi.actions.paying.advances import use_advances
from tidar.retribusi.actions.paying.posting import (
    Allocated,
    NewPayment,
    Receipt,
    UnableToPay,
    post_payment,
    record_payment,
)
from tidar.retribusi.actions.paying.receipts import issue_receipt
from tidar.retribusi.actions.paying.reversing import Reversal, UnableToReversePayment, reverse_payment

__all__ = [
    "Allocated", "NewPayment", "Receipt", "Reversal", "UnableToPay", "UnableToReversePayment", "issue_receipt",
    "post_payment",
    "record_payment", "reverse_payment", "use_advances",
]  # fmt: skip
