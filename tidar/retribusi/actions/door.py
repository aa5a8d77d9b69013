"""The traders' door: a one-time code to the registered phone; no password, no account.

Whoever asks hears the same answer whether the number is registered or not. A code lives ten minutes, takes five tries,
is kept only as a keyed hash, and is used once. Codes, phones and names are never logged.
The registered phone is the key: when it is changed, whoever came in by the old one is out, and the old one is told.
"""

from __future__ import annotations

import hmac
import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from tidar.common import audit, sealing
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.common.ids import uuid7
from tidar.gateways.api import send_message
from tidar.retribusi.models import DoorCode, Payer
from tidar.retribusi.rules import door as rules
from tidar.retribusi.rules.register import phone_e164

PHONE_PURPOSE = "retribusi door phone"


class UnableToOpen(UnableTo):
    """The code is wrong, too old, used, or was tried too often."""


def trader(payer: Payer) -> Actor:
    """The trader as an actor: known by number, without any permission."""
    return Actor(kind="public", id=f"payer:{payer.pk}", name=f"Wajib retribusi {payer.npwrd}")


def ask_for_code(*, typed: str, at: datetime) -> int | None:
    """Make a code for the payer that `typed` (an NPWRD or a phone number) means, and have it sent; the payer's id.

    None when it means nobody, or nobody certain, or too many codes were made: the caller shows the same page for all.
    The message is handed over by a job after commit, so that neither a slow nor a broken provider tells who is known.
    """
    payer = _meant(typed)
    if payer is None:
        return None
    with transaction.atomic():
        Payer.objects.select_for_update(no_key=True).get(pk=payer.pk)  # codes of one payer are counted one by one
        made = DoorCode.objects.filter(payer=payer)
        if made.filter(made_at__gt=at - rules.WINDOW).count() >= rules.CODES_IN_WINDOW:
            return None
        if made.filter(made_at__gt=at - rules.DAY).count() >= rules.CODES_IN_DAY:
            return None
        fresh = uuid7()
        code = rules.code_of(fresh.bytes, secret=settings.SECRET_KEY)
        DoorCode.objects.create(
            id=fresh, payer=payer, code_hash=_hash(code, str(fresh)), made_at=at, expires_at=at + rules.LIFE
        )
        audit.record("door.code_made", by=trader(payer), at=at, subject=("payer", str(payer.pk)))
        send_later(fresh)
    return payer.pk


def send_later(code_id: uuid.UUID) -> None:
    """A job, in the caller's transaction, that hands the code over; its arguments name the code, never tell it."""
    from procrastinate.contrib.django import app

    app.configure_task("retribusi.send_door_code", queue="hub").defer(code_id=str(code_id))


def send_code(*, code_id: uuid.UUID, at: datetime) -> bool:
    """Hand one code to whoever delivers messages; False when it is too late. Raises `UnableToSend`: the job retries."""
    found = DoorCode.objects.select_related("payer").filter(pk=code_id, used_at=None, expires_at__gt=at).first()
    if found is None:
        return False
    code = rules.code_of(found.pk.bytes, secret=settings.SECRET_KEY)
    text = _("Kode masuk retribusi Anda %(code)s, berlaku 10 menit. Jangan berikan kepada siapa pun.")
    send_message(to=found.payer.phone, text=text % {"code": code}, at=at)
    return True


def proof_of(holder_id: str) -> str:
    """What an open door rests on: a keyed fingerprint of the phone as registered now; "" when there is none."""
    phone = Payer.objects.filter(pk=int(holder_id)).values_list("phone", flat=True).first()
    return sealing.digest(phone, purpose=PHONE_PURPOSE) if phone else ""


def shut_after_phone(*, payer_id: int, old_phone: str, by: Actor, at: datetime) -> None:
    """The payer's phone was changed, in the caller's transaction: open codes end, and the old number is told by a job.

    Open sessions end by themselves: their proof is the old phone's (`proof_of`). The job keeps the old number sealed.
    """
    DoorCode.objects.filter(payer_id=payer_id, used_at=None, expires_at__gt=at).update(expires_at=at)
    audit.record("door.shut", by=by, at=at, subject=("payer", str(payer_id)), after={"why": "phone changed"})
    if old_phone:
        from procrastinate.contrib.django import app

        closed = sealing.sealed_text(old_phone, purpose=PHONE_PURPOSE)
        app.configure_task("retribusi.tell_old_phone", queue="hub").defer(sealed=closed)


def tell_old_phone(*, sealed: str, at: datetime) -> None:
    """Tell a number that it no longer opens the door. Raises `UnableToSend`: the job retries."""
    text = _("Nomor ini tidak lagi terdaftar untuk retribusi Anda. Bila Anda tidak memintanya, hubungi petugas.")
    send_message(to=sealing.opened_text(sealed, purpose=PHONE_PURPOSE), text=text, at=at)


def open_door(*, payer_id: int, code: str, at: datetime) -> Payer:
    """Check a code; used once. Raises `UnableToOpen` with a sentence; every try counts, also a right one too late."""
    with transaction.atomic():
        newest = DoorCode.objects.select_for_update().filter(payer_id=payer_id).order_by("-made_at").first()
        if newest is None or not _fits(newest, code, at=at):
            fits = False
        else:
            fits = True
            newest.used_at = at
            newest.save(update_fields=["used_at"])
            payer = Payer.objects.get(pk=payer_id)
            audit.record("door.opened", by=trader(payer), at=at, subject=("payer", str(payer_id)))
    if not fits:
        raise UnableToOpen(_("Kode itu salah atau sudah tidak berlaku. Periksa lagi, atau minta kode baru."))
    return payer


def _fits(newest: DoorCode, code: str, *, at: datetime) -> bool:
    """Whether the code opens; the try is counted either way."""
    DoorCode.objects.filter(pk=newest.pk).update(attempts=F("attempts") + 1)
    spent = newest.used_at is not None or newest.expires_at <= at or newest.attempts >= rules.ATTEMPTS
    right = hmac.compare_digest(_hash(rules.digits(code), str(newest.pk)), newest.code_hash)
    return right and not spent


def _hash(code: str, salt: str) -> str:
    return rules.code_hash(code, salt=salt, secret=settings.SECRET_KEY)


def _meant(typed: str) -> Payer | None:
    """The one active payer with this NPWRD or phone; None when there is none or more than one."""
    text = " ".join(typed.split())[:40]
    living = Payer.objects.filter(ended_at=None).exclude(phone="")
    found = list(living.filter(npwrd__iexact=text)[:2]) if text else []
    if not found and (phone := phone_e164(text)):
        found = list(living.filter(phone=phone)[:2])
    return found[0] if len(found) == 1 else None
