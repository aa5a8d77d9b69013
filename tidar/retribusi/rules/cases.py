"""Which decisions a case allows. Pure."""

from __future__ import annotations

DECIDERS = ("levies.treasury", "levies.sign", "levies.supervise")

# decision → what it is called and what it does, as its button says it
DECISIONS = {
    "terapkan": "Terapkan ke tagihan pedagang; sisanya menjadi uang muka",
    "kembalikan": "Kembalikan kepada pembayar",
    "terima": "Terima penjelasan dan tutup",
}


def allowed(held_rupiah: int) -> tuple[str, ...]:
    """The decisions that fit: money in titipan must go somewhere, and without money there is nothing to move."""
    return ("terapkan", "kembalikan") if held_rupiah else ("terima",)


def fault(held_rupiah: int, decision: str, *, settled: bool, payer: bool) -> str:
    """Why a case cannot be settled like this, as a sentence; "" when it can."""
    if settled:
        return "Perkara ini sudah diputuskan."
    if decision not in DECISIONS:
        return "Keputusan itu tidak dikenal."
    if decision not in allowed(held_rupiah):
        if held_rupiah:
            return "Perkara ini memegang uang titipan: terapkan atau kembalikan."
        return "Perkara ini tidak memegang uang; tidak ada yang dapat dipindahkan."
    if decision == "terapkan" and not payer:
        return "Pilih dahulu lapak yang tagihannya dibayar dengan uang ini."
    return ""
