"""Every address. Each app's own `urls.py` says what it answers; addresses are Indonesian words."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tidar.rojak.urls")),  # first: phones ask most often, and addresses are tried in order
    path("", include("tidar.people.urls")),
    path("", include("tidar.places.urls")),
    path("", include("tidar.documents.urls")),
    path("", include("tidar.formulir.urls")),
    path("", include("tidar.hub.urls")),
    path("", include("tidar.retribusi.urls")),
    path("", include("tidar.indicators.urls")),
    path("", include("tidar.command_center.urls")),
]

handler400 = "tidar.common.middleware.bad_request"
handler403 = "tidar.common.middleware.forbidden"
handler404 = "tidar.common.middleware.not_found"
handler500 = "tidar.common.middleware.server_error"
