"""ASGI entry point."""

import os

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tidar.settings")
django.setup(set_prefix=False)

from tidar.common.bodies import BodyLimit  # noqa: E402 - Django first
from tidar.common.threads import ThreadedHandler  # noqa: E402

application = BodyLimit(ThreadedHandler(), limit_bytes=settings.UPLOAD_MAX_BYTES)
