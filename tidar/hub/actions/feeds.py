"""Making and changing feeds: by hand, or adopted from a program package; and the tokens that machines push with."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToFind
from tidar.hub.actions.observing import declare_sensing
from tidar.hub.models import Feed, FeedToken
from tidar.hub.rules.contract import Contract, contract_data
from tidar.hub.rules.definition import FeedDefinition, definition_from, definition_problems
from tidar.lake import api as lake
from tidar.people import api as people


class UnableToDefine(UnableTo):
    """The definition of a feed cannot be used; the sentence says what to change."""


def adopt_feeds(*, program_dir: Path, by: Actor, at: datetime) -> tuple[str, ...]:
    """Create or bring up to date every feed of a program package; all of them or none. Returns the feed codes.

    Idempotent: an unchanged definition writes nothing. What people taught a feed (headings, spellings) stays, and so
    does whether it is active.
    """
    codes = []
    with transaction.atomic():
        for path in sorted((program_dir / "feeds").glob("*.toml")):
            definition = read_definition(path.read_text(encoding="utf-8"), name=path.name)
            _save(definition, by=by, at=at)
            codes.append(definition.code)
    return tuple(codes)


def read_definition(text: str, *, name: str) -> FeedDefinition:
    """The definition in `text`; raises `UnableToDefine` with the file's name and everything that is wrong."""
    try:
        definition = definition_from(text)
    except ValueError as error:
        raise UnableToDefine(_("%(file)s tidak dapat dibaca: %(error)s") % {"file": name, "error": error}) from error
    if problems := definition_problems(definition):
        raise UnableToDefine(f"{name}: " + " ".join(problems))
    return definition


def create_feed(*, definition: FeedDefinition, by: Actor, at: datetime) -> Feed:
    """A new feed. Raises `UnableToDefine` when the code is taken or the definition is wrong."""
    _valid(definition)
    if Feed.objects.filter(code=definition.code).exists():
        raise UnableToDefine(_("Kode umpan '%s' sudah dipakai.") % definition.code)
    return _save(definition, by=by, at=at)


def edit_feed(*, feed_id: Any, definition: FeedDefinition, by: Actor, at: datetime) -> Feed:
    """Change a feed; a changed contract gets the next version number. Code and lake table cannot change."""
    _valid(definition)
    with transaction.atomic():
        feed = Feed.objects.select_for_update().get(pk=feed_id)
        if (feed.code, feed.lake_table) != (definition.code, definition.lake_table):
            raise UnableToDefine(_("Kode dan nama tabel umpan tidak dapat diubah; buat umpan baru."))
        return _save(definition, by=by, at=at)


def _valid(definition: FeedDefinition) -> None:
    if problems := definition_problems(definition):
        raise UnableToDefine(" ".join(problems))


@transaction.atomic
def _save(definition: FeedDefinition, *, by: Actor, at: datetime) -> Feed:
    by.must("hub.administer", agency=definition.agency)
    if people.agency(definition.agency) is None:
        raise UnableToDefine(
            _("Perangkat daerah '%(agency)s' belum terdaftar, padahal umpan '%(feed)s' memerlukannya.")
            % {"agency": definition.agency, "feed": definition.code}
        )
    _must_own_table(definition)
    feed = Feed.objects.select_for_update().filter(code=definition.code).first()
    before = _described(feed) if feed else None
    values = _values(definition) | {"contract": _versioned(definition.contract, feed)}
    if feed is None:
        feed = Feed.objects.create(code=definition.code, created_at=at, **values)
    elif before != _described(Feed(code=definition.code, **values)):
        Feed.objects.filter(pk=feed.pk).update(**values)
        feed.refresh_from_db()
    sensors = declare_sensing(feed=feed, data=msgspec.to_builtins(definition), by=by, at=at)
    if before != _described(feed) or sensors:
        action = "feed.create" if before is None else "feed.edit"
        record(action, by=by, at=at, subject=("feed", feed.code), before=before, after=_described(feed))
    return feed


