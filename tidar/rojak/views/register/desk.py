"""What the pages of the register share: what an address names, today, an act that may fail with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tidar.common import clock
from tidar.common.access import actor_of
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.places import api as places
from tidar.rojak.models import Member, Post, RosterRule, Segment
from tidar.rojak.queries import posts as queries


@dataclass(frozen=True, slots=True)
class SegmentOfPost:
    """A segment by its address, with the area that rights are checked for."""

    post: Post
    segment: Segment

    @property
    def area_code(self) -> str:
        """The post's."""
        return self.post.area_code


@dataclass(frozen=True, slots=True)
class MemberOfPost:
    """A member by their address, with the area that rights are checked for."""

    post: Post
    member: Member

    @property
    def area_code(self) -> str:
        """The post's."""
        return self.post.area_code


@dataclass(frozen=True, slots=True)
class RuleOfPost:
    """A rule of the roster by its address, with the area that rights are checked for."""

    post: Post
    rule: RosterRule

    @property
    def area_code(self) -> str:
        """The post's."""
        return self.post.area_code


def today() -> date:
    """The day in the region."""
    return clock.now().astimezone(places.region().zone).date()


def post_named(request: HttpRequest, code: str) -> Post:
    """The post with this code."""
    return queries.post_by_code(code)


def segment_named(request: HttpRequest, code: str, segment: str) -> SegmentOfPost:
    """The segment of a post by both codes."""
    post = queries.post_by_code(code)
    found = post.segments.filter(code=segment).first()
    if found is None:
        raise UnableToFind(_("Itu tidak ada di rute pos ini."))
    return SegmentOfPost(post, found)


def member_named(request: HttpRequest, code: str, member_id: int) -> MemberOfPost:
    """The member of a post."""
    post = queries.post_by_code(code)
    found = post.members.select_related("user").filter(pk=member_id).first()
    if found is None:
        raise UnableToFind(_("Anggota itu tidak ada di pos ini."))
    return MemberOfPost(post, found)


def rule_named(request: HttpRequest, code: str, rule_id: int) -> RuleOfPost:
    """The rule of a post's roster."""
    post = queries.post_by_code(code)
    found = post.roster.prefetch_related("members").filter(pk=rule_id).first()
    if found is None:
        raise UnableToFind(_("Jadwal itu tidak ada di pos ini."))
    return RuleOfPost(post, found)


def may_coordinate(request: HttpRequest, post: Post) -> bool:
    """Whether the reader arranges this post, and so reads its members' names."""
    return actor_of(request).may("patrol.coordinate", area=post.area_code)


def shown_with(request: HttpRequest, post: Post, tab: str) -> dict[str, Any]:
    """What every page of a post shows: the post, its program's words, where it is, which tab is open."""
    return {
        "post": post,
        "words": post.program.words,
        "place": queries.place_of(post.area_code),
        "may_edit": may_coordinate(request, post),
        "today": today(),
        "tab": tab,
    }


def act_of(request: HttpRequest) -> str:
    """Which act a form asks for."""
    return request.POST.get("aksi", "")


def number_in(request: HttpRequest, name: str) -> int:
    """A whole number in a form field, 0 when there is none."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


def named_apart(shown: Mapping[str, forms.Form]) -> dict[str, forms.Form]:
    """Forms of one page with ids of their own."""
    for name, form in shown.items():
        form.auto_id = f"{name}-%s"
    return dict(shown)


def refused(failed: Mapping[str, forms.Form]) -> list[str]:
    """Sentences of acts that failed, for the top of the page: the act's own form may not be shown any more."""
    return [str(sentence) for form in failed.values() for sentence in form.non_field_errors()]


def done(
    request: HttpRequest, act: Callable[[Actor, datetime], Any], *, said: str = "", form: forms.Form | None = None
) -> bool:
    """Do the act as the reader, now; True when it was done. A failure stays on the form, or is shown as a message."""
    try:
        act(actor_of(request), clock.now())
    except UnableToAllow:
        raise
    except UnableTo as error:
        if form is not None:
            form.add_error(None, error.sentence)
        else:
            messages.error(request, error.sentence)
        return False
    if said:
        messages.success(request, said)
    return True
