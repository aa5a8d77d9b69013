"""The library's sign-in views, each with declared access; a failed form answers 422 like everywhere else."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.http import HttpRequest, HttpResponseBase

from tidar.common.access import View, public, signed_in


def _with_422(view: View) -> View:
    @functools.wraps(view)
    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        posted = request.method == "POST"
        response = view(request, *args, **kwargs)
        if posted and response.status_code == 200:
            response.status_code = 422  # these views redirect when all is well
        return response

    return spoken


def _declared(declare: Callable[[View], View], view: Any) -> View:
    return declare(_with_422(view))


sign_in = _declared(public, account.login)
sign_out = _declared(public, account.logout)
inactive = _declared(public, account.account_inactive)
reauthenticate = _declared(signed_in, account.reauthenticate)
change_password = _declared(signed_in, account.password_change)
set_password = _declared(signed_in, account.password_set)

second_factors = _declared(signed_in, mfa.index)
second_step = _declared(public, mfa.authenticate)  # the person is known by password only, not yet signed in
second_factor_again = _declared(signed_in, mfa.reauthenticate)
add_authenticator = _declared(signed_in, totp.activate_totp)
remove_authenticator = _declared(signed_in, totp.deactivate_totp)
recovery_codes = _declared(signed_in, recovery.view_recovery_codes)
new_recovery_codes = _declared(signed_in, recovery.generate_recovery_codes)
download_recovery_codes = _declared(signed_in, recovery.download_recovery_codes)
passkey_list = _declared(signed_in, passkeys.list_webauthn)
add_passkey = _declared(signed_in, passkeys.add_webauthn)
edit_passkey = _declared(signed_in, passkeys.edit_webauthn)
remove_passkey = _declared(signed_in, passkeys.remove_webauthn)
passkey_again = _declared(signed_in, passkeys.reauthenticate_webauthn)
sign_in_by_passkey = _declared(public, passkeys.login_webauthn)