def _must_own_table(definition: FeedDefinition) -> None:
    """A lake table has one source: a second one would replace its rows, and open what the first keeps closed."""
    name = definition.lake_table
    others = Feed.objects.filter(lake_table=name).exclude(code=definition.code)
    source = next((table.source for table in lake.tables() if table.name == name), "")
    if name and (others.exists() or source not in ("", f"feed:{definition.code}")):
        raise UnableToDefine(f"Tabel danau data '{name}' sudah diisi oleh sumber lain; pilih nama tabel yang lain.")


def _values(d: FeedDefinition) -> dict[str, Any]:
    return {
        "title": d.title,
        "description": d.description.strip(),
        "agency_id": d.agency,
        "kind": d.kind,
        "lake_table": d.lake_table,
        "rhythm_seconds": d.rhythm,
        "grace_seconds": d.grace,
        "access_class": d.access_class,
        "retention_days": d.retention_days,
        "pull_url": d.pull_url,
        "mqtt_topic": d.mqtt_topic,
        "sample": d.sample,
    }


def _described(feed: Feed) -> dict[str, Any]:
    names = ("title", "description", "agency_id", "kind", "lake_table", "rhythm_seconds", "grace_seconds", "contract")
    more = ("access_class", "retention_days", "pull_url", "mqtt_topic", "sample")
    return {name: getattr(feed, name) for name in (*names, *more)}


def _versioned(contract: Contract, feed: Feed | None) -> dict[str, object]:
    """The contract as JSON; its version rises by one when anything but the version differs from what the feed has."""
    new: dict[str, object] = json.loads(json.dumps(contract_data(contract)))  # as the database will give it back
    if feed is None:
        return new
    old = dict(feed.contract)
    old_version = int(old.pop("version", 1))
    new.pop("version", None)
    version = old_version if old == new else max(old_version + 1, contract.version)
    return new if version == 1 else {**new, "version": version}


def set_feed_active(*, feed_id: Any, active: bool, by: Actor, at: datetime) -> None:
    """Whether the feed is expected to deliver; an inactive feed is never late."""
    with transaction.atomic():
        feed = Feed.objects.select_for_update().get(pk=feed_id)
        by.must("hub.administer", agency=feed.agency_code)
        if feed.active == active:
            return
        Feed.objects.filter(pk=feed.pk).update(active=active)
        record(
            "feed.activate" if active else "feed.deactivate",
            by=by,
            at=at,
            subject=("feed", feed.code),
            before={"active": feed.active},
            after={"active": active},
        )


def issue_token(*, feed_id: Any, label: str, by: Actor, at: datetime, expires_at: datetime | None = None) -> str:
    """A new secret for pushing to one feed. Returned once; only its SHA-256 is kept."""
    secret = f"tdr_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        feed = Feed.objects.get(pk=feed_id)
        by.must("hub.administer", agency=feed.agency_code)
        if not label.strip():
            raise UnableToDefine(_("Beri nama token, misalnya nama mesin yang memakainya."))
        token = FeedToken.objects.create(
            feed=feed,
            label=label.strip()[:80],
            token_sha256=hashlib.sha256(secret.encode()).hexdigest(),
            created_at=at,
            expires_at=expires_at,
        )
        record(
            "feed.issue_token", by=by, at=at, subject=("feed", feed.code), after={"id": token.pk, "label": token.label}
        )
    return secret


def revoke_token(*, token_id: Any, by: Actor, at: datetime) -> None:
    """From now on the token opens nothing. Idempotent."""
    with transaction.atomic():
        token = FeedToken.objects.select_related("feed").filter(pk=token_id).first()
        if token is None:
            raise UnableToFind(_("Token itu tidak ada."))
        by.must("hub.administer", agency=token.feed.agency_code)
        if FeedToken.objects.filter(pk=token_id, revoked_at__isnull=True).update(revoked_at=at):
            subject = ("feed", token.feed.code)
            record("feed.revoke_token", by=by, at=at, subject=subject, after={"id": token.pk, "label": token.label})
