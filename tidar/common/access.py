"""What a view demands, declared on the view and checked before it runs.

Every URL declares exactly one of `public`, `signed_in`, `requires(permission)` or `requires_holder(kind)`;
`DeclaredAccess` middleware refuses a view that declares nothing, and `tests/pages` sweeps every URL with every role.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from tidar.common import clock
from tidar.common.actor import Actor

View = Callable[..., HttpResponseBase]
Load = Callable[..., Any]
Proof = Callable[[str], str]  # from the id of a holder: what their proof rests on now


@dataclass(frozen=True, slots=True)
class Access:
    """A view's demand: `kind` and, for `permission`, which one; for `holder`, who (and `door` is where they knock)."""

    kind: Literal["public", "signed_in", "permission", "holder"]
    permission: str = ""
    door: str = ""


def actor_of(request: HttpRequest) -> Actor:
    """The actor that `people.middleware.CurrentActor` put on the request."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def public(view: View) -> View:
    """Anyone may open this page. The view decides what it shows to whom."""
    return _declared(view, Access("public"))


def signed_in(view: View) -> View:
    """Anyone with an account may open this page."""
    return _guarded(view, Access("signed_in"), load=None)


def requires_holder(kind: str, *, door: str, proof: Proof | None = None) -> Callable[[View], View]:
    """Only a browser that proved, without an account, to be a `kind` of person ("trader") may open this page.

    The view gets the proven id: `view(request, holder_id, …)`. Everybody else is sent to the URL named `door`; so is
    whoever proved something that `proof` says no longer stands.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            found = holder_of(request, kind, proof=proof)
            if found is None:
                return redirect_to_login(request.get_full_path(), login_url=reverse(door))
            return view(request, found, *args, **kwargs)

        return _declared(guarded, Access("holder", kind, door))

    return decorate


def hold(request: HttpRequest, kind: str, holder_id: str, *, until: datetime, proof: str = "") -> None:
    """Remember in a fresh session that this browser proved to be `holder_id`, until a moment, and by what."""
    request.session.cycle_key()
    request.session[f"holder:{kind}"] = {"id": holder_id, "until": until.isoformat(), "proof": proof}


def let_go(request: HttpRequest, kind: str) -> None:
    """Forget what `hold` remembered."""
    request.session.pop(f"holder:{kind}", None)


def holder_of(request: HttpRequest, kind: str, *, proof: Proof | None = None) -> str | None:
    """The id that this browser proved to be, while that holds: not too old, and proven by what `proof` says today."""
    held = request.session.get(f"holder:{kind}") or {}
    if "until" not in held or datetime.fromisoformat(held["until"]) <= clock.now():
        return None
    holder_id = str(held["id"])
    return None if proof is not None and held.get("proof", "") != proof(holder_id) else holder_id


def requires(permission: str, *, load: Load | None = None) -> Callable[[View], View]:
    """Only actors with `permission` may open this page.

    With `load(request, **url_arguments)`, the loaded object is checked too (its `agency_code` and `area_code`, where it
    has them) and handed to the view in place of the URL arguments: `view(request, obj)`.
    """
    return lambda view: _guarded(view, Access("permission", permission), load=load)


def declared_access(view: object) -> Access | None:
    """What a view declared, or None."""
    return getattr(view, "access", None)


def _declared(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def _refusal(request: HttpRequest, access: Access) -> HttpResponseBase | None:
    actor = actor_of(request)
    if not actor.is_known:
        return redirect_to_login(request.get_full_path())
    if access.kind == "permission":
        actor.must(access.permission)
    return None


def _authorised(request: HttpRequest, access: Access, obj: Any) -> None:
    agency, area = getattr(obj, "agency_code", None), getattr(obj, "area_code", None)
    actor_of(request).must(access.permission, agency=agency, area=area or None)


def _guarded(view: View, access: Access, load: Load | None) -> View:
    if inspect.iscoroutinefunction(view):
        if load is not None:
            raise TypeError("an asynchronous view loads its own object")

        @functools.wraps(view)
        async def asynchronous(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            refusal = _refusal(request, access)
            return refusal or await cast(Awaitable[HttpResponseBase], view(request, *args, **kwargs))

        return _declared(cast(View, asynchronous), access)

    @functools.wraps(view)
    def synchronous(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if refusal := _refusal(request, access):
            return refusal
        if load is None:
            return view(request, *args, **kwargs)
        obj = load(request, *args, **kwargs)
        _authorised(request, access, obj)
        return view(request, obj)

    return _declared(synchronous, access)
