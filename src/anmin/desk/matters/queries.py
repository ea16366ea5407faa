"""Reading saved filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anmin.desk.matters.models import SavedFilter

if TYPE_CHECKING:
    from anmin.people.models import Account


def saved_filters(account: Account, page: str) -> list[SavedFilter]:
    """A person's filters for one list, by name."""
    return list(SavedFilter.objects.filter(account_id=account.pk, page=page))
