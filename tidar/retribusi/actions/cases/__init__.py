"""Cases: what money alone cannot settle. Opened once for each occasion, settled once, by a person, with a reason.

What a case holds (`held_rupiah`) stands in titipan; whoever opens a case with held money posts it there in the same
transaction. Settling moves exactly that, in one ledger group: to the payer's bills, or to what the city owes back.
Locks: occupancy, then case (decision 0005).
"""

from tidar.retribusi.actions.cases.opening import NewCase, open_case, tell_settled
from tidar.retribusi.actions.cases.settling import Settled, UnableToSettle, must_decide, settle_case

__all__ = ["NewCase", "Settled", "UnableToSettle", "must_decide", "open_case", "settle_case", "tell_settled"]
