"""The forms of the survey studio: opening a wave, drawing, assigning, releasing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from anmin.faces.forms import ActForm
from anmin.surveys.outside import measures
from anmin.surveys.outside_files import About
from anmin.surveys.questionnaires import questionnaire, versions
from anmin.surveys.waves import Opening

if TYPE_CHECKING:
    from anmin.people.models import Account
    from anmin.surveys.models import OutsideFile
    from anmin.surveys.queries import StratumLine

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

    def opening(self) -> Opening:
        """The same for the action."""
        given = self.cleaned_data
        code, _dot, version = given["sheet"].rpartition(".")
        same = ("code", "title_zh", "title_en", "by_message", "double_entry")
        said = {name: given[name] for name in same}
        return Opening(questionnaire=code, version=int(version), **said)


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
            (one.code, one.label) for one in measures().values() if one.unit == "share"
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

    def result(self) -> dict[str, Any]:
        """The same for the action: a share out of one."""
        given = {n: v for n, v in self.cleaned_data.items() if n not in ("key", "version")}
        value = float(given.pop("percent")) / 100
        return {**given, "value": value}


class OutsideFileForm(ActForm):
    """A file of somebody else's results: what it is, and what it corrects."""

    title_zh = forms.CharField(label=gettext_lazy("Title in Chinese"), max_length=120)
    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=120)
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=1990, max_value=2100)
    published = forms.DateField(
        label=gettext_lazy("Published on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    source = forms.CharField(label=gettext_lazy("Source"), max_length=300)
    corrects = forms.TypedChoiceField(
        label=gettext_lazy("Corrects"), coerce=int, required=False, empty_value=None
    )
    reason = forms.CharField(label=gettext_lazy("What was wrong"), max_length=300, required=False)

    def __init__(self, *args: Any, files: Iterable[OutsideFile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_force = [one for one in files if not hasattr(one, "corrected_by")]
        self.fields["corrects"].choices = [  # type: ignore[attr-defined]
            ("", gettext_lazy("nothing: these results are new")),
            *((one.pk, f"{one.title} {one.year}") for one in in_force),
        ]

    def about(self) -> About:
        """The same for the action."""
        given = {n: v for n, v in self.cleaned_data.items() if n not in ("key", "version")}
        return About(**given)
