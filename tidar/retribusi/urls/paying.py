"""Payments, the counter and cases."""

from __future__ import annotations

from django.urls import URLPattern, path

from tidar.retribusi.views.paying import cases, desk, payments

urlpatterns: list[URLPattern] = [
    path("retribusi/pembayaran/", payments.payments, name="payments"),
    path("retribusi/pembayaran/baru/", desk.desk, name="desk"),
    path("retribusi/pembayaran/<uuid:payment_id>/", payments.payment, name="payment"),
    path("retribusi/pembayaran/<uuid:payment_id>/ssrd/", payments.make_ssrd, name="make_ssrd"),
    path("retribusi/pembayaran/<uuid:payment_id>/ssrd.pdf", payments.ssrd_pdf, name="ssrd_pdf"),
    path("retribusi/pembayaran/<uuid:payment_id>/bukti/", desk.desk_receipt, name="desk_receipt"),
    path("retribusi/pembayaran/<uuid:payment_id>/bukti.pdf", desk.desk_ssrd, name="desk_ssrd"),
    path("retribusi/perkara/", cases.cases, name="cases"),
    path("retribusi/perkara/<uuid:case_id>/", cases.case, name="case"),
]
