"""The front door of `documents`: numbers, documents, their print and their proof.

Kinds: "skrd", "karcis", "ssrd", "tbp", "sts"; what each must say is its struct (`Skrd`, `Karcis`, `Ssrd`, `Tbp`,
`Sts`; `Line` for lines of money). `data` may be such a struct or a mapping with its fields.
"""

from __future__ import annotations

from django.conf import settings

from tidar.documents.actions.cancelling import UnableToCancel, cancel
from tidar.documents.actions.issuing import issue, issue_many
from tidar.documents.actions.keys import rotate_key
from tidar.documents.actions.numbering import UnableToNumber, take_numbers
from tidar.documents.queries.checking import faults as check
from tidar.documents.queries.checking import number_holder
from tidar.documents.queries.documents import find, find_many
from tidar.documents.queries.rendering import UnableToPrint, pdf, pdfs
from tidar.documents.rules.content import DocumentView, NewDocument
from tidar.documents.rules.kinds import KINDS, TITLES, Karcis, Line, Skrd, Ssrd, Sts, Tbp, UnableToIssue
from tidar.documents.rules.numbering import number_text, path_of
from tidar.documents.rules.printing import PAPERS
from tidar.documents.rules.proof import UnableToSign
from tidar.documents.rules.qr import qr_svg
from tidar.documents.rules.wording import amount_in_words

__all__ = [
    "KINDS", "PAPERS", "TITLES", "DocumentView", "Karcis", "Line", "NewDocument", "Skrd", "Ssrd", "Sts", "Tbp",
    "UnableToCancel", "UnableToIssue", "UnableToNumber", "UnableToPrint", "UnableToSign", "amount_in_words", "cancel",
    "check", "find", "find_many", "issue", "issue_many", "number_holder", "number_text", "pdf", "pdfs", "qr_svg",
    "rotate_key", "take_numbers", "verification_url",
]  # fmt: skip


def verification_url(token: str) -> str:
    """The whole address of a document's public verification page."""
    return settings.TIDAR_PUBLIC_URL.rstrip("/") + path_of(token)
