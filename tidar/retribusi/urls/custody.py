"""Cash, STS, books, boards."""

from __future__ import annotations

from django.urls import URLPattern, path

from tidar.retribusi.views.custody import boards, books, day, deposits, figures, handovers, home, leader

urlpatterns: list[URLPattern] = [
    path("retribusi/", home.home, name="home"),
    path("retribusi/kas/", day.day, name="cash_day"),
    path("retribusi/kas/saya/", handovers.own_cash, name="own_cash"),
    path("retribusi/kas/serah/", handovers.handovers, name="handovers"),
    path("retribusi/kas/serah/<uuid:handover_id>/", handovers.handover, name="handover"),
    path("retribusi/kas/serah/<uuid:handover_id>/tbp.pdf", handovers.tbp_pdf, name="tbp_pdf"),
    path("retribusi/kas/sts/", deposits.deposits, name="deposits"),
    path("retribusi/kas/sts/baru/", deposits.new_deposit, name="new_deposit"),
    path("retribusi/kas/sts/<uuid:deposit_id>/", deposits.one_deposit, name="deposit"),
    path("retribusi/kas/sts/<uuid:deposit_id>/sts.pdf", deposits.sts_pdf, name="sts_pdf"),
    path("retribusi/kas/bku/", books.bku, name="bku"),
    path("retribusi/kas/buku-pembantu/", books.help_book, name="help_book"),
    path("retribusi/kas/cocok/", books.three_way, name="three_way"),
    path("retribusi/kas/target/", figures.targets, name="targets"),
    path("retribusi/kas/piutang/", figures.ageing, name="ageing"),
    path("retribusi/pasar/<slug:market>/", boards.market_board, name="market_board"),
    path("retribusi/pimpinan/", leader.leader, name="leader"),
    path("papan/<slug:market>/", boards.public_board, name="public_board"),
]
