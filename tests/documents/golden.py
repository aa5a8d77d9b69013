"""Fixed documents and the SHA-256 of their print. `python -m tests.documents.golden` writes `golden.json` anew.

Do that only when the templates' version was never released. Otherwise documents that people hold would print
differently: make a new folder `typst/v<n>`, raise `TEMPLATE_VERSION`, and leave the old hashes as they are. A new
Typst release that changes them must be weighed the same way.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from pathlib import Path

FILE = Path(__file__).with_name("golden.json")


def prints() -> dict[str, str]:
    """Hash of each kind on each of its papers, without a database."""
    from tests.documents.builders import AT, SIGNER, data
    from tidar.documents.models import Document
    from tidar.documents.queries.rendering import typeset
    from tidar.documents.rules.kinds import checked
    from tidar.documents.rules.printing import PAPERS

    found = {}
    for kind, papers in PAPERS.items():
        document = Document(
            id=uuid.UUID(int=1), kind=kind, number=f"{kind.upper()}/2026/0000123", token="k7qf3mxd" + "0" * 18,
            subject=f"{kind}:1", template_version=1, origin="https://tidar.example", zone="Asia/Makassar",
            data=checked(kind, data(kind)), content_hash="0123456789abcdef" * 4, issued_at=AT, signed_by=SIGNER,
        )  # fmt: skip
        for paper in papers:
            found[f"{kind} {paper}"] = hashlib.sha256(typeset(document, paper=paper)).hexdigest()
    return found


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tidar.settings")
    django.setup()
    FILE.write_text(json.dumps(prints(), indent=1) + "\n")
