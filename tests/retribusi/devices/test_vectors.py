"""What the phone writes and what the server reads are the same bytes; whatever else is signed is refused in words."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.retribusi.devices import make_vectors
from tests.retribusi.devices.signing import Phone
from tidar.common.signed_records import (
    SMALL_ORDER,
    UnableToRead,
    bytes_from,
    canonical,
    content_hash,
    is_key,
    is_signed,
)
from tidar.retribusi.rules import devices as rules

VECTORS: dict[str, Any] = json.loads(make_vectors.PATH.read_text())
KEY = bytes_from(VECTORS["public_key"], length=32)


def named(case: dict[str, Any]) -> str:
    return str(case["name"])


def signed(case: dict[str, Any]) -> tuple[bytes, bool]:
    body, signature = bytes_from(case["body"]), bytes_from(case["signature"])
    return body, is_signed(body, signature=signature, public_key=KEY)


def test_the_file_is_what_the_rules_make() -> None:
    assert make_vectors.PATH.read_text() == make_vectors.text()


@pytest.mark.parametrize("case", VECTORS["chain"], ids=named)
def test_a_record_is_written_signed_and_read_the_same(case) -> None:
    body, good = signed(case)
    assert good
    assert canonical(case["record"]) == body == case["canonical"].encode()
    assert content_hash(body) == case["hash"]
    assert rules.read_record(body).counter == case["record"]["counter"] == rules.claimed_counter(body)


def test_each_record_names_the_one_before() -> None:
    hashes = [VECTORS["first_prev"], *(case["hash"] for case in VECTORS["chain"])]
    assert [case["record"]["prev"] for case in VECTORS["chain"]] == hashes[:-1]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=named)
def test_what_is_no_record_gets_a_sentence(case) -> None:
    body, good = signed(case)
    assert good  # the signature alone does not make it a record
    with pytest.raises(UnableToRead) as told:
        rules.read_record(body)
    assert told.value.sentence.endswith((".", "!"))


@pytest.mark.parametrize("case", VECTORS["forged"], ids=named)
def test_what_the_key_did_not_sign_is_not_signed(case) -> None:
    assert not signed(case)[1]


@pytest.mark.parametrize("case", VECTORS["missing"], ids=lambda c: f"{c['held']}/{c['of']}")
def test_missing_ranges(case) -> None:
    assert [list(found) for found in rules.missing(case["held"], of=case["of"])] == case["missing"]


@given(held=st.sets(st.integers(1, 60)), of=st.integers(0, 60))
def test_missing_ranges_are_exactly_what_is_not_here(held, of) -> None:
    ranges = rules.missing(sorted(held), of=of)
    told = [n for first, last in ranges for n in range(first, last + 1)]
    assert told == [n for n in range(1, of + 1) if n not in held]
    assert all(last + 1 < first for (_, last), (first, _) in itertools.pairwise(ranges))


@given(at=st.integers(0, 10_000), value=st.integers(0, 255))
def test_any_other_byte_is_not_what_was_signed(at, value) -> None:
    phone = Phone()
    wire = phone.sign()
    body = bytearray(bytes_from(wire["body"]))
    place = at % len(body)
    changed = body[place] != value
    body[place] = value
    signature = bytes_from(wire["signature"])
    assert is_signed(bytes(body), signature=signature, public_key=phone.public_key) is not changed


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(body) -> None:
    with pytest.raises(UnableToRead):
        rules.read_record(body)
    assert rules.claimed_counter(body) == 0


@pytest.mark.parametrize("raw", sorted(SMALL_ORDER), ids=lambda raw: raw.hex()[:8])
def test_a_key_of_small_order_is_no_key(raw) -> None:
    assert not is_key(raw)
    assert is_key(KEY)
