"""The form of a checklist: one row a point, with what was found there to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from anmin.matters.checks import FOUND, Found
from anmin.matters.terms import term_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.safestring import SafeString


CHOSEN = mark_safe(" checked")


class ChecksInput(forms.Widget):
    """A group of radio buttons for each point of a word list."""

    use_fieldset = True

    def __init__(self, terms: str) -> None:
        super().__init__()
        self.terms = terms

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        """What was sent for each point, where something was."""
        sent = {code: data.get(f"{name}-{code}", "") for code in term_list(self.terms)}
        return {code: found for code, found in sent.items() if found}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Whether no point was answered."""
        return not self.value_from_datadict(data, files, name)

    def id_for_label(self, id_: str) -> str:
        """The rows have labels of their own; the summary of errors leads to the first."""
        first = next(iter(term_list(self.terms)), "")
        return f"{id_}-{first}-{Found.OK}" if id_ else id_

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """The rows, in the language of the moment."""
        start = (attrs or {}).get("id") or name
        known = value if isinstance(value, dict) else {}
        rows = format_html_join(
            "",
            '<div class="check-row" role="radiogroup" aria-labelledby="{0}-{1}"><span id="{0}-{1}">'
            "{2}</span><span>{3}</span></div>",
            (
                (start, code, str(term), self._choices(name, start, code, known.get(code)))
                for code, term in term_list(self.terms).items()
            ),
        )
        return format_html('<div class="checks">{}</div>', rows)

    @staticmethod
    def _choices(name: str, start: str, code: str, value: Any) -> SafeString:
        return format_html_join(
            "",
            '<label for="{0}-{2}-{3}"><input type="radio" id="{0}-{2}-{3}" name="{1}-{2}" value="{3}"{4}>'
            "{5}</label>",
            (
                (
                    start,
                    name,
                    code,
                    str(found),
                    CHOSEN if found == value else "",
                    said,
                )
                for found, said in FOUND.items()
            ),
        )


class ChecksField(forms.Field):
    """A checklist: every point of it, or, where it need not be given, none."""

    widget: ChecksInput
    default_error_messages = {
        "required": _("Say for each point what was found."),
        "part": _("Say for each point what was found, or leave the list out."),
        "unknown": _("This is no answer of the list."),
    }

    def __init__(self, *, terms: str, **common: Any) -> None:
        super().__init__(widget=ChecksInput(terms), **common)
        self.terms = terms

    def to_python(self, value: Any) -> dict[str, str] | None:
        """The points with what was found; nothing where none was answered."""
        return dict(value) if value else None

    def validate(self, value: Any) -> None:
        """Refuse a list that is begun and not ended."""
        super().validate(value)
        if not value:
            return
        if strange := set(value.values()) - set(Found):
            raise forms.ValidationError(
                self.error_messages["unknown"], code="unknown", params={"given": strange}
            )
        if set(value) != set(term_list(self.terms)):
            raise forms.ValidationError(self.error_messages["part"], code="part")
