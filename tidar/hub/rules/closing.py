"""What of a delivery is kept closed when its contract has encrypted columns, and what is told instead. Pure values.

Personal numbers get everywhere: into the wrong column, above the heading, behind a broken quote. So where a contract
encrypts a column, no run of twelve digits or more is kept readable, whatever column it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from tidar.hub.rules.contract import Contract
from tidar.hub.rules.sentences import MASK
from tidar.hub.rules.surveying import Survey

LONG_NUMBER = re.compile(r"\d(?:[\s.\-']{0,3}\d){11,}")


def has_long_number(text: str) -> bool:
    """Whether a text holds twelve digits or more in a row: an identity, family or card number."""
    return LONG_NUMBER.search(text) is not None


def told(text: str) -> str:
    """The text as it may be kept and shown: long numbers masked."""
    return LONG_NUMBER.sub(MASK, text)


def told_by(contract: Contract) -> Callable[[str], str]:
    """How sentences and values of this contract's deliveries are kept: `told`, or as they are."""
    return told if contract.encrypted_columns else str


def closed_row(contract: Contract, values: Mapping[str, str], *, close: Callable[[str], str]) -> dict[str, str]:
    """A row for keeping: its encrypted columns, and whatever else holds a long number, closed by `close`."""
    columns = contract.encrypted_columns
    if not columns:
        return dict(values)
    return {k: close(v) if v and (k in columns or has_long_number(v)) else v for k, v in values.items()}


def closed_survey(survey: Survey, contract: Contract) -> Survey:
    """A survey for keeping: no sample, no cell below the headings, no long number."""
    if not contract.encrypted_columns:
        return survey
    first = survey.header_rows[-1] if survey.header_rows else 0
    replace = msgspec.structs.replace
    return replace(
        survey,
        columns=tuple(replace(column, heading=told(column.heading), samples=()) for column in survey.columns),
        skipped=tuple(replace(item, reason=told(item.reason)) for item in survey.skipped),
        preview=tuple(
            tuple((told(cell) if number <= first else MASK) if cell else "" for cell in cells)
            for number, cells in enumerate(survey.preview, start=1)
        ),
        drift=tuple(map(told, survey.drift)),
        notes=tuple(map(told, survey.notes)),
        questions=tuple(map(told, survey.questions)),
    )
