"""The questions of a script as forms, one to a page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from anmin.callbacks.concerns import concerns
from anmin.callbacks.scripts import Question

LONGEST = 2000


def question_form(question: Question, data: dict[str, list[str]] | None = None) -> forms.Form:
    """A form with just this question; unbound without ``data``."""
    form = forms.Form()
    form.fields[question.code] = _field(question)
    if data is not None:
        field = form.fields[question.code]
        several = isinstance(field, forms.MultipleChoiceField)
        given = data.get(question.code, [])
        form.data = {question.code: given if several else "".join(given[:1])}
        form.is_bound = True
    return form


def _field(question: Question) -> forms.Field:
    label = question.label
    if question.kind == "concerns":
        return forms.MultipleChoiceField(
            label=label,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(code, term.label) for code, term in concerns().items()],
        )
    if question.kind == "text":
        return forms.CharField(
            label=label,
            required=False,
            max_length=LONGEST,
            widget=forms.Textarea(attrs={"rows": 5}),
        )
    return forms.ChoiceField(
        label=label,
        widget=forms.RadioSelect,
        choices=[(option.code, option.label) for option in question.options],
        error_messages={"required": _("Please choose one answer.")},
    )


class Reply(forms.Form):
    """The answer to an officer's question."""

    text = forms.CharField(
        label="",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Please write your answer.")},
    )
