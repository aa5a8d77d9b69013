"""Words, numbers, tokens, canonical bytes, kinds and QR codes, without a database."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words

from tests.documents.builders import data
from tidar.documents.rules import kinds, numbering, printing, proof, qr
from tidar.documents.rules.wording import amount_in_words


def oracle(amount: int) -> str:
    """num2words, mended where it is wrong: it says "satu juta satu ribu" beside its own "seribu" (see the rule)."""
    return re.sub(r"(juta|miliar|triliun|kuadriliun) satu ribu", r"\1 seribu", num2words(amount, lang="id"))


ONE_THOUSAND_AFTER_MORE = st.builds(
    lambda high, low: high * 10**6 + 1_000 + low, st.integers(1, 10**9), st.integers(0, 999)
)
AMOUNTS = st.one_of(
    st.integers(0, 10**15),
    st.integers(0, 2_000_000),
    st.sampled_from([10**n for n in range(16)]),
    ONE_THOUSAND_AFTER_MORE,
)


@settings(max_examples=500)
@given(AMOUNTS)
def test_words_agree_with_num2words(amount: int) -> None:
    assert amount_in_words(amount) == oracle(amount)


@given(ONE_THOUSAND_AFTER_MORE)
def test_where_num2words_is_wrong_it_still_is(amount: int) -> None:
    assert " satu ribu" in num2words(amount, lang="id")  # when this fails, the oracle needs mending no more


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "nol"),
        (11, "sebelas"),
        (19, "sembilan belas"),
        (110, "seratus sepuluh"),
        (1_000, "seribu"),
        (1_100, "seribu seratus"),
        (11_000, "sebelas ribu"),
        (21_000, "dua puluh satu ribu"),
        (100_000, "seratus ribu"),
        (1_001_000, "satu juta seribu"),
        (125_000, "seratus dua puluh lima ribu"),
        (2_000_000_000, "dua miliar"),
        (10**15, "satu kuadriliun"),
    ],
)
def test_words_of_amounts(amount: int, words: str) -> None:
    assert amount_in_words(amount) == words


@pytest.mark.parametrize("wrong", [-1, 1.5, True, "5", 10**18])
def test_only_whole_amounts_have_words(wrong: Any) -> None:
    with pytest.raises(ValueError, match="whole amount"):
        amount_in_words(wrong)


def test_numbers_have_seven_digits_and_grow_when_a_year_needs_more() -> None:
    assert numbering.number_text("SKRD", 2026, 123) == "SKRD/2026/0000123"
    assert numbering.number_text("SKRD", 2026, 12_345_678) == "SKRD/2026/12345678"


@pytest.mark.parametrize("typed", ["SKRD/2026/0000123", " skrd / 2026 / 123", "Skrd/2026/00123"])
def test_a_number_is_read_however_it_is_typed(typed: str) -> None:
    assert numbering.typed_number(typed) == "SKRD/2026/0000123"


@pytest.mark.parametrize("typed", ["", "abc", "SKRD/2026", "SKRD/2026/٣٤x", "SKRD/2026/" + "9" * 40, "a/b/c/d"])
def test_what_is_no_number_stays_harmless(typed: str) -> None:
    assert isinstance(numbering.typed_number(typed), str)


def test_tokens_are_long_random_and_of_one_alphabet() -> None:
    tokens = {numbering.new_token() for _ in range(5_000)}
    assert len(tokens) == 5_000
    assert {len(token) for token in tokens} == {26}
    assert set("".join(tokens)) == set(numbering.ALPHABET)
    starts = {token[:8] for token in tokens}
    assert len(starts) == 5_000


def test_a_code_is_read_through_lookalikes() -> None:
    assert numbering.code_of("10vk5abcdefgh") == "10VK-5ABC"
    assert numbering.typed_code(" IoVk - 5abc") == "10vk5abc"


TEXT = st.text(st.characters(blacklist_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
)


@given(st.dictionaries(TEXT, PLAIN, max_size=5))
def test_canonical_bytes_do_not_depend_on_the_order_of_keys(content: dict[str, Any]) -> None:
    turned = dict(reversed(content.items()))
    assert proof.canonical(turned) == proof.canonical(content)
    assert proof.canonical(msgspec.json.decode(proof.canonical(content))) == proof.canonical(content)


def test_canonical_form_is_sorted_compact_utf8() -> None:
    assert (
        proof.canonical({"b": 1, "a": {"z": [1, None, True], "é": "ü"}})
        == '{"a":{"z":[1,null,true],"é":"ü"},"b":1}'.encode()
    )


@given(st.binary(min_size=1, max_size=40), st.integers(0, 10_000))
def test_a_signature_holds_for_exactly_one_hash(noise: bytes, position: int) -> None:
    made = proof.new_key("rahasia")
    private = proof.open_key(made.private_key, made.public_key, secret="rahasia")
    text = proof.content_hash({"isi": noise.hex()})
    signature = private.sign(proof.signed_message(text))
    changed = bytearray(signature)
    changed[position % len(changed)] ^= 1
    assert proof.is_signed(text, signature, made.public_key)
    assert not proof.is_signed(text, bytes(changed), made.public_key)
    assert not proof.is_signed(proof.content_hash({"isi": noise.hex() + "0"}), signature, made.public_key)
    assert not proof.is_signed(text, signature, b"\0" * 31)


def test_a_private_key_opens_only_with_its_secret() -> None:
    made = proof.new_key("rahasia")
    assert (
        made.private_key[12:44]
        != proof.open_key(made.private_key, made.public_key, secret="rahasia").private_bytes_raw()
    )
    with pytest.raises(proof.UnableToSign, match="kunci rahasia aplikasi"):
        proof.open_key(made.private_key, made.public_key, secret="lain")
    with pytest.raises(proof.UnableToSign):
        proof.open_key(made.private_key, proof.new_key("rahasia").public_key, secret="rahasia")


@pytest.mark.parametrize("kind", list(kinds.KINDS))
def test_data_of_each_kind_survives_being_kept(kind: str) -> None:
    kept = kinds.checked(kind, data(kind))
    assert kinds.checked(kind, msgspec.json.decode(proof.canonical(kept))) == kept
    assert kinds.checked(kind, msgspec.to_builtins(kinds.read(kind, kept))) == kept


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"amount_rupiah": -1}, "amount_rupiah"),
        ({"amount_rupiah": 1.5}, "amount_rupiah"),
        ({"amount_rupiah": "90000"}, "amount_rupiah"),
        ({"amount_rupiah": 10**15 + 1}, "amount_rupiah"),
        ({"payer_name": ""}, "payer_name"),
        ({"payer_name": "x" * 301}, "payer_name"),
        ({"due_date": "31-12-2026"}, "due_date"),
        ({"nik": "3371…"}, "nik"),
        ({"payer_name": "a\0b"}, "karakter"),
        ({"payer_name": "a\x1bb"}, "karakter"),
        ({"payer_name": "a\x85b"}, "karakter"),
        ({"payer_name": "a\ud83d"}, "karakter"),
        ({"notes": ["baik", "a\x07"]}, "karakter"),
        ({"lines": [{"title": "satu", "amount_rupiah": 89_999}]}, "berjumlah 89999"),
    ],
)
def test_wrong_data_are_named(change: dict[str, Any], word: str) -> None:
    with pytest.raises(kinds.UnableToIssue, match=re.escape(word)):
        kinds.checked("skrd", data("skrd", **change))


def test_an_unknown_kind_and_a_missing_field_are_named() -> None:
    with pytest.raises(kinds.UnableToIssue, match="tidak dikenal"):
        kinds.checked("surat", {})
    with pytest.raises(kinds.UnableToIssue, match="payer_name"):
        kinds.checked("skrd", {k: v for k, v in data("skrd").items() if k != "payer_name"})


def test_times_are_printed_in_the_zone_of_the_region() -> None:
    sheet = kinds.read("ssrd", kinds.checked("ssrd", data("ssrd")))
    assert printing.moment_text(sheet.received_at, "Asia/Jakarta") == "25 November 2026 pukul 08.15 WIB"  # type: ignore[attr-defined]
    assert printing.moment_text(sheet.received_at, "Asia/Makassar") == "25 November 2026 pukul 09.15 WITA"  # type: ignore[attr-defined]


def test_only_long_words_may_be_broken() -> None:
    plain = "mempertanggungjawabkan 4.1.02.01.05.0001 https://tidar.example"
    assert printing.breakable(plain) == plain
    broken = printing.breakable("a " + "x" * 30)
    assert broken == "a " + "\u200b".join(["x" * 8] * 3 + ["x" * 6])
    assert printing.breakable("x" * 32).count("\u200b") == 3


def test_the_signer_is_read_line_by_line() -> None:
    assert printing.signer_of("Budi\nKepala\nNIP 1") == {"name": "Budi", "office": "Kepala", "id": "NIP 1"}
    assert printing.signer_of("Budi") == {"name": "Budi", "office": "", "id": ""}


def modules_of(path: str, size: int) -> tuple[tuple[int, ...], ...]:
    """Reads back what an SVG path paints."""
    painted = [[0] * size for _ in range(size)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        for column in range(int(x), int(x) + int(width)):
            painted[int(y)][column] = 1
    return tuple(map(tuple, painted))


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=120))
def test_the_svg_paints_exactly_the_modules_of_the_qr_code(text: str) -> None:
    expected = tuple(tuple(row) for row in segno.make_qr(text, error="m", boost_error=False, mask=2).matrix)
    bare = qr.qr_image(text)
    assert modules_of(bare, len(expected)) == expected
    framed = modules_of(qr.qr_svg(text).rpartition('fill="#000"')[2], len(expected) + 8)
    assert tuple(row[4:-4] for row in framed[4:-4]) == expected
    assert not any(any(row) for row in (*framed[:4], *framed[-4:]))


def test_the_inline_svg_passes_a_strict_content_security_policy() -> None:
    svg = qr.qr_svg("https://contoh/dok/<x>&\"'")
    assert "style" not in svg and "<script" not in svg and "on" + "load" not in svg and "contoh" not in svg
