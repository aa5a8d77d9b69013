"""How a segment stands, in words: for rows, maps and pictures."""

from __future__ import annotations

from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tidar.rojak.queries.gaps import SegmentNow
from tidar.rojak.rules.coverage import SegmentState
from tidar.rojak.views.coverage.asked import STATES

SHORT = "D j M, H.i"


def sentence_of(one: SegmentNow) -> str:
    """ "terlambat 3 hari", "belum pernah, lewat 2 hari", "jatuh tempo hari ini": the state in words."""
    kind, days = one.state.kind, one.state.overdue_days
    if days and kind == "lewat":
        return ngettext("terlambat %d hari", "terlambat %d hari", days) % days
    if days and kind == "belum":
        return ngettext("belum pernah, lewat %d hari", "belum pernah, lewat %d hari", days) % days
    return str(STATES[kind][0])


def when_of(state: SegmentState) -> str:
    """ "terakhir Sen 16 Nov, 09.00 · jatuh tempo Rab 18 Nov, 09.00"."""
    due = _("jatuh tempo %s") % date_format(state.due_at, SHORT)
    if state.last_at is None:
        return due
    last = date_format(state.last_at.astimezone(state.due_at.tzinfo), SHORT)
    said = _("terakhir %s") % last if state.is_certain else _("terakhir %s (tidak pasti)") % last
    return f"{said} · {due}"
