"""Choosing one unit, area or colleague by typing: what the browser offers, and what was meant.

Works without script too: a name, a code, or both as offered ("锦湖派出所 (RA-JH)") is understood
when the form comes in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from anmin.kernel.errors import NotFound, Refusal
from anmin.people import queries as people
from anmin.people.listing import listed
from anmin.places import queries as places

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from anmin.people.models import Account
    from anmin.places.models import Area, Unit

OFFERED = 12
_WITH_CODE = re.compile(r".*\(([^()\s]+)\)\s*$")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that is offered; ``code`` tells it from others of the same name.

    ``names`` are what it is called in any language: whoever reads English types the Chinese name, too.
    """

    label: str
    code: str
    row: Any
    hint: str = ""
    names: tuple[str, ...] = ()

    def is_called(self, folded: str) -> bool:
        """Whether this is its code or one of its names, small letters or not."""
        return folded in {one.casefold() for one in (self.code, self.label, *self.names) if one}

    def __str__(self) -> str:
        return f"{self.label} ({self.code})"


Find = Callable[[str, "Account | None"], Iterable[Choice]]


def _areas(text: str, account: Account | None) -> Iterable[Choice]:
    return [_place(row) for row in places.areas_like(text, limit=OFFERED)]


def _units(text: str, account: Account | None) -> Iterable[Choice]:
    return [_place(row) for row in places.units_like(text, limit=OFFERED)]


def _bodies(text: str, account: Account | None) -> Iterable[Choice]:
    return [_place(row) for row in places.bodies_like(text, limit=OFFERED)]


def _offices(text: str, account: Account | None) -> Iterable[Choice]:
    """Units of the police first, then the bodies beside them."""
    return [*_units(text, account), *_bodies(text, account)][:OFFERED]


def _place(row: Area | Unit) -> Choice:
    return Choice(row.label, row.code, row, names=(row.name, row.name_en))


def _colleagues(text: str, account: Account | None) -> Iterable[Choice]:
    if account is None:
        return []
    return [
        Choice(str(row), row.username, row, hint=row.unit.label if row.unit else "")
        for row in people.colleagues_like(account, text, limit=OFFERED)
    ]


def _takers(text: str, account: Account | None) -> Iterable[Choice]:
    """Whoever can be given a matter: people first, then units, and bodies for what may be theirs."""
    return [*_colleagues(text, account), *_offices(text, account)][:OFFERED]


FINDERS: Mapping[str, Find] = {
    "area": _areas,
    "unit": _units,
    "body": _bodies,
    "office": _offices,
    "taker": _takers,
}


def meant(text: str, what: str, account: Account | None = None) -> Choice:
    """The one thing that was typed. Raises ``NotFound``, or ``Refusal`` if it could be several."""
    coded = _WITH_CODE.match(text)
    wanted = (coded.group(1) if coded else text).strip()
    found = list(FINDERS[what](wanted, account))
    folded = wanted.casefold()
    exact = [one for one in found if one.is_called(folded)]
    fitting = exact or found
    if not fitting:
        raise NotFound(_("Nothing matches “%(text)s”.") % {"text": text[:40]})
    by_code = [one for one in fitting if one.code.casefold() == folded]
    if len(by_code or fitting) > 1:
        names = listed(fitting[:5])
        raise Refusal(_("Which one: %(names)s?") % {"names": names})
    return (by_code or fitting)[0]


class LookupInput(forms.TextInput):
    """A text box that offers what fits, by the browser's own list."""

    def __init__(self, what: str) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false"})
        self.url = reverse_lazy("desk:lookup", args=[what])

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """The box and its list."""
        attrs = dict(attrs or {})
        offered = f"{attrs.get('id', name)}-offered"
        attrs |= {
            "list": offered,
            "hx-get": str(self.url),
            "hx-trigger": "input changed delay:150ms",
            "hx-target": f"#{offered}",
            "hx-swap": "innerHTML",
            "hx-push-url": "false",
        }
        box = super().render(name, value, attrs, renderer)
        return format_html('{}<datalist id="{}"></datalist>', box, offered)


class LookupField(forms.CharField):
    """A unit, an area or a colleague; cleans to the row itself, or nothing."""

    def __init__(self, what: str, *, account: Account | None = None, **kwargs: Any) -> None:
        super().__init__(widget=LookupInput(what), max_length=120, **kwargs)
        self.what = what
        self.account = account

    def clean(self, value: Any) -> Any:
        """The row that was meant."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return meant(text, self.what, self.account).row
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from None
