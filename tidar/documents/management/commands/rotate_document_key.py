"""`manage rotate_document_key`: retire the signing key and make a new one; older documents stay verifiable."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tidar.common import clock
from tidar.common.actor import system
from tidar.documents.actions.keys import rotate_key


class Command(BaseCommand):
    help = "Retire the signing key of documents and make a new one."

    def handle(self, *args: Any, **options: Any) -> None:
        fingerprint = rotate_key(by=system("rotate_document_key"), at=clock.now())
        self.stdout.write(f"documents: new signing key {fingerprint}")
