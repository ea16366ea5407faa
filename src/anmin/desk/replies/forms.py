"""What a person decides about a reply, and about a message that did not arrive."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anmin.callbacks.inbox import Decision
from anmin.faces.forms import ActForm

DECISIONS = (
    (Decision.ANSWER, _("It is the answer to this question")),
    (Decision.WORDS, _("Keep the words with this question")),
    (Decision.CALL, _("Phone about this question")),
    (Decision.STOP, _("This number wants no further messages")),
    (Decision.NOTHING, _("Nothing to do")),
)
CHOICES = (("1", _("1 satisfied")), ("2", _("2 fairly satisfied")), ("3", _("3 dissatisfied")))


class ReplyForm(ActForm):
    """One decision; which fields it needs is the action's to say."""

    decision = forms.ChoiceField(
        label=_("What should be done?"), choices=DECISIONS, widget=forms.RadioSelect
    )
    about = forms.TypedChoiceField(
        label=_("Which question is meant?"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    choice = forms.TypedChoiceField(
        label=_("The answer"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=CHOICES,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, questions: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = questions  # type: ignore[attr-defined]


class SettleForm(ActForm):
    """How a message that did not arrive was settled otherwise."""

    reason = forms.CharField(label=_("How it was settled"), max_length=300)
