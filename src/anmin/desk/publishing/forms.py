"""The forms of publishing: a text in two languages, a reason, a clipping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anmin.faces.forms import ActForm
from anmin.kernel.errors import Refusal
from anmin.publishing.actions import Written, marked_words
from anmin.publishing.content import LANGUAGES, content_of
from anmin.publishing.reasons import reasons

if TYPE_CHECKING:
    from anmin.publishing.content import Content, Said
    from anmin.publishing.models import Text

PARTS = ("label", "value", "n", "interval", "cut_off", "note")
_FACTS = _("One a line: label | value | of how many | interval | counted until | note")
_BODY = _("A blank line begins a new paragraph.")


def _box(
    label: Any, rows: int, most: int, hint: Any = "", required: bool = False
) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class TextForm(ActForm):
    """One version of a text, in Chinese and, where it is there, in English."""

    zh_title = forms.CharField(label=_("Title in Chinese"), max_length=120, required=False)
    zh_lead = _box(_("First words in Chinese"), 2, 600)
    zh_facts = _box(_("Facts in Chinese"), 8, 20_000, _FACTS)
    zh_body = _box(_("Text in Chinese"), 8, 60_000, _BODY)
    zh_change = _box(_("What changed and why, in Chinese"), 2, 600)
    en_title = forms.CharField(label=_("Title in English"), max_length=120, required=False)
    en_lead = _box(_("First words in English"), 2, 600)
    en_facts = _box(_("Facts in English"), 8, 20_000, _FACTS)
    en_body = _box(_("Text in English"), 8, 60_000, _BODY)
    en_change = _box(_("What changed and why, in English"), 2, 600)
    marked = _box(
        _("Further words to hide"), 2, 2_000, _("Names that the rules do not know; one a line.")
    )
    closes_earlier = forms.BooleanField(
        label=_("Once this is published, earlier texts can be read no more"), required=False
    )

    @classmethod
    def of(
        cls, text: Text, version: int, content: Content | None = None, *, anew: bool = False
    ) -> TextForm:
        """The form with a text in it. ``content``: other words than those of the text.

        ``anew``: what the last correction changed is not what this one does.
        """
        initial: dict[str, Any] = {"version": version, "marked": "\n".join(text.marked)}
        for language in LANGUAGES:
            said: Said | None = getattr(content or text.content, language)
            if said is not None:
                typed = _typed(said) | ({"change": ""} if anew else {})
                initial |= {f"{language}_{name}": words for name, words in typed.items()}
        return cls(initial=initial)

    def written(self) -> Written:
        """What was typed. Raises ``Refusal`` at the field that is wrong."""
        given = self.cleaned_data
        data: dict[str, Any] = {one: _read(given, one) for one in LANGUAGES}
        if not any(data.values()):
            raise Refusal(_("A text needs a title."), field="zh_title")
        try:
            content = content_of(data)
        except Refusal as refusal:
            language, _dot, rest = (refusal.field or "").partition(".")
            refusal.field = f"{language}_{rest.split('.')[0]}"
            raise
        return Written(content, marked_words(given["marked"]), given["closes_earlier"])


def _typed(said: Said) -> dict[str, str]:
    return {
        "title": said.title,
        "lead": said.lead,
        "facts": "\n".join(
            " | ".join(
                "" if (value := getattr(fact, part)) is None else str(value) for part in PARTS
            )
            .rstrip(" |")
            .replace("\n", " ")
            for fact in said.facts
        ),
        "body": "\n\n".join(said.body),
        "change": said.change,
    }


def _read(given: Mapping[str, Any], language: str) -> dict[str, Any] | None:
    words = {name: given[f"{language}_{name}"].strip() for name in ("title", "lead", "change")}
    lines = [line for line in given[f"{language}_facts"].splitlines() if line.strip()]
    paragraphs = given[f"{language}_body"].replace("\r\n", "\n").split("\n\n")
    body = [one.strip() for one in paragraphs if one.strip()]
    if not (any(words.values()) or lines or body):
        return None
    return {**words, "facts": [_fact(line, language) for line in lines], "body": body}


def _fact(line: str, language: str) -> dict[str, Any]:
    cells = [one.strip() for one in line.replace("｜", "|").split("|")]
    fact: dict[str, Any] = dict(zip(PARTS, cells, strict=False))
    if len(cells) > len(PARTS) or "value" not in fact:
        raise Refusal(_("A fact has a label and a value."), field=f"{language}_facts")
    n = fact.pop("n", "")
    if n and not n.isdecimal():
        raise Refusal(_("Of how many is a number."), field=f"{language}_facts")
    return {**fact, "n": int(n) if n else None}


class ReasonForm(ActForm):
    """A decision with its reason; some need none."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    about = forms.CharField(max_length=120, required=False, widget=forms.HiddenInput)
    digest = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    text = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ApproveForm(ReasonForm):
    """The approval, with the word that secrets were looked for."""

    examined = forms.BooleanField(required=False)


class WithdrawForm(ActForm):
    """Taking something back: a reason of the list for the public, a note for the house."""

    why = forms.ChoiceField(
        label=_("Reason that the public reads"),
        choices=lambda: [("", "—"), *((code, term.label) for code, term in reasons().items())],
    )
    reason = forms.CharField(label=_("Note for the house"), max_length=1000, required=False)


class ClippingForm(ActForm):
    """Where something was reprinted."""

    outlet = forms.CharField(label=_("Outlet"), max_length=120)
    link = forms.CharField(label=_("Link"), max_length=400, required=False)
    on = forms.DateField(label=_("Reprinted on"), widget=forms.DateInput(attrs={"type": "date"}))


class PlanForm(ActForm):
    """On which day it is wanted."""

    on = forms.DateField(
        label=_("Wanted on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
