"""Every address of e-Retribusi, by what it is about."""

from __future__ import annotations

from django.urls import URLPattern

from tidar.retribusi.urls import assessing, collecting, custody, paying, register, trader

app_name = "retribusi"
urlpatterns: list[URLPattern] = [
    *custody.urlpatterns,
    *register.urlpatterns,
    *assessing.urlpatterns,
    *paying.urlpatterns,
    *collecting.urlpatterns,
    *trader.urlpatterns,
]
