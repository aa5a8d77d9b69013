"""Collectors' phones, karcis, and the field app."""

from __future__ import annotations

from django.urls import URLPattern, path

from tidar.retribusi.urls import pungut
from tidar.retribusi.views.collecting import devices, karcis, phone

urlpatterns: list[URLPattern] = [
    *pungut.urlpatterns,
    path("api/pungut/alat", phone.register, name="phone_register"),
    path("api/pungut/alat/<uuid:device_id>", phone.device, name="phone_device"),
    path("api/pungut/rute", phone.route, name="phone_route"),
    path("api/pungut/kirim", phone.send, name="phone_send"),
    path("retribusi/alat/", devices.devices, name="devices"),
    path("retribusi/alat/saya/", devices.own_devices, name="own_devices"),
    path("retribusi/alat/<uuid:device_id>/", devices.device, name="device"),
    path("retribusi/alat/<uuid:device_id>/setujui/", devices.approve, name="device_approve"),
    path("retribusi/alat/<uuid:device_id>/cabut/", devices.revoke, name="device_revoke"),
    path("retribusi/alat/<uuid:device_id>/catatan/<int:record_id>/", devices.device_record, name="device_record"),
    path("retribusi/karcis/", karcis.books, name="karcis"),
    path("retribusi/karcis/mutasi.xlsx", karcis.register, {"ending": "xlsx"}, name="karcis_xlsx"),
    path("retribusi/karcis/mutasi.csv", karcis.register, {"ending": "csv"}, name="karcis_csv"),
    path("retribusi/karcis/saya/", karcis.own, name="karcis_own"),
    path("retribusi/karcis/juru-pungut/<str:collector_id>/", karcis.collector, name="karcis_collector"),
    path("retribusi/karcis/serah/<int:move_id>/", karcis.handover, name="karcis_handover"),
    path("retribusi/karcis/<int:book_id>/", karcis.book, name="karcis_book"),
]
