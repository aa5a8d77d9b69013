"""What the documentation promises exists, and what exists is documented."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]


def test_every_environment_variable_is_documented() -> None:
    used: set[str] = set()
    for path in (ROOT / "tidar").rglob("*.py"):
        used |= set(re.findall(r"environ(?:\.get\(|\.setdefault\(|\[)\s*\"([A-Z_]+)\"", path.read_text()))
    documented = set(re.findall(r"`([A-Z_]{4,})`", (ROOT / "docs" / "settings.md").read_text()))
    assert used - {"DJANGO_SETTINGS_MODULE", "XDG_RUNTIME_DIR"} - documented == set()


def test_every_command_is_documented() -> None:
    from tidar.cli import DJANGO_WORDS

    text = (ROOT / "docs" / "commands.md").read_text()
    words = {"demo", "serve", "check", "manage", *DJANGO_WORDS}
    assert {word for word in words if f"`tidar {word}" not in text} == set()


def test_glossary_explains_the_words_of_the_models() -> None:
    text = (ROOT / "docs" / "words.md").read_text().lower()
    needed = (
        "feed contract delivery quarantine freshness event spine consumer lineage indicator area agency assignment "
        "datastream observation thing walidata lake version rhythm grace dead letter release replay "
        "account transfer group checkpoint series document levy kind market payer object occupancy census tariff "
        "relief closure run assessment payment allocation device karcis charge hand-over deposit case "
        "form submission post segment checkpoint member roster swap round leg check item finding activity "
        "empty house gap"
    )
    assert [word for word in needed.split() if word not in text] == []


def test_links_in_documents_lead_somewhere() -> None:
    broken = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tidar").rglob("README.md")]:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text()):
            if not target.startswith(("http:", "https:", "mailto:")) and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)} -> {target}")
    assert broken == []


def test_no_registry_is_named() -> None:
    hosts = re.compile("|".join(("py" + "pi[.]org", "python" + "hosted", "registry[.]np" + "m", "deb[.]deb" + "ian")))
    named = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if path.is_file() and path.suffix in {".md", ".txt", ".json", ".toml", ".py", ".cfg", ".yml", ""}
        if not {".venv", "node_modules", ".git", ".tidar", ".tidar-test", ".mypy_cache"} & set(path.parts)
        if path.stat().st_size < 2_000_000 and hosts.search(path.read_text(errors="ignore"))
    ]
    assert named == []


def test_no_template_breaks_the_content_security_policy() -> None:
    inline = re.compile(
        r"<script(?![^>]*\b(?:src|type=\"application/(?:ld\+)?json\"))[^>]*>|\sstyle=|\son[a-z]+=\"", re.I
    )
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for folder in (settings.UI_DIR, ROOT / "tidar")
        for path in folder.rglob("*.html")
        if "vendor" not in path.parts and (match := inline.search(path.read_text()))
    ]
    assert found == []
