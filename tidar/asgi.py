"""ASGI entry point."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

from tidar.common.bodies import BodyLimit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tidar.settings")
application = BodyLimit(get_asgi_application(), limit_bytes=settings.UPLOAD_MAX_BYTES)
