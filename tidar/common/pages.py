"""Pages and their HTMX blocks: one template, one view; an HTMX request gets one named block of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from render_block import render_block_to_string


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, block: str = "", status: int = 200
) -> HttpResponse:
    """The whole `template`, or only its `block` when HTMX asked for a fragment."""
    if block and getattr(request, "htmx", False) and not request.htmx.boosted:  # type: ignore[attr-defined]
        return HttpResponse(render_block_to_string(template, block, context, request), status=status)
    return render(request, template, context, status=status)
