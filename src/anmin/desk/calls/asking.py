"""What a call and an interview ask alike: how it went, and questions with keys for their choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from django import forms
from django.utils import timezone

from anmin.callbacks.ladder import permitted
from anmin.faces.forms import ActForm

if TYPE_CHECKING:
    from anmin.callbacks.ladder import Pace

REACHED = "reached"
OUTCOME_KEYS = {
    REACHED: "c",
    "no_answer": "a",
    "busy": "b",
    "switched_off": "s",
    "appointment": "l",
    "refused": "r",
    "broke_off": "h",
    "wrong_number": "w",
    "out_of_service": "e",
    "opted_out": "o",
    "not_reporter": "i",
    "unable": "m",
    "language": "f",
    "deceased": "d",
}
"""The letter that chooses each outcome; a new one works without a letter until it gets its own."""
FREQUENT = 8
"""Outcomes that always stand open; the rest is one press away."""
SEVERAL = frozenset({"concerns", "advice", "multiple"})
"""The kinds of question to which more than one choice may be taken."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice, and the key that takes it while its question has the focus."""

    value: str
    label: str
    key: str
    id: str
    checked: bool = False
    unhappy: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """One question as the page puts it."""

    code: str
    kind: str
    label: str
    options: Sequence[Option] = ()
    unhappy_only: bool = False
    value: str = ""
    errors: Sequence[str] = ()
    hint: str = ""
    note: str = ""

    @property
    def several(self) -> bool:
        """More than one choice may be taken."""
        return self.kind in SEVERAL


def offered_at(later: timedelta, at: Pace) -> datetime:
    """The moment that another try is first offered at; whoever calls changes it."""
    moment = (timezone.now() + later).replace(second=0, microsecond=0)
    return timezone.localtime(permitted(moment, at))


class Way(Protocol):
    """A way in which it can have gone."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def label(self) -> str:
        """What people call it."""


class AskingForm(ActForm):
    """Answers beside each other; an error points at the first choice of its question."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **{"auto_id": "%s-0", **kwargs})

    def errors_of(self, code: str) -> list[str]:
        """What is wrong with one answer."""
        return [str(told) for told in self.errors.get(code, ())]


class TryForm(AskingForm):
    """How one try went, and what was answered if somebody was reached."""

    outcome: forms.Field
    BESIDE: Any
    """What is said when answers stand beside an outcome that says that there are none."""

    @property
    def reached(self) -> bool:
        """Somebody answered the questions."""
        return bool(self.cleaned_data["outcome"] == REACHED)

    def answered(self, data: Mapping[str, Any]) -> bool:
        """Whether any question has an answer."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Refuse answers beside an outcome that says that there are none."""
        data = super().clean() or {}
        if self.answered(data) and data.get("outcome", REACHED) != REACHED:
            self.add_error("outcome", self.BESIDE)
        return data

    def ways(
        self, offered: Iterable[Way], keys: Mapping[str, str]
    ) -> tuple[list[Option], list[Option]]:
        """How it can have gone: the frequent outcomes, and the rest."""
        chosen = self["outcome"].value() or REACHED
        rows = {row.code: row for row in offered}
        order = [code for code in keys if code in rows] + [
            code for code in rows if code not in keys
        ]
        made = [
            Option(code, rows[code].label, keys.get(code, ""), f"outcome-{n}", code == chosen)
            for n, code in enumerate(order)
        ]
        return made[:FREQUENT], made[FREQUENT:]
