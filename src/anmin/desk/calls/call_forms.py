"""The forms around a callback: what was said, how the call went, what a check found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.callbacks.actions import Said
from anmin.callbacks.concerns import concerns
from anmin.callbacks.dispositions import outcomes
from anmin.callbacks.quality import UNCHECKED
from anmin.callbacks.unhappy import is_unhappy
from anmin.desk.calls.asking import OUTCOME_KEYS, REACHED, Ask, AskingForm, Option, TryForm
from anmin.faces.details import MomentInput
from anmin.faces.fields import MomentField
from anmin.faces.forms import ActForm
from anmin.people.listing import listed

if TYPE_CHECKING:
    from anmin.callbacks.dispositions import Outcome
    from anmin.callbacks.scripts import AdviceSheet, CheckItem, Question

KEYS = "123456789qyztn"
"""The keys of the choices of a question, in order; the letters are none of ``OUTCOME_KEYS``."""
UNSAID = "none"
"""Consent was asked for, and the citizen did not say."""


class Codes(forms.MultipleChoiceField):
    """Codes as they were ticked; whether they exist is the action's question."""

    def valid_value(self, value: str) -> bool:
        """Every code passes here."""
        return True


class AnswerForm(AskingForm):
    """What a citizen answered, question by question."""

    solved = forms.CharField(required=False, max_length=12, label=gettext_lazy("Whether solved"))
    satisfaction = forms.CharField(
        required=False, max_length=12, label=gettext_lazy("Satisfaction")
    )
    concerns = Codes(required=False, label=gettext_lazy("Reasons for dissatisfaction"))
    text = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea,
        label=gettext_lazy("In the citizen's own words"),
    )
    consent_contact = forms.CharField(
        required=False, max_length=4, label=gettext_lazy("Consent to be contacted")
    )
    advice_given = Codes(required=False, label=gettext_lazy("Advice given"))

    def said(self) -> Said:
        """The answers for the action. What only an unhappy citizen is asked falls away otherwise."""
        given = self.cleaned_data
        unhappy = is_unhappy(given["satisfaction"], given["solved"])
        agreed = {"yes": True, "no": False}.get(given["consent_contact"])
        return Said(
            satisfaction=given["satisfaction"],
            solved=given["solved"],
            concerns=given["concerns"] if unhappy else (),
            text=given["text"],
            consent_contact=agreed if unhappy else None,
            consent_unsaid=unhappy and given["consent_contact"] == UNSAID,
            advice_given=given["advice_given"],
        )


class CallForm(AnswerForm, TryForm):
    """One call: how it went, and what was answered if somebody was reached."""

    outcome = forms.CharField(initial=REACHED, max_length=16, label=gettext_lazy("The call"))
    note = forms.CharField(
        required=False, max_length=500, label=gettext_lazy("Note for the next call")
    )
    next_try_at = MomentField(
        required=False, widget=MomentInput(), label=gettext_lazy("Call again at")
    )
    spoken_to = forms.IntegerField(required=False, label=gettext_lazy("Who asked for it"))
    answered_by = forms.IntegerField(required=False, label=gettext_lazy("Who answered"))

    BESIDE = gettext_lazy(
        "Answers are ticked below. Choose “Reached, answered”, or clear the answers."
    )

    def answered(self, data: Mapping[str, Any]) -> bool:
        """Whether one of the two that make an answer was ticked."""
        return bool(data.get("solved") or data.get("satisfaction"))


def asks(form: AnswerForm, questions: Iterable[Question]) -> list[Ask]:
    """The questions of a script with what has been chosen so far."""
    return [
        Ask(
            code=one.code,
            kind=one.kind,
            label=one.label,
            options=_options(form, one),
            unhappy_only=one.when_unhappy,
            value=form[one.code].value() or "" if one.kind == "text" else "",
            errors=form.errors_of(one.code),
        )
        for one in questions
    ]


def advice_ask(form: AnswerForm, sheet: AdviceSheet | None) -> Ask | None:
    """The advice sheet as one more group to tick."""
    if sheet is None:
        return None
    return Ask(
        code="advice_given",
        kind="advice",
        label=sheet.title.label,
        options=_numbered(
            "advice_given", [(item.code, item.label) for item in sheet.item], _chosen(form)
        ),
        errors=form.errors_of("advice_given"),
    )


def people_ask(form: CallForm, people: Sequence[str], code: str, label: str) -> list[Ask]:
    """Where several people are called: which of them it is about."""
    if len(people) < 2:
        return []
    chosen = {str(form[code].value())}
    pairs = [(str(n), shown) for n, shown in enumerate(people)]
    return [
        Ask(
            code=code,
            kind="person",
            label=label,
            options=_numbered(code, pairs, chosen),
            errors=form.errors_of(code),
        )
    ]


