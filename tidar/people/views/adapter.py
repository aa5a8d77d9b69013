"""What we tell django-allauth: nobody signs up alone, our words, secrets of second factors encrypted at rest."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tidar.common import clock
from tidar.common.rows import read_rows
from tidar.people.actions import trail
from tidar.people.models import User

BLOCK_TOLD_SECONDS = 300


class PeopleBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs in as allauth does; the reading of every request is written once. Somebody deactivated is nobody."""

    def get_user(self, user_id: Any) -> User | None:
        """The account of a session, or None."""
        for user in read_rows(User, "row.id = %s", [user_id]):
            return user if self.user_can_authenticate(user) else None
        return None


class SignInAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in for accounts that an administrator made."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Akun ini sedang tidak aktif. Hubungi administrator."),
        "enter_current_password": _("Kata sandi saat ini tidak cocok."),
        "incorrect_code": _("Kode itu tidak cocok. Pakailah kode yang sedang tampil."),
        "incorrect_password": _("Kata sandi tidak cocok."),
        "email_password_mismatch": _("Nama akun atau kata sandi tidak cocok."),
        "username_password_mismatch": _("Nama akun atau kata sandi tidak cocok."),
        "invalid_login": _("Nama akun atau kata sandi tidak cocok."),
        "too_many_login_attempts": _("Terlalu banyak percobaan masuk. Tunggu lima menit, lalu coba lagi."),
        "rate_limited": _("Terlalu banyak permintaan. Tunggu sebentar, lalu coba lagi."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by an administrator."""
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Password, then passkey, then code: somebody who has just added a passkey has seen no code yet."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        order = ("reauthenticate", "mfa_reauthenticate:webauthn", "mfa_reauthenticate")
        return sorted(methods, key=lambda way: order.index(way["id"]))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the own profile."""
        return reverse("people:me")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuses after too many failures; keeps that in the audit trail once per account and five minutes."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            typed = str(credentials.get("username") or credentials.get("email") or "")
            ip = self.get_client_ip(request)
            mark = hashlib.sha256(f"{ip} {typed.lower()}".encode()).hexdigest()
            if cache.add(f"sign-in-blocked:{mark}", 1, BLOCK_TOLD_SECONDS):
                trail.record_refusal("session.blocked", typed=typed, at=clock.now(), about={"ip": ip})
            raise


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of second factors encrypted with a key derived from the secret key of the deployment."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("Pengaman ini tidak dapat dilepas."),
        "cannot_generate_recovery_codes": _("Aktifkan dahulu aplikasi autentikator atau kunci sandi."),
        "incorrect_code": _("Kode itu tidak cocok. Pakailah kode yang sedang tampil."),
    }

    def encrypt(self, text: str) -> str:
        """Cipher text of a secret (Fernet: AES-128-CBC with HMAC-SHA-256)."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again; keys of `SECRET_KEY_FALLBACKS` still open what they closed."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """The QR code on white: a dark page must not swallow it."""
        head, mark, drawing = str(super().build_totp_svg(url)).partition("<path")
        return f'{head}<rect width="100%" height="100%" fill="white"/>{mark}{drawing}'

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """The account's name, which people recognise in their authenticator."""
        return user.get_username()


def _box() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derived(str(key))) for key in keys])


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"tidar second factors " + key.encode()).digest())
