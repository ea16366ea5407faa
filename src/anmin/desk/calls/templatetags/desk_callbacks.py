"""What the pages over matters show of callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from anmin.callbacks.queries import answers_about
from anmin.people.policy import Capability, can

if TYPE_CHECKING:
    from anmin.matters.models import Matter

register = template.Library()


@register.inclusion_tag("desk/calls/panel.html", takes_context=True)
def callback_answers(context: template.Context, matter: Matter) -> dict[str, Any]:
    """The panel of what the citizen answered about a matter; nothing for who may not see answers."""
    account = context["request"].user
    if not can(account, Capability.VIEW_ANSWERS):
        return {}
    answers = answers_about(account, matter)
    words = can(account, Capability.CHECK_CALLBACKS) or any(one.text for one in answers)
    return {"matter": matter, "answers": answers, "may_read": words}
