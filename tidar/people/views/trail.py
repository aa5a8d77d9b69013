"""The audit trail: filtered, paged by keyset, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.models import AuditEntry
from tidar.common.pages import page
from tidar.people.actions.trail import record_export
from tidar.people.forms import TrailForm
from tidar.people.queries import trail
from tidar.people.rules import Difference, differences, spreadsheet_safe

PAGE_SIZE = 50
EXPORT_LIMIT = 100_000
HEADINGS = (
    "waktu", "pelaku", "jenis_pelaku", "id_pelaku", "tindakan", "jenis_sasaran", "sasaran",
    "sebelum", "sesudah", "nomor_rujukan",
)  # fmt: skip


# What people does, in words; entries of other apps show their action's name alone.
ACTION_WORDS = {
    "account.activated": _("mengaktifkan akun"),
    "account.created": _("membuat akun"),
    "account.deactivated": _("menonaktifkan akun"),
    "account.second_factors_reset": _("menghapus pengaman masuk"),
    "account.updated": _("mengubah profil"),
    "agencies.loaded": _("memuat daftar perangkat daerah"),
    "audit.exported": _("mengunduh jejak audit"),
    "notice.read": _("membaca pemberitahuan"),
    "notice.sent": _("mengirim pemberitahuan"),
    "password.changed": _("mengganti kata sandi"),
    "password.set": _("membuat kata sandi"),
    "role.ended": _("mengakhiri peran"),
    "role.given": _("memberi peran"),
    "role.withdrawn": _("membatalkan peran"),
    "second_factor.added": _("memasang pengaman masuk"),
    "second_factor.refused": _("kode pengaman ditolak"),
    "second_factor.removed": _("melepas pengaman masuk"),
    "second_factor.reset": _("mengganti kode cadangan"),
    "session.blocked": _("percobaan masuk ditahan"),
    "session.ended": _("keluar"),
    "session.refused": _("gagal masuk"),
    "session.revoked": _("mengakhiri sesi"),
    "session.started": _("masuk"),
    "sign_in_link.created": _("membuat tautan masuk"),
    "sign_in_link.used": _("memakai tautan masuk"),
}


@requires("audit.read")
@require_safe
def trail_page(request: HttpRequest) -> HttpResponse:
    """Who did what, newest first."""
    form = TrailForm(request.GET)
    asked = form.asked() if form.is_valid() else trail.TrailFilter()
    shown, cursor = trail.page_after(asked, cursor=request.GET.get("sesudah", ""), size=PAGE_SIZE)
    narrowed = {k: v for k, v in request.GET.items() if k in form.fields and v}
    names = trail.names_of(shown)
    context = {
        "form": form,
        "rows": [(e, ACTION_WORDS.get(e.action, ""), names.get(e.subject_id, ""), _changes(e)) for e in shown],
        "narrowed": narrowed,
        "next_query": urlencode(narrowed | {"sesudah": cursor}) if cursor else "",
        "is_first_page": "sesudah" not in request.GET,
        "first_query": urlencode(narrowed),
    }
    return page(request, "people/trail.html", context, block="entries", status=200 if form.is_valid() else 422)


@requires("audit.read")
@require_POST
def trail_export(request: HttpRequest) -> HttpResponseBase:
    """The entries that match as CSV, no cell of which a spreadsheet would run; the export itself is audited."""
    form = TrailForm(request.POST)
    asked = form.asked() if form.is_valid() else trail.TrailFilter()
    at = clock.now()
    narrowed = {k: str(v) for k, v in form.cleaned_data.items() if v}
    record_export(narrowed=narrowed, by=actor_of(request), at=at)
    response = StreamingHttpResponse(_lines(asked), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="jejak-audit-{timezone.localdate(at)}.csv"'
    return response


def _changes(entry: AuditEntry) -> tuple[Difference, ...]:
    return differences(entry.before, entry.after)


def _lines(asked: trail.TrailFilter) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEADINGS)
    for entry in trail.all_of(asked, limit=EXPORT_LIMIT):
        writer.writerow([spreadsheet_safe(text) for text in _cells(entry)])
        if buffer.tell() > 64_000:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    return (
        timezone.localtime(entry.at).isoformat(),
        entry.actor_name,
        entry.actor_kind,
        entry.actor_id,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        _words(entry.before),
        _words(entry.after),
        entry.request_reference,
    )


def _words(values: dict[str, Any] | None) -> str:
    return "; ".join(f"{d.field}: {d.after}" for d in differences(None, values))
