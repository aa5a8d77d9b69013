"""QR codes (ISO/IEC 18004) as plain SVG."""

from __future__ import annotations

import segno


def modules(text: str, *, error: str = "m") -> tuple[tuple[int, ...], ...]:
    """Rows of 0 and 1, without a quiet zone. The mask is always the same, so it is fast and the bytes never differ."""
    made = segno.make_qr(text, error=error, boost_error=False, mask=2)
    return tuple(tuple(row) for row in made.matrix)


def path_of(rows: tuple[tuple[int, ...], ...], *, margin: int) -> str:
    """The dark modules as one SVG path: one sub-path for each horizontal run."""
    parts: list[str] = []
    for y, row in enumerate(rows, start=margin):
        x, width = 0, len(row)
        while x < width:
            start = x
            while x < width and row[x]:
                x += 1
            if x > start:
                parts.append(f"M{start + margin} {y}h{x - start}v1h-{x - start}z")
            x += 1
    return "".join(parts)


def qr_image(text: str) -> str:
    """A bare SVG of the modules for print; the paper around it is the quiet zone."""
    rows = modules(text)
    size = len(rows)
    path = path_of(rows, margin=0)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{path}"/></svg>'


def qr_svg(text: str) -> str:
    """An inline SVG with its quiet zone of four modules; no style and no script, so it passes a strict CSP.

    Colours are presentation attributes: black on white in both themes, as scanners need it. Decorative to a screen
    reader (`aria-hidden`): the page beside it says the address in words.
    """
    rows = modules(text)
    size = len(rows) + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {size} {size}" aria-hidden="true"'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" d="{path_of(rows, margin=4)}"/></svg>'
    )
