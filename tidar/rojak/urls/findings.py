"""Addresses: findings."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from tidar.rojak.views.findings import bell, findings, noting, recaps, resident, rounds, safety


class Sha256:
    """64 hexadecimal digits."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(Sha256, "sidik")

urlpatterns: list[URLPattern] = [
    path("rojak/temuan/", findings.finding_list, name="findings"),
    path("rojak/temuan/unduh.xlsx", findings.finding_file, {"ending": "xlsx"}, name="findings_xlsx"),
    path("rojak/temuan/unduh.csv", findings.finding_file, {"ending": "csv"}, name="findings_csv"),
    path("rojak/temuan/baru/", noting.finding_new, name="finding_new"),
    path("rojak/temuan/<uuid:finding_id>/", findings.finding, name="finding"),
    path("rojak/temuan/<uuid:finding_id>/foto/<sidik:sha256>/", findings.finding_photo, name="finding_photo"),
    path("rojak/ronda/", rounds.round_list, name="rounds"),
    path("rojak/ronda/<uuid:round_id>/", rounds.one_round, name="round"),
    path("rojak/ronda/<uuid:round_id>/gambar.png", rounds.round_picture, name="round_picture"),
    path("rojak/rekap/", recaps.recap_list, name="recaps"),
    path("rojak/rekap/<str:area>/<str:month>/", recaps.recap, name="recap"),
    path("rojak/rekap/<str:area>/<str:month>/rekap.pdf", recaps.recap_file, name="recap_pdf"),
    path("rojak/rumah-kosong/", safety.empty_houses, name="empty_houses"),
    path("rojak/rumah-kosong/<uuid:notice_id>/tarik/", safety.withdraw_house, name="withdraw_house"),
    path("rojak/sos/", safety.sos, name="sos"),
    path("rojak/sos/lonceng/", bell.bell, name="bell"),
    path("rojak/sos/<uuid:sos_id>/pegang/", bell.take, name="sos_take"),
    path("api/rojak/panggilan", bell.calls, name="phone_calls"),
    path("rojak/akses/", safety.readings, name="readings"),
    path("lorong/<slug:public_code>/", resident.resident, name="resident"),
    path("api/rojak/dekat", noting.near, name="near"),
]
