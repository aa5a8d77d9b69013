"""Every address. Each app's own `urls.py` says what is below its prefix."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
