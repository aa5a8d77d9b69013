"""The register, the census, tariffs and days that are not charged."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from tidar.retribusi.views.register import census, days, home, imports, payers, stalls, stickers, tariffs

urlpatterns: list[URLPattern] = [
    path("retribusi/register/", home.register, name="register"),
    path("retribusi/register/objek/", stalls.stall_list, name="stalls"),
    re_path(r"^retribusi/register/objek\.(?P<ending>csv|xlsx)$", stalls.export, name="stalls_export"),
    path("retribusi/register/objek/baru/", stalls.new_stall, name="new_stall"),
    path("retribusi/register/objek/<int:object_id>/", stalls.stall, name="stall"),
    path("retribusi/register/stiker/", stickers.stickers, name="stickers"),
    path("retribusi/register/wajib/", payers.payer_list, name="payers"),
    path("retribusi/register/wajib/baru/", payers.new_payer, name="new_payer"),
    path("retribusi/register/wajib/<int:payer_id>/", payers.payer, name="payer"),
    path("retribusi/register/impor/", imports.import_lines, name="import_lines"),
    path("retribusi/pendataan/", census.censuses, name="censuses"),
    path("retribusi/pendataan/<uuid:census_id>/", census.census, name="census"),
    path("retribusi/pendataan/<uuid:census_id>/jalan/", census.walk, name="census_walk"),
    path("retribusi/pendataan/<uuid:census_id>/catat/", census.note, name="census_note"),
    path("retribusi/pendataan/<uuid:census_id>/beda/", census.differences, name="census_differences"),
    re_path(r"^retribusi/pendataan/foto/(?P<photo>[0-9a-f]{64})\.jpg$", census.photo, name="census_photo"),
    path("retribusi/tarif/", tariffs.tariffs, name="tariffs"),
    path("retribusi/tarif/riwayat/", tariffs.history, name="tariff_history"),
    path("retribusi/tarif/baru/", tariffs.new_tariff, name="new_tariff"),
    path("retribusi/keringanan/", days.reliefs, name="reliefs"),
    path("retribusi/libur/", days.closures, name="closures"),
]
