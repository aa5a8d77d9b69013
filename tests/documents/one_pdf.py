"""Another process that prints one document: `python -m tests.documents.one_pdf <id> <paper>` → SHA-256 of the bytes."""

from __future__ import annotations

import hashlib
import os
import sys
import uuid

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tidar.settings")
    django.setup()
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
    from tidar.documents import api as documents

    sys.stdout.write(hashlib.sha256(documents.pdf(uuid.UUID(sys.argv[1]), paper=sys.argv[2])).hexdigest())


if __name__ == "__main__":
    main()
