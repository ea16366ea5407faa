"""The questions of a script as forms, a page at a time."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anmin.callbacks.concerns import concerns
from anmin.callbacks.scripts import Question
from anmin.files.queries import accepted
from anmin.kernel.errors import Refusal
from anmin.matters.complaining import topics
from anmin.portal.effort import Effort
from anmin.surveys.questionnaires import Question as Asked

LONGEST = 2000


def questions_form(
    questions: Sequence[Question], data: dict[str, list[str]] | None = None
) -> forms.Form:
    """A form with just these questions; unbound without ``data``."""
    form = forms.Form()
    form.fields.update({one.code: _field(one) for one in questions})
    if data is not None:
        form.data = {
            code: data.get(code, [])
            if isinstance(field, forms.MultipleChoiceField)
            else "".join(data.get(code, [])[:1])
            for code, field in form.fields.items()
        }
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


class FollowCode(forms.Form):
    """What opens a matter for whoever reported it."""

    number = forms.CharField(
        label=_("Number of the matter"),
        max_length=40,
        error_messages={"required": _("Please enter the number; it is in every message.")},
    )
    code = forms.CharField(
        label=_("Your code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": _("Please enter the code; it is in the first message.")},
    )
    passphrase = forms.CharField(
        label=_("Passphrase, if you agreed on one"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class CostlyCode(FollowCode):
    """The same where many wrong codes came from: each try costs work, or a sum."""

    token = forms.CharField(max_length=400, required=False, widget=forms.HiddenInput)
    proof = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    sum = forms.CharField(
        label="",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, asked: Effort, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sum"].label = asked.question


class Reason(forms.Form):
    """Why a citizen wants a matter to go on; ``key`` makes the sending safe to repeat."""

    reason = forms.CharField(
        label=_("What is still wrong?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Please say what is still wrong.")},
    )
    key = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput)


class Complaint(forms.Form):
    """How a matter was handled, in the citizen's words; ``key`` makes the sending safe to repeat."""

    topic = forms.ChoiceField(
        label=_("What is the complaint about?"),
        widget=forms.RadioSelect,
        choices=lambda: [(one.code, one.label) for one in topics()],
        error_messages={"required": _("Please choose one answer.")},
    )
    text = forms.CharField(
        label=_("What went wrong?"),
        help_text=_("When, what was done or left undone, and what you ask for."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Please say what went wrong.")},
    )
    reachable = forms.ChoiceField(
        label=_(
            "May those who look into it use the name and number that you left with this matter?"
        ),
        help_text=_("Without them nobody can call you back; you follow it with its code."),
        widget=forms.RadioSelect,
        choices=[("yes", _("Yes, they may contact me")), ("no", _("No, without my name"))],
        error_messages={"required": _("Please choose one answer.")},
    )
    key = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput)

    def __init__(self, *args: Any, left: Sequence[str] = (), **kwargs: Any) -> None:
        """``left`` are the questions that need not be asked."""
        super().__init__(*args, **kwargs)
        for name in left:
            del self.fields[name]


class StopCode(forms.Form):
    """What stops or starts messages; the code is asked (``asks``) where all are stopped."""

    code = forms.CharField(
        label=_("The code that was texted"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": _("Please enter the code that was texted.")},
    )
    key = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput)

    def __init__(self, *args: Any, asks: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].required = asks


class ProofCode(forms.Form):
    """The digits that were texted to show who asks; ``key`` makes the sending safe to repeat."""

    code = forms.CharField(
        label=_("The code that was texted"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": _("Please enter the code that was texted.")},
    )
    key = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput)


