"""The forms of one interview of a survey, by telephone or on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.calls.call_forms import OUTCOME_KEYS, REACHED, Option
from anmin.faces.details import MomentInput
from anmin.faces.fields import MomentField
from anmin.faces.forms import ActForm
from anmin.surveys.dispositions import interviewer_outcomes, outcomes
from anmin.surveys.questionnaires import MISSING, REFUSE

if TYPE_CHECKING:
    from anmin.surveys.questionnaires import Question, Questionnaire

KEYS = {**OUTCOME_KEYS, "moved": "h", "minor": "i"}
"""The letter that chooses each outcome."""
FREQUENT = 8


class AnswersForm(ActForm):
    """The answers to a questionnaire; whether they are any is the action's question."""

    def __init__(self, data: Any = None, *, sheet: Questionnaire, **kwargs: Any) -> None:
        super().__init__(data, **{"auto_id": "%s-0", **kwargs})
        self.sheet = sheet
        for question in sheet.question:
            # Only somewhere for an error to stand: the values are read as they were sent.
            self.fields[question.code] = forms.CharField(
                label=question.label, required=False, max_length=2000
            )

    def said(self, code: str) -> list[str]:
        """What was sent for a question."""
        if not self.is_bound:
            return []
        values: list[str] = self.data.getlist(code)  # type: ignore[attr-defined]
        return values

    def given(self) -> dict[str, list[str]]:
        """Everything that was sent, by question."""
        return {question.code: self.said(question.code) for question in self.sheet.question}

    def asks(self) -> list[Ask]:
        """The questions as the page puts them."""
        return [_ask(self, question) for question in self.sheet.question]


class InterviewForm(AnswersForm):
    """One interview: how it went, and what was answered if somebody was reached."""

    outcome = forms.CharField(initial=REACHED, max_length=16, label=gettext_lazy("The interview"))
    via = forms.ChoiceField(
        choices=[
            ("phone", gettext_lazy("by phone")),
            ("visit", gettext_lazy("at the door")),
            ("message", gettext_lazy("wrote back")),
        ],
        initial="phone",
        label=gettext_lazy("On which way"),
    )
    note = forms.CharField(
        required=False, max_length=500, label=gettext_lazy("Note for the next attempt")
    )
    next_try_at = MomentField(
        required=False, widget=MomentInput(), label=gettext_lazy("Try again at")
    )

    @property
    def reached(self) -> bool:
        """Somebody answered the questions."""
        return bool(self.cleaned_data["outcome"] == REACHED)

    def clean(self) -> dict[str, Any]:
        """Refuse answers beside an outcome that says that there are none."""
        data = super().clean() or {}
        answered = any(value for values in self.given().values() for value in values)
        if answered and data.get("outcome", REACHED) != REACHED:
            self.add_error(
                "outcome",
                _("Answers are ticked below. Choose “Answered”, or clear the answers."),
            )
        return data

    def ways(self) -> tuple[list[Option], list[Option]]:
        """How it can have gone: the frequent outcomes, and the rest."""
        chosen = self["outcome"].value() or REACHED
        rows = {row.code: row for row in (outcomes()[REACHED], *interviewer_outcomes())}
        order = sorted(rows, key=lambda code: list(KEYS).index(code) if code in KEYS else 99)
        made = [
            Option(code, rows[code].label, KEYS.get(code, ""), f"outcome-{n}", code == chosen)
            for n, code in enumerate(order)
        ]
        return made[:FREQUENT], made[FREQUENT:]


class PaperForm(AnswersForm):
    """A paper form with the number that is printed on it."""

    number = forms.IntegerField(
        min_value=1,
        label=gettext_lazy("Number on the form"),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


@dataclass(frozen=True, slots=True)
class Ask:
    """One question as the page puts it."""

    code: str
    kind: str
    label: str
    options: Sequence[Option]
    value: str
    errors: Sequence[str]
    hint: str = ""

    @property
    def several(self) -> bool:
        """More than one choice may be taken."""
        return self.kind == "multiple"


def _ask(form: AnswersForm, question: Question) -> Ask:
    said = form.said(question.code)
    pairs = question.choices() if question.closed else []
    hint = ""
    if question.kind == "number":
        hint = _("%(low)s to %(high)s") % {"low": question.low, "high": question.high}
    return Ask(
        code=question.code,
        kind=question.kind,
        label=question.label,
        options=[
            Option(value, label, key, f"{question.code}-{n}", value in said)
            for n, ((value, label), key) in enumerate(
                zip(pairs, _digits(question, pairs), strict=True), start=question.kind == "number"
            )
        ],
        value=next((text for text in said if text not in MISSING), ""),
        errors=[str(told) for told in form.errors.get(question.code, ())],
        hint=hint,
    )


def _digits(question: Question, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """A mark of a scale by its own digit; choices from 1, and 0 for "rather not say"."""
    if question.kind == "scale":
        return [value if len(value) == 1 else "" for value, _label in pairs]
    if question.kind == "number":
        return ["" for _pair in pairs]
    return [
        "0" if value == REFUSE.code else str(n) if n < 10 else ""
        for n, (value, _label) in enumerate(pairs, start=1)
    ]
