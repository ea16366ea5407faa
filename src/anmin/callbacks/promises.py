"""By which rule a callback is due, and why just then."""

from anmin.callbacks.models import Callback
from anmin.matters.categories import categories
from anmin.matters.reasons import why_due


def due_rule(category: str, turn: int) -> str:
    """The key of the rule that sets the deadline of a callback of that round."""
    if turn > 1:
        return "callback.second"
    topic = categories().get(category)
    return "callback.due.same_day" if topic and topic.same_day else "callback.due"


def why_called_by(callback: Callback) -> str:
    """Why a callback is due then, in words, if the start or the quiet hours moved it."""
    matter = callback.matter
    # A second callback counts from what was put right, which is when it is planned.
    start = callback.planned_at if callback.round > 1 else matter.closed_at
    rule = due_rule(matter.category, callback.round)
    return why_due(rule, start=start, due=callback.due_at) if start else ""