class FileCode(forms.Form):
    """What opens the file of what is held, and how it is wanted: it opens once."""

    code = forms.CharField(
        label=_("The code that was texted"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": _("Please enter the code that was texted.")},
    )
    form = forms.ChoiceField(
        label=_("How do you want it?"),
        widget=forms.RadioSelect,
        choices=[
            ("page", _("As a page, to read, print or save")),
            ("file", _("As a file that other programs read (JSON)")),
        ],
        error_messages={"required": _("Please choose one answer.")},
    )


class Appeal(Reason):
    """Why a finding about the citizen's demand is wrong."""

    reason = forms.CharField(
        label=_("Why is the finding wrong?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Please say why the finding is wrong.")},
    )


class Word(forms.Form):
    """What a citizen adds to a matter; ``key`` makes the sending safe to repeat."""

    prefix = "more"
    text = forms.CharField(
        label=_("Something to add, or to ask?"),
        help_text=_("This goes to the people who handle it."),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    file = forms.FileField(
        label=_("Photo or document"),
        help_text=_("Place and device are removed from photos."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": accepted()}),
    )
    key = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Refuse to send nothing."""
        told = super().clean() or {}
        if not self.errors and not told.get("text") and told.get("file") is None:
            self.add_error("text", _("Write something first."))
        return told


OUT = "out-"
"""Before the name of a number's field: the two ways out of giving one."""


class SurveyForm(forms.Form):
    """One question of a survey, checked as the survey checks it."""

    def __init__(self, asked: Asked, data: dict[str, list[str]] | None = None) -> None:
        self.asked = asked
        super().__init__()
        self.fields.update(_asked_fields(asked))
        if data is not None:
            self.given = [*data.get(asked.code, []), *data.get(OUT + asked.code, [])]
            self.data = {
                name: data.get(name, [])
                if asked.kind == "multiple"
                else "".join(data.get(name, [])[:1])
                for name in self.fields
            }
            self.is_bound = True

    def clean(self) -> dict[str, Any]:
        """Refuse what is no answer, and a closed question left without one."""
        try:
            value = self.asked.clean(self.given)
        except Refusal as refusal:
            if not self.errors:
                self.add_error(self.asked.code, str(refusal))
        else:
            if self.asked.closed and value in (None, []) and not self.errors:
                several = self.asked.kind == "multiple"
                told = _("Please choose at least one answer.")
                self.add_error(self.asked.code, told if several else _("Please choose one answer."))
        return self.cleaned_data


def survey_form(asked: Asked, data: dict[str, list[str]] | None = None) -> SurveyForm:
    """A form with one question of a survey; unbound without ``data``."""
    return SurveyForm(asked, data)


def _asked_fields(asked: Asked) -> dict[str, forms.Field]:
    choices = asked.choices()
    if asked.kind == "text":
        box = forms.Textarea(attrs={"rows": 5})
        return {
            asked.code: forms.CharField(
                label=asked.label, required=False, max_length=LONGEST, widget=box
            )
        }
    if asked.kind == "number":
        digits = forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 9}
        )
        return {
            asked.code: forms.CharField(label=asked.label, required=False, widget=digits),
            OUT + asked.code: forms.ChoiceField(
                label=_("Or"), required=False, choices=choices, widget=forms.RadioSelect
            ),
        }
    if asked.kind == "multiple":
        return {
            asked.code: forms.MultipleChoiceField(
                label=asked.label,
                required=False,
                choices=choices,
                widget=forms.CheckboxSelectMultiple,
            )
        }
    return {
        asked.code: forms.ChoiceField(
            label=asked.label, required=False, choices=choices, widget=forms.RadioSelect
        )
    }


class ServiceWords(forms.Form):
    """What a service is looked for by."""

    q = forms.CharField(
        label=_("What do you need?"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class ReceiptCode(forms.Form):
    """The code of a receipt."""

    code = forms.CharField(
        label=_("Code of your receipt"),
        max_length=60,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class ReadWords(forms.Form):
    """What is looked for in all that was published."""

    q = forms.CharField(
        label=_("Words to look for"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    series = forms.SlugField(max_length=24, required=False, widget=forms.HiddenInput)
