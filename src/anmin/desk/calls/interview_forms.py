"""The forms of one interview of a survey, by telephone or on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.calls.asking import OUTCOME_KEYS, REACHED, Ask, AskingForm, Option, TryForm
from anmin.faces.details import MomentInput
from anmin.faces.fields import MomentField
from anmin.surveys.dispositions import interviewer_outcomes, outcomes
from anmin.surveys.questionnaires import MISSING, REFUSE

if TYPE_CHECKING:
    from anmin.surveys.questionnaires import Question, Questionnaire

KEYS = {**OUTCOME_KEYS, "moved": "h", "minor": "i"}
"""The letter that chooses each outcome."""


class AnswersForm(AskingForm):
    """The answers to a questionnaire; whether they are any is the action's question."""

    def __init__(self, data: Any = None, *, sheet: Questionnaire, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
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


class InterviewForm(AnswersForm, TryForm):
    """One interview: how it went, and what was answered if somebody was reached."""

    outcome = forms.CharField(initial=REACHED, max_length=16, label=gettext_lazy("The interview"))
    via = forms.ChoiceField(
        choices=[
            ("phone", gettext_lazy("by phone")),
            ("visit", gettext_lazy("at the door")),
            ("message", gettext_lazy("wrote back")),
        ],
        initial="phone",
        label=gettext_lazy("How"),
    )
    note = forms.CharField(
        required=False, max_length=500, label=gettext_lazy("Note for the next attempt")
    )
    next_try_at = MomentField(
        required=False, widget=MomentInput(), label=gettext_lazy("Try again at")
    )

    BESIDE = gettext_lazy("Answers are ticked below. Choose “Answered”, or clear the answers.")

    def answered(self, data: Mapping[str, Any]) -> bool:
        """Whether any question has an answer."""
        return any(value for values in self.given().values() for value in values)

    def outcomes(self) -> tuple[list[Option], list[Option]]:
        """How it can have gone: the frequent outcomes, and the rest."""
        return self.ways((outcomes()[REACHED], *interviewer_outcomes()), KEYS)


class PaperForm(AnswersForm):
    """A paper form with the number that is printed on it."""

    number = forms.IntegerField(
        min_value=1,
        label=gettext_lazy("Number on the form"),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


def _ask(form: AnswersForm, question: Question) -> Ask:
    said = form.said(question.code)
    pairs = question.choices() if question.closed else []
    span = _("%(low)s to %(high)s") % {"low": question.low, "high": question.high}
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
        errors=form.errors_of(question.code),
        hint=span if question.kind == "number" else "",
        note=_("several may apply") if question.kind == "multiple" else "",
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
