"""What is asked when a thing is entered, goes over, is matched with its owner and goes back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.desk.shell.lookup import LookupField
from anmin.faces.forms import ActForm
from anmin.property import words
from anmin.property.decisions import REASON
from anmin.property.register import PROPERTY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from anmin.kernel.bilingual import Term
    from anmin.people.models import Account

LONG = forms.Textarea(attrs={"rows": 3})
_SPLIT = re.compile(r"[,，、;；\s]+")
TITLES = {name: info.title for name, info in PROPERTY.details.model_fields.items()}


def chosen(terms: Mapping[str, Term], blank: str = "—") -> list[tuple[str, str]]:
    """The words of a list to choose from."""
    return [("", blank), *((code, term.label) for code, term in terms.items())]


class DayField(forms.DateField):
    """A day, as the browser asks for one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs
        )


class KnownForm(ActForm):
    """What is known of a thing, as far as it can be told better later."""

    title = forms.CharField(label=TITLES["title"], max_length=80)
    brand = forms.CharField(label=TITLES["brand"], max_length=40, required=False)
    colour = forms.ChoiceField(
        label=TITLES["colour"], choices=lambda: chosen(words.colours()), required=False
    )
    serials = forms.CharField(
        label=TITLES["serials"],
        max_length=300,
        required=False,
        help_text=_("Several: one after the other, with a comma between."),
    )
    description = forms.CharField(
        label=TITLES["description"], max_length=1000, required=False, widget=LONG
    )
    case_number = forms.CharField(label=TITLES["case_number"], max_length=64, required=False)
    found_place = forms.CharField(label=TITLES["found_place"], max_length=200, required=False)

    def clean_serials(self) -> list[str]:
        """Each by itself."""
        return [one for one in _SPLIT.split(self.cleaned_data["serials"]) if one]

    def facts(self) -> dict[str, Any]:
        """The facts that were given."""
        skipped = {"key", "version", "note", "area", "seized_at", "investigator", "matter"}
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in skipped and value not in (None, "", [])
        }


