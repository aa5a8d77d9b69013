"""Names of the ledger accounts that levies use, and what each is (`domain.md` 6.5: accrual, gross in, gross out)."""

from __future__ import annotations

from typing import Literal

AccountKind = Literal["asset", "liability", "revenue", "expense"]

RKUD = "rkud"


def receivable_key(levy_kind: str, npwrd: str) -> str:
    """Piutang: what one payer owes of one levy (asset)."""
    return f"piutang:{levy_kind}:{npwrd}"


def revenue_key(levy_kind: str, market: str | None) -> str:
    """Pendapatan-LO of one levy at one market (revenue)."""
    return f"pendapatan:{levy_kind}:{market or '-'}"


def advance_key(levy_kind: str, npwrd: str) -> str:
    """Uang muka: what one payer paid of one levy before it was due (liability); it pays no other levy."""
    return f"uang-muka:{levy_kind}:{npwrd}"


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


def refund_key(agency: str) -> str:
    """Utang pengembalian: money that was decided to go back to its payer and has not left yet (liability)."""
    return f"utang-kembali:{agency}"


# The accounts that belong to no occupancy: how their keys begin, their kind and what they are called.
SHARED: tuple[tuple[str, AccountKind, str], ...] = (
    (RKUD, "asset", "Kas di RKUD"),
    (collector_cash_key(""), "asset", "Kas pada juru pungut"),
    (treasurer_cash_key(""), "asset", "Kas di bendahara penerimaan"),
    (channel_cash_key(""), "asset", "Kas pada kanal pembayaran"),
    (suspense_key(""), "liability", "Titipan"),
    (refund_key(""), "liability", "Utang pengembalian"),
)


def described(key: str) -> tuple[AccountKind, str] | None:
    """Kind and title of a shared account by its key; None when the key names no such account."""
    for beginning, kind, title in SHARED:
        if key == beginning and not beginning.endswith(":"):
            return kind, title
        if beginning.endswith(":") and key.startswith(beginning) and key != beginning:
            return kind, f"{title} {key.removeprefix(beginning)}"
    return None
