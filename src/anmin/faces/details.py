"""The typed facts of a kind on screen: form fields made from its model, its values in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from django import forms
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from anmin.faces.checks import ChecksField
from anmin.faces.fields import DayField, MomentField
from anmin.faces.templatetags.anmin_time import spoken
from anmin.matters.checks import Checks, checks_in_words
from anmin.matters.terms import term_list
from anmin.people.listing import listed

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from anmin.matters.kind import Details, Kind
    from anmin.matters.models import Matter

LONG = 250
"""Texts that may be longer than this get a box of several lines."""


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of a moment, in the installation's time zone."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class DayInput(forms.DateInput):
    """The browser's own picker of a day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class LinesField(forms.CharField):
    """A list of short texts, one a line."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        """The lines that say something."""
        return [
            line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()
        ]


def form_field(info: FieldInfo, *, required: bool) -> forms.Field:
    """The form field for one fact. Raises ``TypeError`` for a type that has none yet."""
    plain = _plain(info.annotation)
    common: dict[str, Any] = {"label": info.title or "", "required": required}
    if terms := _terms_of(info):
        return _field_of_words(plain, terms, common)
    if plain is str:
        longest = next((m.max_length for m in info.metadata if hasattr(m, "max_length")), None)
        long = longest is None or longest > LONG
        return forms.CharField(
            max_length=longest, widget=forms.Textarea() if long else forms.TextInput(), **common
        )
    if plain is bool:
        return forms.TypedChoiceField(
            choices=[
                ("", gettext_lazy("not known")),
                ("yes", gettext_lazy("yes")),
                ("no", gettext_lazy("no")),
            ],
            coerce=lambda text: text == "yes",
            empty_value=None,
            **common,
        )
    if plain is datetime:
        return MomentField(widget=MomentInput(), **common)
    if plain is date:
        return DayField(widget=DayInput(), **common)
    if plain is int:
        return forms.IntegerField(**common)
    if plain is float:
        return forms.FloatField(**common)
    if get_origin(plain) is list:
        return LinesField(**common)
    raise TypeError(f"no form field for {info.annotation!r}")


def _field_of_words(plain: Any, terms: str, common: dict[str, Any]) -> forms.Field:
    """One code of a word list, several, or what was found at each of them.

    A form is made once for all readers: each reads the words in the language of the moment.
    """
    if plain is Checks:
        return ChecksField(terms=terms, **common)
    if get_origin(plain) is list:
        several = forms.CheckboxSelectMultiple()
        return forms.MultipleChoiceField(choices=partial(_words, terms), widget=several, **common)
    return forms.ChoiceField(choices=partial(_choices, terms), **common)


def _choices(terms: str) -> list[tuple[str, Any]]:
    """The words of a list to choose one from, in the language of the moment."""
    return [("", gettext_lazy("not known")), *_words(terms)]


def _words(terms: str) -> list[tuple[str, str]]:
    return [(code, str(term)) for code, term in term_list(terms).items()]


def asked_at_opening(kind: Kind) -> Iterable[tuple[str, FieldInfo]]:
    """The facts that whoever opens a matter must know, or may know already.

    Moments come from steps, and what a step asks for is not asked before it, unless the kind
    asks for it, or takes it then already.
    """
    steps = (name for move in kind.flow.moves for name in (*move.needs, *move.takes, *move.sets))
    later = {*steps} | kind.details.told_fields()
    for name, info in kind.details.model_fields.items():
        known = name not in later and _plain(info.annotation) is not datetime
        if known or name in (*kind.asks, *kind.takes):
            yield name, info


def label_of(kind: Kind, name: str) -> str:
    """What people call a fact."""
    info = kind.details.model_fields.get(name)
    return str(info.title) if info and info.title else name


def typed(matter: Matter) -> dict[str, Any]:
    """A matter's facts as their types, in the order of the model; unknown ones are left out.

    A row older than a change of its kind may no longer fit: then as the database keeps them.
    """
    model: type[Details] = matter.type.details
    try:
        facts = model.model_validate(matter.details)
    except ValidationError:
        return dict(matter.details)
    values = ((name, getattr(facts, name)) for name in model.model_fields)
    return {name: value for name, value in values if value not in (None, "", [])}


def in_words(value: Any) -> str:
    """One fact as the reader sees it; moments may come as the ISO text of a timeline."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return spoken(value)
    if isinstance(value, date):
        return date_format(value)
    if isinstance(value, int | float):
        return number_format(value)
    if isinstance(value, list):
        return listed(in_words(part) for part in value)
    return str(value)


def fact_in_words(kind: Kind, name: str, value: Any) -> str:
    """A fact as the reader sees it: codes as their words, moments also from a timeline's texts."""
    info = kind.details.model_fields.get(name)
    if info is None:
        return in_words(value)
    if isinstance(value, str) and _plain(info.annotation) is datetime:
        return spoken(datetime.fromisoformat(value))
    if isinstance(value, str) and _plain(info.annotation) is date:
        return in_words(date.fromisoformat(value))
    return in_words(words_of(_terms_of(info), value))


def words_of(terms: str, value: Any) -> Any:
    """Codes of a word list as their words; what is no code of it stays."""
    if not terms:
        return value
    known = term_list(terms)
    if isinstance(value, dict):
        return checks_in_words(value, terms)
    if isinstance(value, list):
        return [str(known.get(code, code)) for code in value]
    return str(known.get(value, value)) if isinstance(value, str) else value


def _terms_of(info: FieldInfo) -> str:
    said = info.json_schema_extra
    return str(said.get("terms") or "") if isinstance(said, dict) else ""


def _plain(annotation: Any) -> Any:
    """The type itself, without "or nothing"."""
    if get_origin(annotation) in (Union, UnionType):
        kinds = [part for part in get_args(annotation) if part is not NoneType]
        return kinds[0] if len(kinds) == 1 else annotation
    return annotation
