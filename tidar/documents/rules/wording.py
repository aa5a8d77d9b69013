"""Amounts in Indonesian words."""

from __future__ import annotations

ONES = (
    "", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas",
)  # fmt: skip
SCALES = ((10**15, "kuadriliun"), (10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"))
GREATEST = 10**18 - 1


def amount_in_words(amount: int) -> str:
    """`125000` → `seratus dua puluh lima ribu`; the caller adds "rupiah".

    "Satu" becomes the prefix "se-" before belas, puluh, ratus and ribu, and stays a word before juta and above (KBBI:
    sebelas, sepuluh, seratus, seribu, satu juta). That holds inside larger amounts too: 1.001.000 is "satu juta
    seribu". (num2words 0.5.14 says "satu juta satu ribu" there, beside its own "seribu" for 1.000; everywhere else
    from 0 to 10^15 the two agree.) Whole numbers from 0 to 10^18 − 1; anything else is a ValueError.
    """
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount <= GREATEST:
        raise ValueError(f"not a whole amount from 0 to {GREATEST}: {amount!r}")
    return " ".join(_words(amount)) or "nol"


def _words(amount: int) -> list[str]:
    words: list[str] = []
    for scale, name in SCALES:
        count, amount = divmod(amount, scale)
        if count:
            words += [*_below_thousand(count), name]
    thousands, rest = divmod(amount, 1000)
    if thousands == 1:
        words.append("seribu")
    elif thousands:
        words += [*_below_thousand(thousands), "ribu"]
    return words + _below_thousand(rest)


def _below_thousand(amount: int) -> list[str]:
    hundreds, rest = divmod(amount, 100)
    words = [] if not hundreds else ["seratus"] if hundreds == 1 else [ONES[hundreds], "ratus"]
    if rest < len(ONES):
        return words + ([ONES[rest]] if rest else [])
    tens, ones = divmod(rest, 10)
    if tens == 1:
        return [*words, ONES[ones], "belas"]
    return [*words, ONES[tens], "puluh", *([ONES[ones]] if ones else [])]
