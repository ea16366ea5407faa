"""Tabler's outline icons as inline SVG, read once from the installed npm package."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_CANVAS = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')


def _folder() -> Path:
    modules = getattr(settings, "NODE_MODULES", Path(__file__).parents[3] / "node_modules")
    return Path(modules) / "@tabler" / "icons" / "icons" / "outline"


@cache
def _drawing(name: str) -> SafeString:
    """The shapes inside one icon. Raises LookupError for a name that Tabler does not draw."""
    path = _folder() / f"{name}.svg"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise LookupError(f"no icon named {name!r} in {path.parent}")
    body = _BODY.search(path.read_text(encoding="utf-8"))
    if body is None:
        raise LookupError(f"{path} is not an SVG drawing")
    # Trusted: the file comes from the locked package, never from a user.
    return mark_safe(" ".join(_CANVAS.sub("", body.group(1)).split()))  # noqa: S308


def draw(name: str, label: str = "") -> SafeString:
    """An inline SVG: hidden from screen readers unless ``label`` says what it means."""
    if label:
        return _svg(name, format_html('role="img" aria-label="{}"', label))
    return _silent(name)


@cache
def _silent(name: str) -> SafeString:
    return _svg(name, mark_safe('aria-hidden="true"'))


def _svg(name: str, meaning: SafeString) -> SafeString:
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>{}</svg>',
        meaning,
        _drawing(name),
    )
