"""Posting: one business act is one group of transfers, all or nothing, once for each key.

The group row is its own audit trail: who, when, why; nothing of it can change. Locks: only the unique key of the group
is ever waited for, and only by the same act arriving twice at once.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToAgree
from tidar.common.ids import uuid7
from tidar.ledger.queries.groups import same_act
from tidar.ledger.rules.posting import Act, Line, fault_of_key, fault_of_lines

POST_SQL = """
SELECT ledger_post(%s, %s, %s, %s, %s, %s, %s, %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s,
                   %s::bigint[])
"""


class UnableToPost(UnableTo):
    """What was to be posted is no positive whole amount between two accounts, or its day is closed."""


class PostedAct(TypedDict):
    """Everything of `post` but its lines."""

    group_key: str
    kind: str
    happened_at: datetime
    at: datetime
    by: Actor
    reason: NotRequired[str]


def post(*, lines: Sequence[Line], **act: Unpack[PostedAct]) -> uuid.UUID:
    """Post one act inside the caller's transaction; returns the id of its group.

    The same key with the same content is the same act: the same id, nothing written. Raises `UnableToAgree` for the
    same key with other content, `UnableToPost` for lines that are none, `RuntimeError` outside `transaction.atomic`.
    """
    by, reason = act["by"], act.get("reason", "")
    posted = Act(act["group_key"], act["kind"], act["happened_at"], act["at"], by.kind, by.id, reason)
    return post_act(posted, lines)


def post_act(act: Act, lines: Sequence[Line], *, reverses: Sequence[int] | None = None) -> uuid.UUID:
    """`post` for an act as one value; `reverses` are the ids of the transfers that the lines mirror."""
    if not connection.in_atomic_block:
        raise RuntimeError("post belongs in the transaction of the change that moves the money")
    if sentence := fault_of_key(act.group_key) or fault_of_lines(lines):
        raise UnableToPost(sentence)
    new_id = uuid7()
    if _written(new_id, act, lines, reverses):
        return new_id
    known = same_act(act.group_key, act.kind, act.happened_at, lines)
    if known is None:
        raise UnableToAgree(_("Kunci %s sudah dipakai untuk pembukuan lain.") % act.group_key)
    return known


def _written(new_id: uuid.UUID, act: Act, lines: Sequence[Line], reverses: Sequence[int] | None) -> bool:
    """Whether the act was new. One round trip."""
    arrays = (
        [line.key for line in lines],
        [line.debit for line in lines],
        [line.credit for line in lines],
        [line.amount_rupiah for line in lines],
        [line.reference for line in lines],
    )
    head = (new_id, act.group_key, act.kind, act.happened_at, act.recorded_at, act.actor_kind, act.actor_id)
    with connection.cursor() as cursor:
        try:
            cursor.execute(POST_SQL, [*head, *arrays, act.reason, None if reverses is None else list(reverses)])
        except IntegrityError as error:
            raise translated(error, act) from error
        row = cursor.fetchone()
    return bool(row and row[0])


def translated(error: IntegrityError, act: Act) -> Exception:
    """The database's refusal as a sentence, where it is one that a person can cause. The transaction is lost."""
    said = str(error)
    if "transfer_key_once" in said:
        return UnableToAgree(_("Kunci transfer dalam %s sudah dipakai untuk pembukuan lain.") % act.group_key)
    if "without its accounts" in said:
        return UnableToPost(_("Hari pembukuannya sudah ditutup, atau akunnya tidak ada."))
    return error
