"""What is asked of somebody who tells something secretly: words, files, and what was written down."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.files.queries import accepted, largest
from anmin.matters.confiding import FILES, LONGEST
from anmin.portal.effort import Effort
from anmin.portal.report_form import Pictures

HEX = r"\A(?:[0-9a-f]{2})*\Z"


class Costing(forms.Form):
    """What every one of these forms carries: the token, and how it was paid for."""

    token = forms.CharField(max_length=400, required=False, widget=forms.HiddenInput)
    proof = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    sum = forms.CharField(
        label="",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, asked: Effort | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asked is None:
            for name in ("token", "proof", "sum"):
                del self.fields[name]
            return
        self.fields["sum"].label = asked.question
        self.initial["token"] = asked.token


class FilesField(forms.FileField):
    """Several files, each as it was sent."""

    widget = Pictures

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Those that were sent; what they are is looked at afterwards."""
        given = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in given]

    def widget_attrs(self, widget: Any) -> dict[str, Any]:
        """What the browser offers."""
        return {"accept": accepted()}


class TellForm(Costing):
    """Something told, or added."""

    words = forms.CharField(
        label=gettext_lazy("What happened? Who, where, when, and how do you know?"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "required": True}),
    )
    files: Any = FilesField(label=gettext_lazy("Photos or documents"), required=False)

    def __init__(self, asked: Effort | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(asked, *args, **kwargs)
        self.fields["files"].help_text = files_taken()
        if asked is None:
            self.fields["words"].label = _("Your answer, or what you add")
        self.fields["words"].help_text = _(
            "Leave out what only you can know, unless it matters: it could point to you."
        )

    def clean(self) -> dict[str, Any]:
        """Refuse to send nothing, or too much."""
        told = super().clean() or {}
        if not told.get("words", "").strip() and not told.get("files"):
            self.add_error("words", _("Write something first."))
        if len(told.get("files") or ()) > FILES:
            self.add_error("files", files_taken())
        return told


class KeptForm(Costing):
    """The number and what was written down with it."""

    number = forms.CharField(
        label=gettext_lazy("Number of the matter"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "required": True}),
        error_messages={"required": gettext_lazy("Please enter the number that you wrote down.")},
    )
    code = forms.CharField(
        label=gettext_lazy("Your code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "required": True}
        ),
        error_messages={"required": gettext_lazy("Please enter the code that you wrote down.")},
    )
    passphrase = forms.CharField(
        label=gettext_lazy("Your passphrase: four groups of digits"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "required": True}
        ),
        error_messages={
            "required": gettext_lazy("Please enter the four groups of digits that you wrote down.")
        },
    )


def files_taken() -> str:
    """How many files are taken, and how large."""
    told = {"files": FILES, "most": largest() // 2**20}
    return _("Up to %(files)s, of at most %(most)s MB each.") % told
