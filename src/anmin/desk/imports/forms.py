"""What a person says about a file before it is imported."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.exchange.guess import Wishes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import QueryDict

    from anmin.matters.kind import Kind

NOT_TAKEN = "-"
"""What the page sends for a column that is to be left out; nothing means: as guessed."""
COLUMN = re.compile(r"[0-9]{1,4}", re.ASCII)
DATUMS = [
    ("", gettext_lazy("not stated: WGS 84")),
    ("wgs84", "WGS 84 / CGCS2000"),
    ("gcj02", gettext_lazy("GCJ-02 (AMap, Tencent)")),
    ("bd09", gettext_lazy("BD-09 (Baidu)")),
]


ENCODINGS = [
    ("", gettext_lazy("detected from the file")),
    *((one, one) for one in ("utf-8", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr")),
    *((f"windows-{n}", f"windows-{n}") for n in (1252, 1250, 1251, 1253, 1254, 1256, 874)),
    *((one, one) for one in ("iso-8859-15", "koi8-r", "cp437", "cp850", "cp866")),
]
"""Encodings that can be named on the spot; a profile may name any other."""


class AdjustForm(forms.Form):
    """What is said about a file that no profile knows: how it is read, its times, map, columns."""

    use_required_attribute = False
    zone = forms.CharField(
        label=gettext_lazy("Time zone of its times"),
        max_length=60,
        widget=forms.TextInput({"list": "zones", "autocomplete": "off"}),
    )
    datum = forms.ChoiceField(
        label=gettext_lazy("Datum of its coordinates"), choices=DATUMS, required=False
    )
    swap_days = forms.BooleanField(
        label=gettext_lazy("Day and month are the other way round"), required=False
    )

    kind = forms.ChoiceField(label=gettext_lazy("What its rows are"), required=False)
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding of its text"), choices=ENCODINGS, required=False
    )
    sheet = forms.CharField(label=gettext_lazy("Sheet"), max_length=64, required=False)

    def __init__(self, said: QueryDict, kinds: Sequence[Kind]) -> None:
        """``kinds`` are those whose files somebody may bring; the first is taken unless said."""
        first = kinds[0].code if kinds else ""
        given = {k: v for k, v in said.items() if v}
        super().__init__({"zone": settings.TIME_ZONE, "kind": first, **given})
        self.kinds, kind = kinds, self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(one.code, one.label) for one in kinds]
        self.columns = {
            int(name[1:]): "" if value == NOT_TAKEN else str(value)
            for name, value in said.items()
            if name[:1] == "c" and COLUMN.fullmatch(name[1:]) and value
        }

    def clean_zone(self) -> str:
        """A zone that exists."""
        zone: str = self.cleaned_data["zone"]
        if zone not in available_timezones():
            raise forms.ValidationError(_("There is no time zone of that name."))
        return zone

    def wishes(self) -> Wishes:
        """The same for the guess; once valid."""
        given = self.cleaned_data
        return Wishes(
            given["datum"],
            given["swap_days"],
            self.columns,
            encoding=given["encoding"],
            sheet=given["sheet"],
            kind=given["kind"],
        )

    def offer_sheets(self, names: Sequence[str]) -> None:
        """Let one of these sheets be chosen, the first being read unless another is."""
        choices = [("", gettext_lazy("the first with events")), *((one, one) for one in names)]
        self.fields["sheet"].widget = forms.Select(choices=choices)

    def said(self) -> list[tuple[str, str]]:
        """Everything that was said, for the form that starts exactly what was looked at."""
        told = [(name, str(value)) for name, value in self.cleaned_data.items() if value]
        return told + [(f"c{at}", fact or NOT_TAKEN) for at, fact in self.columns.items()]


class KeepForm(forms.Form):
    """A name under which a profile is kept for everybody."""

    use_required_attribute = False
    name = forms.RegexField(
        r"^[a-z0-9][a-z0-9_-]{0,47}$",
        label=gettext_lazy("Name of the profile"),
        help_text=gettext_lazy("Small letters, digits, - and _."),
    )
