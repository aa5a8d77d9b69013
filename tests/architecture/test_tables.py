"""Foreign keys point down, migrations are linear and complete, every app says what it is for."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parents[2]
ORDER = (
    "common", "lake", "gateways", "places", "people", "formulir", "documents", "hub", "ledger", "retribusi", "rojak",
    "layanan", "indicators", "datago", "programs", "command_center",
)  # fmt: skip
OURS = [config for config in apps.get_app_configs() if config.name.startswith("tidar.")]


def test_foreign_keys_point_only_to_lower_layers() -> None:
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for config in OURS
        for model in config.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model._meta.app_label in ORDER
        if ORDER.index(field.related_model._meta.app_label) > ORDER.index(config.label)
    ]
    assert wrong == []


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    out = StringIO()
    try:
        call_command("makemigrations", *[c.label for c in OURS], check=True, dry_run=True, stdout=out, verbosity=1)
    except SystemExit:
        pytest.fail(f"models changed without a migration:\n{out.getvalue()}")


def test_migrations_are_linear() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for config in OURS:
        leaves = loader.graph.leaf_nodes(config.label)
        assert len(leaves) <= 1, f"{config.label} has several newest migrations: {leaves}"
        own = [key for key in loader.graph.nodes if key[0] == config.label]
        for key in own:
            children = [c for c in loader.graph.node_map[key].children if c.key[0] == config.label]
            assert len(children) <= 1, f"{key} is followed by several: {children}"


@pytest.mark.parametrize("config", OURS, ids=lambda c: c.label)
def test_every_app_explains_itself(config) -> None:
    readme = Path(config.path) / "README.md"
    assert readme.exists()
    assert len(readme.read_text().split()) >= 60, f"{readme} is too thin to help a newcomer"
