"""Events of findings. What concerns a person says neither words nor a position, and only its readers see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tidar.hub.api import EventFields, SourceRef, record_event
from tidar.rojak.models import Finding, FindingKind


def tell_finding(
    kind: str, *, finding: Finding, subject: str, at: datetime, source: str, data: Mapping[str, Any] | None = None
) -> None:
    """Record `patrol.…` about a finding inside the caller's transaction. `subject` names no person, note or house."""
    fields = finding_fields(finding, subject=subject, data=data)
    record_event(kind=kind, happened_at=at, at=at, source=SourceRef("action", source), fields=fields)


def finding_fields(finding: Finding, *, subject: str, data: Mapping[str, Any] | None = None) -> EventFields:
    """What an event about this finding may say."""
    person = finding.kind.sensitivity == FindingKind.Sensitivity.PERSON
    said = {
        "finding": str(finding.pk),
        "kind": finding.kind.key,
        "post": finding.post.code,
        "segment": finding.segment.code if finding.segment else "",
        "severity": finding.severity,
        "agency": finding.kind.agency_id or "",
        **(data or {}),
    }
    if person:
        said["segment"] = ""
    return EventFields(
        subject=finding.post.code if person else subject,
        area_code=finding.post.area_code,
        lon=None if person else finding.lon,
        lat=None if person else finding.lat,
        data=said,
        permission="patrol.persons" if person else "patrol.see",
    )
