"""Traders' own pages and cashless payment."""

from __future__ import annotations

from django.urls import URLPattern, path

from tidar.retribusi.views.trader import door, notices, pages

urlpatterns: list[URLPattern] = [
    path("pedagang/masuk/", door.door, name="trader_door"),
    path("pedagang/kode/", door.code, name="trader_code"),
    path("pedagang/keluar/", door.leave, name="trader_leave"),
    path("pedagang/", pages.home, name="trader"),
    path("pedagang/riwayat/", pages.history, name="trader_history"),
    path("pedagang/bukti/<uuid:payment_id>/", pages.receipt, name="trader_receipt"),
    path("pedagang/bayar/", pages.pay, name="trader_pay"),
    path("pedagang/bayar/<uuid:charge_id>/", pages.charge, name="trader_charge"),
    path("api/retribusi/kanal/<slug:gateway>/notifikasi", notices.notice, name="bank_notice"),
]