def _chosen(form: AnswerForm, name: str = "advice_given") -> set[str]:
    value = form[name].value() or ()
    return {value} if isinstance(value, str) else {str(one) for one in value}


def _options(form: AnswerForm, question: Question) -> list[Option]:
    code = question.code
    if question.kind == "text":
        return []
    if question.kind == "concerns":
        pairs = [(term.code, term.label) for term in concerns().values()]
        return _numbered(code, pairs, _chosen(form, code), last_is_zero=True)
    pairs = [(term.code, term.label) for term in question.options]
    if "refuse" not in dict(pairs):
        pairs.append((UNSAID if question.kind == "consent" else "", _("Not answered")))
    made = _numbered(code, pairs, _chosen(form, code) - {""}, last_is_zero=True)
    return [
        Option(o.value, o.label, o.key, o.id, o.checked, is_unhappy(**_rating(code, o.value)))
        for o in made
    ]


def _rating(code: str, value: str) -> dict[str, str]:
    return {name: value if name == code else "" for name in ("satisfaction", "solved")}


def _numbered(
    name: str, pairs: Sequence[tuple[str, str]], chosen: set[str], *, last_is_zero: bool = False
) -> list[Option]:
    """Options with their keys in order, and 0 for the last one: refused, or another."""
    keys = [*KEYS[: len(pairs)], *[""] * (len(pairs) - len(KEYS))]
    if last_is_zero:
        keys[-1] = "0"
    return [
        Option(value, label, key, f"{name}-{n}", value in chosen)
        for n, ((value, label), key) in enumerate(zip(pairs, keys, strict=True))
    ]


def outcome_options(
    form: CallForm, offered: Iterable[Outcome]
) -> tuple[list[Option], list[Option]]:
    """How a call can have gone: the frequent outcomes, and the rest."""
    return form.ways((outcomes()[REACHED], *offered), OUTCOME_KEYS)


def typed_in_words(form: CallForm, questions: Iterable[Question]) -> list[tuple[str, str]]:
    """What was entered, for reading: kept on the page when it could not be recorded."""
    lines = []
    for ask in asks(form, questions):
        taken = [o.label for o in ask.options if o.checked and o.value]
        if said := listed(taken) or ask.value:
            lines.append((ask.label, said))
    outcome = outcomes().get(form["outcome"].value() or "")
    note = form["note"].value() or ""
    return [
        *([(_("The call"), outcome.label)] if outcome else []),
        *lines,
        *([(_("Note"), note)] if note else []),
    ]


class CheckForm(ActForm):
    """What a quality check found, item by item: met, not met, or does not apply."""

    VERDICTS = {"met": True, "not_met": False, "not_applicable": None}
    CHOICES = (
        ("met", gettext_lazy("met")),
        ("not_met", gettext_lazy("not met")),
        ("not_applicable", gettext_lazy("does not apply")),
    )

    def __init__(self, data: Any = None, *, items: Iterable[CheckItem], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["unchecked"] = forms.ChoiceField(
            label=_("It cannot be checked"),
            required=False,
            choices=[("", _("it can be checked, see above")), *UNCHECKED.items()],
        )
        self.codes: list[str] = []
        for item in items:
            self.codes.append(item.code)
            self.fields[item.code] = forms.ChoiceField(
                label=item.label,
                choices=self.CHOICES,
                widget=forms.RadioSelect,
                error_messages={"required": _("Assess this item.")},
            )

    def clean(self) -> dict[str, Any]:
        """Judge nothing where nothing can be checked."""
        data = super().clean() or {}
        if data.get("unchecked"):
            for code in self.codes:
                self.errors.pop(code, None)
        return data

    def items(self) -> Mapping[str, bool | None]:
        """The verdicts for the action; none where nothing can be checked."""
        if self.cleaned_data["unchecked"]:
            return {}
        return {code: self.VERDICTS[self.cleaned_data[code]] for code in self.codes}

    def boxes(self) -> list[forms.BoundField]:
        """The items to judge."""
        return [self[code] for code in self.codes]


class WordsForm(forms.Form):
    """Why somebody needs to read a citizen's own words."""

    use_required_attribute = False
    reason = forms.CharField(
        max_length=300,
        label=gettext_lazy("Why do you need to read this?"),
        help_text=gettext_lazy("Your name, the time and this reason are logged."),
    )


class ClaimForm(ActForm):
    """Whether an exclusion that only the rated unit speaks for holds, and why."""

    holds = forms.ChoiceField(choices=(("yes", ""), ("no", "")), widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)


class NumberForm(ActForm):
    """A public number as it was looked up."""

    text = forms.CharField(label=gettext_lazy("Number as looked up"), max_length=128)
