"""Numbers of the register: NPWRD, NIK, stall numbers, sticker codes, telephone numbers. Pure functions.

NPWRD is numbered by the region (UU 1/2022 article 95 leaves registration to a rule of the head of region). NIK follows
Permendagri 73/2022's sixteen digits: area (6), birth date (6; the day of women + 40), serial (4).
"""

from __future__ import annotations

import re
from datetime import date

import phonenumbers

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
STICKER_LENGTH = 13
STICKER_PREFIX = "TIDAR:"
PROVINCES = frozenset(
    f"{code}"
    for first, last in ((11, 19), (21, 21), (31, 36), (51, 53), (61, 65), (71, 76), (81, 82), (91, 96))
    for code in range(first, last + 1)
)
MASK = "••••••••••••"
PAINTED = re.compile(r"([A-Z]{1,6})-?0*(\d{1,6})-?([A-Z]?)")
BARE = re.compile(r"0*(\d{1,6})-?([A-Z]?)")
DAY_OF_WOMEN = 40


def npwrd_text(region_code: str, sequence: int) -> str:
    """`R3371-000123-7`: region, running number, and a Luhn digit that notices a mistyped one."""
    digits = "".join(c for c in region_code if c.isdecimal())
    running = f"{sequence:06d}"
    return f"R{digits}-{running}-{_luhn(digits + running)}"


def npwrd_problem(text: str) -> str:
    """Why `text` cannot be an NPWRD of ours, in words; "" when it can."""
    found = re.fullmatch(r"R(\d{2,6})-(\d{6,})-(\d)", text.strip().upper())
    if not found:
        return "NPWRD berbentuk R3371-000123-7."
    if _luhn(found[1] + found[2]) != int(found[3]):
        return "NPWRD itu salah ketik: angka pemeriksanya tidak cocok."
    return ""


def _luhn(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def nik_digits(text: str) -> str:
    """The digits of a NIK as typed: spaces, dots, dashes and a leading apostrophe (Excel) are left out."""
    return re.sub(r"[\s.\-'’`]", "", text.strip())


def nik_problem(text: str) -> str:
    """Why `text` cannot be a NIK, in words; "" when it can. It never repeats the number itself."""
    nik = nik_digits(text)
    if not nik.isascii() or not nik.isdecimal():
        return "NIK hanya boleh angka."
    if len(nik) != 16:
        return f"NIK harus 16 angka, ini {len(nik)} angka."
    if nik[:2] not in PROVINCES:
        return "Dua angka pertama NIK bukan kode provinsi."
    if nik[2:4] == "00" or nik[4:6] == "00" or nik[12:] == "0000":
        return "NIK itu tidak mungkin: kode wilayah atau nomor urutnya nol."
    if not _is_birth_day(nik[6:12]):
        return "Tanggal lahir di dalam NIK (angka ke-7 sampai ke-12) bukan tanggal."
    return ""


def _is_birth_day(digits: str) -> bool:
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    day -= DAY_OF_WOMEN if day > DAY_OF_WOMEN else 0
    return any(_is_date(century + year, month, day) for century in (1900, 2000))


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def nik_mask(last4: str) -> str:
    """`••••••••••••1234`; "" when no NIK is known."""
    return f"{MASK}{last4}" if last4 else ""


def stall_number(text: str, *, block: str = "") -> str:
    """A stall's number as the register writes it: "a 1", "A.01" and "A1" are all `A-001`; "12" in block A is `A-012`.

    What has another shape is only tidied: capitals, one dash between its parts.
    """
    tidy = re.sub(r"[\s./_\-–—]+", "-", text.strip().upper()).strip("-")
    if found := PAINTED.fullmatch(tidy):
        return f"{found[1]}-{int(found[2]):03d}{found[3]}"
    letters = re.sub(r"[^A-Z]", "", block_name(block))
    if letters and (found := BARE.fullmatch(tidy)):
        return f"{letters}-{int(found[1]):03d}{found[2]}"
    return tidy


def block_name(text: str) -> str:
    """A block as the register writes it: "Blok a" and " A " are both `A`."""
    return re.sub(r"\s+", " ", re.sub(r"^(BLOK|BLOCK|BLK|BL)\b[\s.:]*", "", text.strip().upper())).strip()


def block_of(number: str) -> str:
    """The block that a stall number names: `A-012` → `A`; "" when it names none."""
    found = re.fullmatch(r"([A-Z]{1,6})-\d.*", number)
    return found[1] if found else ""


def route_place(number: str) -> int:
    """Where a stall stands on a walk through its block: its running number."""
    found = re.search(r"(\d{1,6})(?!.*\d)", number)
    return int(found[1]) if found else 0


def sticker_code(entropy: bytes) -> str:
    """An unguessable code of 13 characters that nobody confuses when reading it aloud; needs 8 random bytes."""
    value = int.from_bytes(entropy[:8], "big")
    letters = [ALPHABET[value >> 5 * place & 31] for place in range(STICKER_LENGTH)]
    return "".join(letters)


def sticker_text(code: str) -> str:
    """What a stall's QR says."""
    return STICKER_PREFIX + code


def code_of_sticker(text: str) -> str:
    """The code in a scanned or typed sticker, "" when it is none of ours. O is read as 0, I and L as 1."""
    code = text.strip().upper().removeprefix(STICKER_PREFIX).replace("-", "").replace(" ", "")
    code = code.translate(str.maketrans("OIL", "011"))
    return code if len(code) == STICKER_LENGTH and set(code) <= set(ALPHABET) else ""


def phone_e164(text: str) -> str:
    """An Indonesian telephone number as `+62…` (E.164), "" when it is none.

    A spreadsheet drops the first 0 ("812…") and people write "62812…" without its plus; both are meant.
    """
    digits = re.sub(r"[^\d+]", "", text)
    if digits.startswith("62"):
        digits = f"+{digits}"
    if digits.startswith("+620"):
        digits = "+62" + digits[4:]
    try:
        number = phonenumbers.parse(digits, "ID")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def phone_mask(phone: str) -> str:
    """`+62812••••5678`: enough to recognise one's own number."""
    return f"{phone[:6]}••••{phone[-4:]}" if len(phone) > 10 else phone
