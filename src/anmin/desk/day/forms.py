"""The form that signs a day off: what stays open, why, and with whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.callbacks.signing import REASON, Carry
from anmin.desk.shell.lookup import LookupField
from anmin.faces.forms import ActForm

if TYPE_CHECKING:
    from anmin.callbacks.dayboard import Item
    from anmin.people.models import Account


class SignForm(ActForm):
    """A reason and a new owner for each thing that is owed.

    The owner may be one for all; a reason may be one for what is not overdue yet, never for what
    is: there somebody waits already, each for a cause of its own. Of ``owed`` things no more are
    asked for one by one than the board lists; the rest has the reason for all.
    """

    why_all = forms.CharField(
        required=False,
        max_length=REASON,
        label=gettext_lazy("Reason for all others that are not overdue"),
    )
    who_all = LookupField("taker", required=False, label=gettext_lazy("New owner of all others"))
    note = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.Textarea,
        label=gettext_lazy("Note for the next shift"),
    )
    confirm = forms.BooleanField(
        label=gettext_lazy(
            "I have checked everything above. A day that is signed off cannot be changed."
        ),
        error_messages={"required": gettext_lazy("Tick this to sign the day off.")},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        account: Account,
        items: Iterable[Item],
        owed: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.items = {_name(item.key): item for item in items}
        self.unlisted = max(owed - len(self.items), 0)
        if self.unlisted:
            self.fields["why_all"].label = _(
                "Reason for all others that are not overdue, and for %(count)s not listed"
            ) % {"count": self.unlisted}
        for name, item in self.items.items():
            self.fields[f"why-{name}"] = forms.CharField(
                required=False,
                max_length=REASON,
                label=_("%(number)s: why it stays open") % {"number": item.number},
            )
            self.fields[f"who-{name}"] = LookupField(
                "taker", required=False, label=_("%(number)s: new owner") % {"number": item.number}
            )
        for field in self.fields.values():
            if isinstance(field, LookupField):
                field.account = account

    def clean(self) -> dict[str, Any]:
        """Say for each thing that is owed what is still missing."""
        data = super().clean() or {}
        for name, item in self.items.items():
            for part, told in (
                ("why", _("give a reason of its own") if item.late else _("give a reason")),
                ("who", _("name the new owner")),
            ):
                field, shared = f"{part}-{name}", "" if self._alone(part, item) else f"{part}_all"
                given = data.get(field) or data.get(shared)
                if not given and field not in self.errors and shared not in self.errors:
                    self.add_error(field, told)
        return data

    @staticmethod
    def _alone(part: str, item: Item) -> bool:
        """Whether this is never taken from what is said for all."""
        return part == "why" and item.late

    @property
    def shares_reason(self) -> bool:
        """Whether there is anything that a reason for all could be for."""
        return self.unlisted > 0 or any(not item.late for item in self.items.values())

    def carry(self, keys: Iterable[str]) -> Mapping[str, Carry]:
        """What stays open, by its key; things beyond those listed get what is said for the rest."""
        return {key: carry for key in keys if (carry := self._carry(_name(key))) is not None}

    def _carry(self, name: str) -> Carry | None:
        given = self.cleaned_data
        own = given.get(f"why-{name}") or ""
        why = own or given.get("why_all") or ""
        who = given.get(f"who-{name}") or given.get("who_all")
        if not why and not who:
            return None
        shared = not own and name in self.items
        if hasattr(who, "username"):
            return Carry(why, account=who, shared=shared)
        return Carry(why, unit=who, shared=shared)

    def owed(self) -> list[tuple[Item, forms.BoundField, forms.BoundField]]:
        """Each thing that is owed with its two boxes."""
        return [
            (item, self[f"why-{name}"], self[f"who-{name}"]) for name, item in self.items.items()
        ]


def _name(key: str) -> str:
    return key.replace(":", "-")
