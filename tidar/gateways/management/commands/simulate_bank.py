"""Run the fake bank of the demo city, and connect this deployment to it."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tidar.gateways.bank.configured import bank_file, connect_fake
from tidar.gateways.bank.fake import FakeBank


class Command(BaseCommand):
    help = "Serve a bank that is not one (SNAP over loopback) until stopped"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=0)
        parser.add_argument("--agency", default="disperindag", help="whose account the money goes to")

    def handle(self, *args: Any, **options: Any) -> None:
        callback = f"{settings.TIDAR_PUBLIC_URL}/api/retribusi/kanal/bank-contoh/notifikasi"
        bank = FakeBank(callback_url=callback).start(options["port"])
        connect_fake(bank, path=bank_file(), agency=options["agency"])
        self.stdout.write(f"bank-contoh at {bank.address}")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            bank.stop()
