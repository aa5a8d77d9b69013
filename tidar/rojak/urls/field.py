"""Addresses: field."""

from __future__ import annotations

from django.urls import URLPattern, path

from tidar.rojak.views import app
from tidar.rojak.views.field import phone, photos, review

urlpatterns: list[URLPattern] = [
    path("api/rojak/alat", phone.register, name="phone_register"),
    path("api/rojak/alat/<uuid:device_id>/isi", phone.contents, name="phone_contents"),
    path("api/rojak/siap", phone.pack, name="phone_pack"),
    path("api/rojak/kirim", phone.send, name="phone_send"),
    path("api/rojak/foto/<slug:sha256>", photos.photo, name="phone_photo"),
    path("rojak/", app.page, name="app"),
    path("rojak/sw.js", app.worker, name="app_worker"),
    path("rojak/manifest.webmanifest", app.manifest, name="app_manifest"),
    path("rojak/periksa/", review.review_list, name="review"),
    path("rojak/periksa/<int:number>/", review.review_item, name="review_item"),
    path("rojak/alat/", review.device_list, name="devices"),
    path("rojak/alat/<uuid:device_id>/cabut/", review.revoke, name="device_revoke"),
]
