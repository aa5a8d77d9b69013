"""Names of the ledger accounts that levies use, and what each is (`domain.md` 6.5: accrual, gross in, gross out)."""

from __future__ import annotations

RKUD = "rkud"


def receivable_key(levy_kind: str, npwrd: str) -> str:
    """Piutang: what one payer owes of one levy (asset)."""
    return f"piutang:{levy_kind}:{npwrd}"


def revenue_key(levy_kind: str, market: str | None) -> str:
    """Pendapatan-LO of one levy at one market (revenue)."""
    return f"pendapatan:{levy_kind}:{market or '-'}"


def advance_key(npwrd: str) -> str:
    """Uang muka: what one payer paid before it was due (liability)."""
    return f"uang-muka:{npwrd}"


def suspense_key(agency: str) -> str:
    """Titipan: money whose payer or purpose is not settled yet; every rupiah here has an open case (liability)."""
    return f"titipan:{agency}"


def collector_cash_key(user_id: str) -> str:
    """Cash in the bag of one collector (asset)."""
    return f"kas:juru-pungut:{user_id}"


def treasurer_cash_key(agency: str) -> str:
    """Cash with the treasurer of receipts (asset)."""
    return f"kas:bendahara:{agency}"


def channel_cash_key(gateway: str) -> str:
    """Money that a gateway took for us and has not brought to the RKUD yet (asset)."""
    return f"kas:kanal:{gateway}"
