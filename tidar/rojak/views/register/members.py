"""Members of a post and their attendance; only for whoever arranges the post."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common import clock
from tidar.common.access import requires
from tidar.common.actor import Actor
from tidar.common.files import xlsx_file
from tidar.common.pages import page
from tidar.rojak.actions.dating import end_entry, reopen_entry
from tidar.rojak.actions.members import MemberValues, add_member, change_member, erase_member
from tidar.rojak.forms.register import LastDayForm, MemberForm, NewMemberForm
from tidar.rojak.models import Member, Post
from tidar.rojak.queries import posts as queries
from tidar.rojak.views.register.desk import (
    MemberOfPost,
    act_of,
    done,
    member_named,
    named_apart,
    post_named,
    refused,
    shown_with,
    today,
)

Act = Callable[[Actor, datetime], Any]
SPANS = (28, 91, 365)


@requires("patrol.coordinate", load=post_named)
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, post: Post) -> HttpResponse:
    """`/rojak/pos/<code>/anggota/`: everybody of the post, and a new one."""
    form = NewMemberForm(request.POST or None, initial={"mulai": today()})
    if request.method == "POST" and form.is_valid():
        values, first = values_of(form.cleaned_data), form.cleaned_data["mulai"]
        said = _("Anggota ditambahkan. Masukkan ke jadwal bila sudah siap.")
        if done(
            request, lambda by, at: add_member(post_id=post.pk, values=values, from_date=first, by=by, at=at),
            said=said, form=form,
        ):  # fmt: skip
            return redirect("rojak:members", post.code)
    context = {**shown_with(request, post, "members"), "members": queries.members_of(post), "form": form}
    return page(request, "rojak/register/members.html", context, status=422 if form.errors else 200)


def values_of(data: dict[str, Any]) -> MemberValues:
    """A member as a form describes them."""
    return MemberValues(name=data["nama"], phone=data["telepon"], account=data["akun"])


FORMS: dict[str, type[forms.Form]] = {
    "ubah": MemberForm, "akhiri": LastDayForm, "lanjutkan": forms.Form, "hapus": forms.Form,
}  # fmt: skip


@requires("patrol.coordinate", load=member_named)
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, found: MemberOfPost) -> HttpResponse:
    """`/rojak/pos/<code>/anggota/<id>/`: one member; leaving, coming back, erasing their data."""
    failed: dict[str, forms.Form] = {}
    if request.method == "POST" and (kind := FORMS.get(name := act_of(request))) is not None:
        form = kind(request.POST)
        if form.is_valid() and done(request, _act(name, form, found.member), said=_said(name), form=form):
            return redirect("rojak:member", found.post.code, found.member.pk)
        failed[name] = form
    own = found.member
    initial = {"nama": own.name, "telepon": own.phone, "akun": own.user.username if own.user else ""}
    shown: dict[str, forms.Form] = {
        "ubah": MemberForm(initial=initial), "akhiri": LastDayForm(initial={"terakhir": today()}), **failed,
    }  # fmt: skip
    context = {
        **shown_with(request, found.post, "members"), "member": own, "forms": named_apart(shown),
        "failed": next(iter(failed), ""),
        "failure": refused(failed),
    }  # fmt: skip
    return page(request, "rojak/register/member.html", context, status=422 if failed else 200)


def _said(name: str) -> str:
    return {
        "ubah": _("Data anggota diperbaiki."),
        "akhiri": _("Dicatat berhenti. Ia tidak dijadwalkan lagi sesudah hari itu."),
        "lanjutkan": _("Dicatat menjadi anggota lagi."),
        "hapus": _("Nama, telepon, dan akunnya dihapus. Jumlah rondanya tetap terhitung."),
    }[name]


def _act(name: str, form: forms.Form, own: Member) -> Act:
    data, pk = form.cleaned_data, own.pk
    acts: dict[str, Act] = {
        "ubah": lambda by, at: change_member(member_id=pk, values=values_of(data), by=by, at=at),
        "akhiri": lambda by, at: end_entry(kind="member", pk=pk, last_date=data["terakhir"], by=by, at=at),
        "lanjutkan": lambda by, at: reopen_entry(kind="member", pk=pk, by=by, at=at),
        "hapus": lambda by, at: erase_member(member_id=pk, last_date=today(), by=by, at=at),
    }
    return acts[name]


@requires("patrol.coordinate", load=post_named)
@require_safe
def attendance(request: HttpRequest, post: Post) -> HttpResponse:
    """`/rojak/pos/<code>/hadir/?hari=28`: turns and rounds of each member, and every round with who was there."""
    first, last, days = _span(request)
    context = {
        **shown_with(request, post, "attendance"),
        "rows": queries.presence_of(post, first, last, until=clock.now()),
        "rounds": queries.rounds_of(post, first=first, last=last)[:100],
        "first": first, "last": last, "days": days, "spans": SPANS,
    }  # fmt: skip
    return page(request, "rojak/register/attendance.html", context)


@requires("patrol.coordinate", load=post_named)
@require_safe
def attendance_file(request: HttpRequest, post: Post) -> HttpResponse:
    """`/rojak/pos/<code>/hadir.xlsx`: the same as a workbook, for whoever arranges the post."""
    first, last, _days = _span(request)
    rows = [
        [row.member.name, row.planned, row.present] for row in queries.presence_of(post, first, last, until=clock.now())
    ]
    headings = [_("Nama"), _("Giliran terjadwal"), _("Hadir")]
    return xlsx_file(f"hadir-{post.code}-{first.isoformat()}-{last.isoformat()}.xlsx", headings, rows)


def _span(request: HttpRequest) -> tuple[date, date, int]:
    asked = request.GET.get("hari", "")
    days = int(asked) if asked in {str(span) for span in SPANS} else SPANS[0]
    return today() - timedelta(days=days - 1), today(), days
