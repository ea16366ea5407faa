"""What the numbers and lists of a day board are called, on the day itself and once it is past."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

COUNTS = {
    "came_in": gettext_lazy("Came in"),
    "answered": gettext_lazy("Answered"),
    "owed": gettext_lazy("Owed today"),
    "unanswered": gettext_lazy("Not answered yet"),
    "late": gettext_lazy("Overdue"),
    "carried": gettext_lazy("Carried over"),
    "carried_open": gettext_lazy("of them still unanswered"),
    "met_late": gettext_lazy("Done today, but late"),
    "given_up": gettext_lazy("Promises given up today"),
    "gone_late": gettext_lazy("Missed here, then handed over"),
    "handed_on": gettext_lazy("Handed on today"),
    "at_risk": gettext_lazy("Soon due"),
    "due_later": gettext_lazy("Came in, due later"),
    "unhappy": gettext_lazy("Unhappy today"),
    "rectifications": gettext_lazy("Being put right"),
    "callbacks_due": gettext_lazy("Callbacks due"),
}
PAST = {
    "answered": gettext_lazy("Answered by now"),
    "owed": gettext_lazy("Owed that day, still open"),
    "unanswered": gettext_lazy("Not answered to this day"),
    "late": gettext_lazy("Overdue now"),
    "met_late": gettext_lazy("Done that day, but late"),
    "given_up": gettext_lazy("Promises given up that day"),
    "handed_on": gettext_lazy("Handed on that day"),
    "at_risk": gettext_lazy("Soon due now"),
    "due_later": gettext_lazy("Came in, due later, still open"),
    "unhappy": gettext_lazy("Unhappy that day"),
    "rectifications": gettext_lazy("Being put right now"),
    "callbacks": gettext_lazy("Callbacks due by then, still open"),
    "callbacks_due": gettext_lazy("Callbacks due by then, still open"),
}
"""The words of a number or list for a day that is past: what is open is so now, not then."""


def called(labels: Mapping[str, Any], name: str, on: date) -> Any:
    """What a number or a list is called on the board of that day."""
    past = on < timezone.localdate()
    return PAST.get(name, labels[name]) if past else labels[name]
