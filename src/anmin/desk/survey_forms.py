"""The forms of the survey studio: opening a wave, drawing, assigning, and one interview."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.call_forms import OUTCOME_KEYS, REACHED, Option
from anmin.desk.details import MomentInput
from anmin.desk.fields import MomentField
from anmin.desk.forms import ActForm
from anmin.surveys.dispositions import interviewer_outcomes, outcomes
from anmin.surveys.questionnaires import MISSING, REFUSE, questionnaire, versions

if TYPE_CHECKING:
    from anmin.people.models import Account
    from anmin.surveys.queries import StratumLine
    from anmin.surveys.questionnaires import Question, Questionnaire

KEYS = {**OUTCOME_KEYS, "moved": "h", "minor": "i"}
"""The letter that chooses each outcome."""
FREQUENT = 8
SIZE = "n_"


def _sheets() -> list[tuple[str, str]]:
    return [
        (f"{code}.{version}", f"{questionnaire(code, version).title.label} v{version}")
        for code, version in reversed(versions())
    ]


class WaveForm(ActForm):
    """What a wave begins with."""

    code = forms.SlugField(
        label=gettext_lazy("Code"),
        max_length=32,
        help_text=gettext_lazy("Small letters, digits and dashes, such as 2026-h2. Published."),
    )
    title_zh = forms.CharField(label=gettext_lazy("Title in Chinese"), max_length=120)
    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=120)
    sheet = forms.ChoiceField(label=gettext_lazy("Questionnaire"), choices=_sheets)
    by_message = forms.BooleanField(
        label=gettext_lazy("Invite by message first, where there is a mobile number"),
        required=False,
        initial=True,
    )
    double_entry = forms.BooleanField(
        label=gettext_lazy("Paper forms count when two people entered the same"),
        required=False,
        initial=True,
    )


class SampleForm(ActForm):
    """How many people are drawn in each stratum, and whether clusters come first."""

    take = forms.IntegerField(
        label=gettext_lazy("People from each drawn community"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=gettext_lazy(
            "Empty: people are drawn from the whole town. Filled in: communities are drawn first."
        ),
    )

    def __init__(self, data: Any = None, *, lines: Sequence[StratumLine], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[SIZE + line.code] = forms.IntegerField(
                label=line.label, required=False, min_value=0, max_value=line.frame
            )

    def sizes(self) -> dict[str, int]:
        """People to draw, by stratum."""
        return {line.code: self.cleaned_data[SIZE + line.code] or 0 for line in self.lines}

    def boxes(self) -> list[tuple[StratumLine, forms.BoundField]]:
        """Each stratum with its box."""
        return [(line, self[SIZE + line.code]) for line in self.lines]


class ProposeForm(forms.Form):
    """How many people in all, or how precise the whole shall be."""

    use_required_attribute = False
    total = forms.IntegerField(
        label=gettext_lazy("People in all"), required=False, min_value=2, max_value=1_000_000
    )
    margin = forms.DecimalField(
        label=gettext_lazy("or precision, ± points"),
        required=False,
        min_value=0,
        max_value=50,
        decimal_places=2,
    )
    response = forms.IntegerField(
        label=gettext_lazy("Expected response, per cent"),
        required=False,
        min_value=1,
        max_value=100,
    )

    def asked(self) -> dict[str, Any]:
        """The arguments of ``waves.propose``."""
        given = self.cleaned_data
        margin = given.get("margin")
        return {
            "total": given.get("total"),
            "margin": float(margin) / 100 if margin else None,
            "response": (given.get("response") or 100) / 100,
        }


class AssignForm(ActForm):
    """Who asks."""

    interviewers = forms.MultipleChoiceField(
        label=gettext_lazy("Interviewers"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, offered: Iterable[Account], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.offered = {str(one.pk): one for one in offered}
        field = self.fields["interviewers"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (key, f"{one} · {one.unit.label}" if one.unit else str(one))
            for key, one in self.offered.items()
        ]

    def chosen(self) -> list[Account]:
        """The accounts that were ticked."""
        return [self.offered[key] for key in self.cleaned_data["interviewers"]]


class ReleaseForm(ActForm):
    """Why figures are revised; the first release needs no reason."""

    reason = forms.CharField(
        label=gettext_lazy("Why they are revised"), max_length=300, required=False
    )


class OutsideForm(ActForm):
    """A figure of somebody else's survey."""

    title_zh = forms.CharField(label=gettext_lazy("Title in Chinese"), max_length=120)
    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=120)
    measure = forms.ChoiceField(
        label=gettext_lazy("What it measures"),
        choices=lambda: [
            (one.code, one.label)
            for one in questionnaire(versions()[-1][0]).measure
            if one.is_share
        ],
    )
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=1990, max_value=2100)
    percent = forms.DecimalField(
        label=gettext_lazy("Per cent"), min_value=0, max_value=100, decimal_places=3
    )
    n = forms.IntegerField(
        label=gettext_lazy("How many were asked, if the source says so"),
        required=False,
        min_value=1,
    )
    n_assumed = forms.IntegerField(
        label=gettext_lazy("If it does not: a number to assume, or empty"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("It is always shown as an assumption."),
    )
    source = forms.CharField(label=gettext_lazy("Source"), max_length=300)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)


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
