"""Addresses: the register of posts, and what is printed and typed for them."""

from __future__ import annotations

from django.urls import URLPattern, path

from tidar.rojak.views.register import members, paper, posts, roster, segments, sheets

urlpatterns: list[URLPattern] = [
    path("rojak/pos/", posts.post_list, name="posts"),
    path("rojak/pos/baru/", posts.new_post, name="new_post"),
    path("rojak/pos/<slug:code>/", posts.post, name="post"),
    path("rojak/pos/<slug:code>/rute/", segments.route, name="route"),
    path("rojak/pos/<slug:code>/rute/<str:segment>/", segments.segment, name="segment"),
    path("rojak/pos/<slug:code>/anggota/", members.members, name="members"),
    path("rojak/pos/<slug:code>/anggota/<int:member_id>/", members.member, name="member"),
    path("rojak/pos/<slug:code>/jadwal/", roster.roster, name="roster"),
    path("rojak/pos/<slug:code>/jadwal/<int:rule_id>/", roster.rule, name="roster_rule"),
    path("rojak/pos/<slug:code>/hadir/", members.attendance, name="attendance"),
    path("rojak/pos/<slug:code>/hadir.xlsx", members.attendance_file, name="attendance_file"),
    path("rojak/pos/<slug:code>/kertas/", paper.paper, name="paper"),
    path("rojak/pos/<slug:code>/stiker.pdf", sheets.stickers, name="stickers"),
    path("rojak/pos/<slug:code>/jadwal.pdf", sheets.roster, name="roster_pdf"),
    path("rojak/pos/<slug:code>/formulir.pdf", sheets.form, name="form_pdf"),
    path("rojak/titik/<slug:code>/", posts.sticker, name="sticker"),
    path("rojak/giliran/", roster.own_turns, name="own_turns"),
]
