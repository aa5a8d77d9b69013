"""Changing what the register says of a stall and its holder, keeping what it said before so that it can be undone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.retribusi.actions.door import shut_after_phone
from tidar.retribusi.actions.register import UnableToRegister, must_own_nik, set_nik
from tidar.retribusi.models import LevyObject, Occupancy, Payer
from tidar.retribusi.rules.importing import Line, Stall


def update_from(line: Line, stall: Stall, changes: Collection[str], *, by: Actor, at: datetime) -> dict[str, Any]:
    """Set the changed facts; returns what they were, as JSON keeps it (of a NIK only that there was none)."""
    if stall.holder is None:
        raise ValueError("only an occupied stall is updated")
    values = {
        "place_type": line.place_type, "area_m2": line.area_m2, "nik": line.nik, "phone": line.phone,
        "address": line.address, "right": (line.right, line.right_number, line.right_until),
    }  # fmt: skip
    return change(
        object_id=stall.id, payer_id=stall.holder.id, occupancy_id=stall.occupancy,
        values={name: values[name] for name in changes}, by=by, at=at,
    )  # fmt: skip


def change(
    *, object_id: int, payer_id: int, occupancy_id: int, values: Mapping[str, Any], by: Actor, at: datetime
) -> dict[str, Any]:
    """Set facts of a stall, its holder and its right; returns what they were before. One audit entry.

    Raises `UnableToRegister` when the NIK belongs to another payer.
    """
    with transaction.atomic():
        occupancy = Occupancy.objects.select_for_update().get(pk=occupancy_id)
        held = LevyObject.objects.select_for_update().get(pk=object_id)
        payer = Payer.objects.select_for_update().get(pk=payer_id)
        must_own_nik(values.get("nik") or "", payer_id=payer_id)
        old_phone = payer.phone
        before = {name: _now(name, held, payer, occupancy) for name in values}
        for name, value in values.items():
            _set(name, value, held, payer, occupancy)
        held.save(update_fields=["place_type", "area_m2"])
        occupancy.save(update_fields=["right", "right_number", "right_until"])
        try:
            with transaction.atomic():
                payer.save(update_fields=["phone", "address", "nik_encrypted", "nik_digest", "nik_last4"])
        except IntegrityError as error:
            raise UnableToRegister(_("NIK itu milik wajib retribusi lain.")) from error
        if payer.phone != old_phone:
            shut_after_phone(payer_id=payer_id, old_phone=old_phone, by=by, at=at)
        after = {name: _now(name, held, payer, occupancy) for name in values}
        subject = ("occupancy", str(occupancy_id))
        record("occupancy.change", by=by, at=at, subject=subject, before=_told(before), after=_told(after))
    return before


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """For the audit trail, which outlives personal data: that it changed, not what it was."""
    return {name: "•••" if name in ("phone", "address", "nik") and value else value for name, value in values.items()}


def _now(name: str, held: LevyObject, payer: Payer, occupancy: Occupancy) -> Any:
    if name == "place_type":
        return held.place_type
    if name == "area_m2":
        return str(held.area_m2) if held.area_m2 is not None else None
    if name == "nik":
        return "ada" if payer.nik_digest else ""
    if name == "right":
        until = occupancy.right_until
        return [occupancy.right, occupancy.right_number, until.isoformat() if until else None]
    return getattr(payer, name)


def _set(name: str, value: Any, held: LevyObject, payer: Payer, occupancy: Occupancy) -> None:
    if name == "place_type":
        held.place_type = value
    elif name == "area_m2":
        held.area_m2 = Decimal(value) if value is not None else None
    elif name == "nik":
        set_nik(payer, value)
    elif name == "right":
        kind, number, until = value
        occupancy.right, occupancy.right_number = kind, number
        occupancy.right_until = date.fromisoformat(until) if isinstance(until, str) else until
    else:
        setattr(payer, name, value)
