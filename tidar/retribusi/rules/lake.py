"""How a row of the lake says which single record of e-Retribusi it is: `_delivery` the kind, `_row` the record. Pure.

A payment is known by the number of its event on the spine, an SKRD and an STS by year and number (2026 and 123 are
202600000123), a place by its number in the register.
"""

from __future__ import annotations

PAYMENTS, ASSESSMENTS, DEPOSITS, OCCUPANCY = "levy_payments", "levy_assessments", "levy_deposits", "levy_occupancy"
DELIVERIES = {
    PAYMENTS: "retribusi:payments",
    ASSESSMENTS: "retribusi:assessments",
    DEPOSITS: "retribusi:deposits",
    OCCUPANCY: "retribusi:occupancy",
}
NUMBERS_A_YEAR = 100_000_000


def year_and_number(row: int) -> tuple[int, int]:
    """Year and number of the SKRD or STS that `_row` names."""
    return divmod(row, NUMBERS_A_YEAR)