class EntryForm(KnownForm):
    """A thing as it is entered."""

    sort = forms.ChoiceField(label=TITLES["sort"], choices=lambda: chosen(words.sorts()))
    procedure = forms.ChoiceField(
        label=TITLES["procedure"], choices=lambda: chosen(words.procedures())
    )
    seized_at = forms.DateTimeField(
        label=_("Seized on"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("The keeper must have it within the time of the rule, counted from here."),
    )
    custody_ground = forms.ChoiceField(
        label=TITLES["custody_ground"],
        choices=lambda: chosen(words.custody_grounds(), str(_("It begins with the seizure"))),
        required=False,
    )
    custody_from = forms.DateTimeField(
        label=TITLES["custody_from"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        required=False,
        help_text=_("Only where it begins later: when you were back, or the examination was over."),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=REASON,
        required=False,
        widget=LONG,
        help_text=_("Where the time begins later: why, and which head of the unit agreed."),
    )
    investigator = forms.ChoiceField(label=TITLES["investigator"])
    matter = forms.CharField(label=_("Number of the matter"), max_length=40, required=False)
    area = LookupField("area", label=_("Community"), required=False)
    value = forms.IntegerField(label=TITLES["value"], min_value=0, max_value=10**11, required=False)
    value_source = forms.ChoiceField(
        label=TITLES["value_source"], choices=lambda: chosen(words.value_sources()), required=False
    )
    field_order = (
        "sort", "title", "brand", "colour", "serials", "description", "procedure", "case_number",
        "matter", "investigator", "seized_at", "found_place", "area", "value", "value_source",
        "custody_ground", "custody_from", "note",
    )  # fmt: skip

    def __init__(self, *args: Any, officers: Iterable[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["investigator"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.username, str(one)) for one in officers]
        self.fields["seized_at"].initial = timezone.localtime().replace(second=0, microsecond=0)


class DescribeForm(KnownForm):
    """What is known better now, and how."""

    note = forms.CharField(label=_("Reason"), max_length=REASON, widget=LONG)


class StoreForm(ActForm):
    """Into which store."""

    store = forms.ChoiceField(label=_("Store"))
    note = forms.CharField(label=_("Note"), max_length=REASON, required=False, widget=LONG)

    def __init__(self, *args: Any, stores: Iterable[Any] = (), told: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["store"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, str(one)) for one in stores]
        self.fields["note"].required = told


class NoteForm(ActForm):
    """A step that asks for a note, or none."""

    note = forms.CharField(label=_("Note"), max_length=REASON, required=False, widget=LONG)

    def __init__(self, *args: Any, told: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["note"].required = told


class ValueForm(ActForm):
    """What it is worth, and where that is known from."""

    value = forms.IntegerField(label=TITLES["value"], min_value=0, max_value=10**11)
    value_source = forms.ChoiceField(
        label=TITLES["value_source"], choices=lambda: chosen(words.value_sources())
    )
    valued_on = DayField(label=TITLES["valued_on"], initial=timezone.localdate)


class AnnounceForm(ActForm):
    """When and how the owner was told, or it was announced."""

    noticed_on = DayField(label=TITLES["noticed_on"], initial=timezone.localdate)
    notice = forms.CharField(label=TITLES["notice"], max_length=200)


class UnrelatedForm(ActForm):
    """Since when it is known that a thing has nothing to do with its case, and by what."""

    unrelated_on = DayField(label=TITLES["unrelated_on"], initial=timezone.localdate)
    unrelated_why = forms.CharField(label=TITLES["unrelated_why"], max_length=200)


class AskForm(ActForm):
    """What is asked for, and by which matter it goes back."""

    sort = forms.ChoiceField(label=_("What is asked for"))
    ground = forms.ChoiceField(label=_("Whose it is"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=REASON, widget=LONG)

    def __init__(
        self,
        *args: Any,
        sorts: Iterable[tuple[str, Any]] = (),
        grounds: Iterable[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("sort", list(sorts)), ("ground", [("", "—"), *grounds])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


class DecideForm(ActForm):
    """The answer to a request."""

    answer = forms.CharField(label=_("Note"), max_length=REASON, required=False, widget=LONG)


class LossForm(ActForm):
    """Whether it is what was lost."""

    number = forms.CharField(max_length=40, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=REASON, widget=LONG)
    tell = forms.BooleanField(
        label=_("Tell whoever reported it that something was found"), required=False, initial=True
    )


class SecretForm(ActForm):
    """A question that only the owner can answer."""

    question = forms.CharField(label=_("Question"), max_length=200)
    answer = forms.CharField(label=_("Answer"), max_length=200)


class OpenForm(ActForm):
    """Why it is opened."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class ReturnForm(ActForm):
    """Who receives it."""

    name = forms.CharField(
        label=_("Name of the receiver"),
        max_length=80,
        help_text=_("As on the identity card, which you have looked at. Kept encrypted."),
    )
    relation = forms.ChoiceField(
        label=_("By which right"), choices=lambda: chosen(words.relations())
    )
    event = forms.ChoiceField(label=_("At a return event"), required=False)

    def __init__(self, *args: Any, events: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["event"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("at none")), *((one.code, str(one)) for one in events)]


class EventForm(ActForm):
    """A return event."""

    code = forms.SlugField(
        label=_("Code"), max_length=32, help_text=_("Small letters, digits and dashes.")
    )
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=120)
    day = DayField(label=_("Day"))
    place = forms.CharField(label=_("Place"), max_length=120)


class NewStoreForm(ActForm):
    """A store of the own unit."""

    code = forms.SlugField(label=_("Code"), max_length=24)
    name = forms.CharField(label=_("Name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)


class KeeperForm(ActForm):
    """Who keeps which store."""

    store = forms.ChoiceField(label=_("Store"))
    keeper = forms.ChoiceField(
        label=_("Keeper"), help_text=_("Somebody who works on no case, named by another person.")
    )

    def __init__(
        self, *args: Any, stores: Iterable[Any], people: Iterable[Account], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("store", [(one.code, str(one)) for one in stores]),
            ("keeper", [(one.username, str(one)) for one in people]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
