"""Addresses of people. The library's own names (account_login …) stay without a namespace: it looks them up."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from tidar.common.access import public
from tidar.people.views import account, links, me, notices, people, trail

door: list[URLPattern | URLResolver] = [
    path("masuk/", account.sign_in, name="account_login"),
    path("masuk/kunci/", account.sign_in_by_passkey, name="mfa_login_webauthn"),
    path("masuk/langkah-kedua/", account.second_step, name="mfa_authenticate"),
    path("keluar/", account.sign_out, name="account_logout"),
    path("tidak-aktif/", account.inactive, name="account_inactive"),
    path("pastikan/", account.reauthenticate, name="account_reauthenticate"),
    path("pastikan/kode/", account.second_factor_again, name="mfa_reauthenticate"),
    path("pastikan/kunci/", account.passkey_again, name="mfa_reauthenticate_webauthn"),
    path("kata-sandi/", account.change_password, name="account_change_password"),
    path("kata-sandi/buat/", account.set_password, name="account_set_password"),
    path("pengaman/", account.second_factors, name="mfa_index"),
    path("pengaman/aplikasi/pasang/", account.add_authenticator, name="mfa_activate_totp"),
    path("pengaman/aplikasi/lepas/", account.remove_authenticator, name="mfa_deactivate_totp"),
    path("pengaman/kode-cadangan/", account.recovery_codes, name="mfa_view_recovery_codes"),
    path("pengaman/kode-cadangan/buat/", account.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("pengaman/kode-cadangan/unduh/", account.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("pengaman/kunci/", account.passkey_list, name="mfa_list_webauthn"),
    path("pengaman/kunci/tambah/", account.add_passkey, name="mfa_add_webauthn"),
    path("pengaman/kunci/<int:pk>/ubah/", account.edit_passkey, name="mfa_edit_webauthn"),
    path("pengaman/kunci/<int:pk>/lepas/", account.remove_passkey, name="mfa_remove_webauthn"),
    path("sesi/", me.my_sessions, name="usersessions_list"),
    path("sesi/akhiri/", me.end_my_other_sessions, name="usersessions_end_others"),
    path("sesi/<int:session_id>/akhiri/", me.end_my_session, name="usersessions_end"),
]

pages: list[URLPattern | URLResolver] = [
    path("masuk/sekali/<str:token>/", links.sign_in_link, name="sign_in_link"),
    path("bahasa/", public(set_language), name="set_language"),
    path("saya/", me.me, name="me"),
    path("pemberitahuan/", notices.notices, name="notices"),
    path("pemberitahuan/dibaca/", notices.notices_read, name="notices_read"),
    path("orang/", people.people_list, name="list"),
    path("orang/peran/", people.roles_page, name="roles"),
    path("orang/tambah/", people.new_user, name="new"),
    path("orang/<uuid:user_id>/", people.person_page, name="person"),
    path("orang/<uuid:user_id>/peran/", people.give_role, name="give_role"),
    path("orang/<uuid:user_id>/peran/<uuid:assignment_id>/akhiri/", people.end_role, name="end_role"),
    path("orang/<uuid:user_id>/tautan/", people.make_link, name="make_link"),
    path("orang/<uuid:user_id>/nonaktifkan/", people.deactivate, name="deactivate"),
    path("orang/<uuid:user_id>/aktifkan/", people.activate, name="activate"),
    path("orang/<uuid:user_id>/sesi/akhiri/", people.end_sessions, name="end_sessions"),
    path("orang/<uuid:user_id>/pengaman/hapus/", people.reset_factors, name="reset_factors"),
    path("jejak-audit/", trail.trail_page, name="trail"),
    path("jejak-audit/unduh/", trail.trail_export, name="trail_export"),
]

urlpatterns = [path("akun/", include(door)), path("", include((pages, "people")))]
