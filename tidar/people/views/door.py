"""What the libraries that keep the door announce, written into the audit trail. Connected by `apps.py`."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as mfa
from django.contrib.auth import signals as auth
from django.http import HttpRequest

from tidar.common import clock
from tidar.people.actions import trail
from tidar.people.models import User


def connect() -> None:
    """Listen; called once at start."""
    account.user_logged_in.connect(signed_in, dispatch_uid="people.signed_in")
    auth.user_logged_out.connect(signed_out, dispatch_uid="people.signed_out")
    auth.user_login_failed.connect(refused, dispatch_uid="people.refused")
    mfa.authentication_failed.connect(code_refused, dispatch_uid="people.code_refused")
    for signal, action in (
        (account.password_set, "password.set"),
        (account.password_changed, "password.changed"),
        (mfa.authenticator_added, "second_factor.added"),
        (mfa.authenticator_removed, "second_factor.removed"),
        (mfa.authenticator_reset, "second_factor.reset"),
    ):
        signal.connect(_keeping(action), weak=False, dispatch_uid=f"people.{action}")


def signed_in(*, request: HttpRequest, user: User, **_: Any) -> None:
    """A session began."""
    ways = [r.get("type") or r.get("method") for r in get_authentication_records(request, user)]
    _own("session.started", request, user, {"by": ", ".join(map(str, ways)) or "link"})


def signed_out(*, request: HttpRequest, user: User | None, **_: Any) -> None:
    """A session was ended by its person."""
    if user is not None:
        _own("session.ended", request, user, {})


def refused(*, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Name and password did not match."""
    typed = str(credentials.get("username") or credentials.get("email") or "")
    trail.record_refusal("session.refused", typed=typed, at=clock.now(), about={"ip": _ip(request)})


def code_refused(*, request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    """A code of a second factor did not match."""
    about = {"ip": _ip(request), "kind": authenticator.type}
    trail.record_refusal("second_factor.refused", typed=user.username, at=clock.now(), about=about)


def _keeping(action: str) -> Any:
    def keep(*, request: HttpRequest, user: User, authenticator: Any = None, **_: Any) -> None:
        _own(action, request, user, {"kind": authenticator.type} if authenticator is not None else {})

    return keep


def _own(action: str, request: HttpRequest, user: User, about: dict[str, str]) -> None:
    trail.record_own(action, user=user, at=clock.now(), about=about | {"ip": _ip(request)})


def _ip(request: HttpRequest | None) -> str:
    return str(get_adapter().get_client_ip(request)) if request is not None and request.META.get("REMOTE_ADDR") else ""
