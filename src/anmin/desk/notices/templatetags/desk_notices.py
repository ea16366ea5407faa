"""The way to one's notices, at the head of every page."""

from __future__ import annotations

from typing import Any

from django import template

from anmin.desk.notices.queries import unread_count

register = template.Library()


@register.inclusion_tag("desk/notices/bell.html", takes_context=True)
def bell(context: template.Context) -> dict[str, Any]:
    """The way to one's notices, with how many are unread."""
    account = context["request"].user
    return {"unread": unread_count(account) if account.is_authenticated else 0}
