"""The design system keeps its promises: contrast in both themes, one gallery entry per component, no foreign style."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tidar.common.management.commands.build_ui import VENDOR, build, style_sheets

TOKENS = (settings.UI_DIR / "static" / "tokens.css").read_text()
PAIRS = [(a, b, float(ratio)) for a, b, ratio in re.findall(r"pair: (--[\w-]+) on (--[\w-]+) ([\d.]+)", TOKENS)]
FOLDERS = sorted(p.name for p in (settings.UI_DIR / "components").iterdir() if p.is_dir())


def _block(start: str) -> dict[str, str]:
    body = TOKENS.split(start, 1)[1].split("{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", body))


THEMES = {"light": _block(':root, [data-theme="light"]'), "dark": _block('\n[data-theme="dark"]')}


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two #rrggbb colours."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_ratio_itself_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(
    ("theme", "pair"), list(product(THEMES, PAIRS)), ids=lambda v: v if isinstance(v, str) else v[0]
)
def test_declared_pairs_have_their_contrast(theme: str, pair: tuple[str, str, float]) -> None:
    ink, ground, wanted = pair
    assert contrast(THEMES[theme][ink], THEMES[theme][ground]) >= wanted


def test_enough_pairs_are_declared() -> None:
    assert len(PAIRS) >= 30
    assert {"--ink", "--muted", "--link"} <= {ink for ink, _ground, _ratio in PAIRS}


def test_both_themes_define_the_same_tokens() -> None:
    assert set(THEMES["light"]) == set(THEMES["dark"])


def test_the_system_s_dark_is_the_chosen_dark() -> None:
    assert _block("@media (prefers-color-scheme: dark) {\n  :root:not([data-theme])") == THEMES["dark"]


def test_level_colours_differ_also_in_lightness() -> None:
    for theme in THEMES.values():
        levels = [_luminance(theme[f"--level-{name}"]) for name in ("normal", "waspada", "awas")]
        assert len({round(level, 2) for level in levels}) == 3


def test_map_classes_darken_or_lighten_in_order() -> None:
    light = [_luminance(THEMES["light"][f"--seq-{n}"]) for n in range(1, 6)]
    dark = [_luminance(THEMES["dark"][f"--seq-{n}"]) for n in range(1, 6)]
    assert light == sorted(light, reverse=True)
    assert dark == sorted(dark)


def test_style_sheets_use_only_declared_tokens() -> None:
    declared = set(re.findall(r"(--[\w-]+):", TOKENS)) | {"--w", "--gap", "--points"}
    sheets = [*style_sheets(settings.UI_DIR), *(settings.ROOT / "tidar").rglob("static/**/*.css")]
    unknown = {
        (p.name, n)
        for p, text in [(sheet, sheet.read_text()) for sheet in sheets]
        for n in re.findall(r"var\((--[\w-]+)[,)]", text)
        if n not in declared | set(re.findall(r"(--[\w-]+):", text))  # its own, for a state or a theme
    }
    assert unknown == set()


def test_components_take_their_colours_from_tokens() -> None:
    sheets = (settings.UI_DIR / "components").glob("*/*.css")
    assert [
        p.name
        for p in sheets
        if re.search(r"#[0-9a-f]{3,8}\b(?![\w-])", re.sub(r"@media print.*", "", p.read_text(), flags=re.S))
    ] == []


@pytest.mark.parametrize("name", FOLDERS)
def test_every_component_is_whole(name: str) -> None:
    folder = settings.UI_DIR / "components" / name
    assert (folder / f"{name}.css").read_text().startswith("/*")
    assert (folder / "gallery.html").exists()


@pytest.mark.django_db
def test_the_gallery_shows_every_component_twice() -> None:
    page = Client().get("/ui/").content.decode()
    for name in FOLDERS:
        assert f'data-theme="light" id="{name}-light"' in page
        assert f'data-theme="dark" id="{name}-dark"' in page


def test_the_style_sheet_is_the_same_twice(tmp_path: Path) -> None:
    ui, modules = _small_ui(tmp_path)
    first = build(ui, modules).read_bytes()
    assert build(ui, modules).read_bytes() == first
    assert first.index(b"/* tokens */") < first.index(b"/* base */") < first.index(b"/* button */")
    assert b"sourceMappingURL" not in (ui / "static" / "vendor" / "htmx.min.js").read_bytes()


def _small_ui(folder: Path) -> tuple[Path, Path]:
    ui, modules = folder / "ui", folder / "node_modules"
    for name in ("static/tokens.css", "static/base.css", "components/button/button.css"):
        (ui / name).parent.mkdir(parents=True, exist_ok=True)
        (ui / name).write_text(f"/* {Path(name).stem} */")
    for source in VENDOR.values():
        (modules / source).parent.mkdir(parents=True, exist_ok=True)
        (modules / source).write_text("code\n//# sourceMappingURL=x.map\n")
    return ui, modules
