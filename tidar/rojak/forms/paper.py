"""The sheet of a paper round, typed in: who and when, ticks of segments, lines of findings and activities."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tidar.rojak.forms.register import DayField, HourField
from tidar.rojak.models import FindingKind, Member, Post, Segment
from tidar.rojak.rules.paper import PaperActivity, PaperCheck, PaperFinding, PaperRound

FINDING_LINES, ACTIVITY_LINES = 8, 3
FINDING_PARTS, ACTIVITY_PARTS = ("jenis", "bagian", "jam", "tingkat", "catatan"), ("jenis", "orang", "menit")
SEVERITIES = (("", _("biasa")), ("1", _("ringan")), ("2", _("sedang")), ("3", _("segera")))
Choices = list[tuple[str, Any]]
NOTHING: tuple[str, Any] = ("", "—")


@dataclass(frozen=True, slots=True)
class Known:
    """What the post has: the choices on its sheet."""

    post: Post
    members: Sequence[Member]
    segments: Sequence[Segment]
    kinds: Sequence[FindingKind]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sheet, as the template draws it: its number and its fields by name."""

    title: str
    fields: dict[str, forms.BoundField]


def _select(label: Any, choices: Choices, *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=required)


class PaperForm(forms.Form):
    """A whole sheet."""

    naskah = forms.UUIDField(widget=forms.HiddenInput)
    tanggal = DayField(label=_("Tanggal"))
    mulai = HourField(label=_("Jam mulai"))
    selesai = HourField(label=_("Jam selesai"))

    def __init__(self, *args: Any, known: Known, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        people = [(member.pk, member.name) for member in known.members]
        self.fields["ketua"] = forms.TypedChoiceField(
            label=_("Yang memimpin"), choices=[NOTHING, *people], coerce=int, empty_value=None, required=False
        )
        self.fields["hadir"] = forms.TypedMultipleChoiceField(
            label=_("Yang hadir"), choices=people, coerce=int, widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Centang siapa yang hadir.")},
        )  # fmt: skip
        for segment in known.segments:
            self.fields[f"lihat-{segment.code}"] = forms.BooleanField(label=segment.title, required=False)
            self.fields[f"jam-{segment.code}"] = HourField(label=_("Jam"), required=False)
        self._add_lines()
        self.fields["catatan"] = forms.CharField(
            label=_("Catatan ronda"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("Jangan menulis nama orang."),
        )  # fmt: skip

    def _add_lines(self) -> None:
        numbered = enumerate(self.known.kinds, start=1)  # as they are numbered on the printed form
        kinds: Choices = [NOTHING, *((k.key, f"{n} · {k.title}") for n, k in numbered)]
        places: Choices = [NOTHING, *((segment.code, segment.title) for segment in self.known.segments)]
        doings: Choices = [NOTHING, *((a["key"], a["title"]) for a in self.known.post.program.settings["activities"])]
        for number in range(FINDING_LINES):
            self.fields[f"temuan-{number}-jenis"] = _select(_("Jenis"), kinds)
            self.fields[f"temuan-{number}-bagian"] = _select(_("Di mana"), places)
            self.fields[f"temuan-{number}-jam"] = HourField(label=_("Jam"), required=False)
            self.fields[f"temuan-{number}-tingkat"] = _select(_("Tingkat"), list(SEVERITIES))
            self.fields[f"temuan-{number}-catatan"] = forms.CharField(
                label=_("Catatan"), max_length=200, required=False
            )
        for number in range(ACTIVITY_LINES):
            self.fields[f"kegiatan-{number}-jenis"] = _select(_("Kegiatan"), doings)
            self.fields[f"kegiatan-{number}-orang"] = forms.IntegerField(
                label=_("Jumlah orang"), min_value=0, max_value=10_000, required=False
            )
            self.fields[f"kegiatan-{number}-menit"] = forms.IntegerField(
                label=_("Menit"), min_value=0, max_value=1_440, required=False
            )

    def clean(self) -> dict[str, Any]:
        """Hours lie within the round; a line that says something says what."""
        data = super().clean() or {}
        if "naskah" in self.errors:
            self.add_error(None, _("Nomor naskahnya hilang. Buka halaman ini sekali lagi, lalu ketik ulang."))
        self._clean_hours(data)
        for number in range(FINDING_LINES):
            said = [data.get(f"temuan-{number}-{part}") for part in FINDING_PARTS[1:]]
            if any(said) and not data.get(f"temuan-{number}-jenis"):
                self.add_error(f"temuan-{number}-jenis", _("Pilih jenisnya."))
        for number in range(ACTIVITY_LINES):
            if data.get(f"kegiatan-{number}-jenis") and data.get(f"kegiatan-{number}-orang") is None:
                self.add_error(f"kegiatan-{number}-orang", _("Isi jumlah orangnya."))
        return data

    def _clean_hours(self, data: dict[str, Any]) -> None:
        starts, ends = data.get("mulai"), data.get("selesai")
        if not starts or not ends:
            return
        if ends <= starts:
            self.add_error("selesai", _("Jam selesai harus sesudah jam mulai."))
        for name in [name for name in self.fields if name.startswith("jam-") or name.endswith("-jam")]:
            hour = data.get(name)
            if hour and not starts <= hour <= ends:
                self.add_error(name, _("Di luar jam ronda ini."))

    def check_lines(self) -> Iterator[Line]:
        """A line for each segment: the tick and the hour."""
        for segment in self.known.segments:
            yield Line(segment.title, {"tick": self[f"lihat-{segment.code}"], "hour": self[f"jam-{segment.code}"]})

    def finding_lines(self) -> Iterator[Line]:
        """The lines of findings."""
        for number in range(FINDING_LINES):
            yield Line(str(number + 1), {part: self[f"temuan-{number}-{part}"] for part in FINDING_PARTS})

    def activity_lines(self) -> Iterator[Line]:
        """The lines of activities."""
        for number in range(ACTIVITY_LINES):
            yield Line(str(number + 1), {p: self[f"kegiatan-{number}-{p}"] for p in ACTIVITY_PARTS})

    def paper_round(self) -> PaperRound:
        """The sheet as values; only after `is_valid`."""
        data = self.cleaned_data
        sheet: uuid.UUID = data["naskah"]
        day: date = data["tanggal"]
        starts: time = data["mulai"]
        return PaperRound(
            id=sheet, date=day, starts=starts, ends=data["selesai"], leader=data["ketua"],
            present=tuple(data["hadir"]), checks=tuple(self._checks()), findings=tuple(self._findings()),
            activities=tuple(self._activities()), note=data["catatan"].replace("\r\n", "\n"),
        )  # fmt: skip

    def _checks(self) -> Iterator[PaperCheck]:
        for segment in self.known.segments:
            hour = self.cleaned_data[f"jam-{segment.code}"]
            if self.cleaned_data[f"lihat-{segment.code}"] or hour:
                yield PaperCheck(segment.code, hour)

    def _findings(self) -> Iterator[PaperFinding]:
        usual = {kind.key: kind.severity for kind in self.known.kinds}
        for number in range(FINDING_LINES):
            one = {
                p: self.cleaned_data[f"temuan-{number}-{p}"] for p in ("jenis", "bagian", "jam", "tingkat", "catatan")
            }
            if one["jenis"]:
                severity = int(one["tingkat"] or usual[one["jenis"]])
                yield PaperFinding(one["jenis"], severity, one["bagian"], one["catatan"], one["jam"])

    def _activities(self) -> Iterator[PaperActivity]:
        for number in range(ACTIVITY_LINES):
            one = {part: self.cleaned_data[f"kegiatan-{number}-{part}"] for part in ACTIVITY_PARTS}
            if one["jenis"]:
                yield PaperActivity(one["jenis"], one["orang"], one["menit"] or 0)
