"""Keeping and forgetting saved filters."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext as _

from anmin.desk.matters.models import SavedFilter
from anmin.kernel.errors import Refusal

if TYPE_CHECKING:
    from anmin.people.models import Account

FILTERS_EACH = 30
"""How many saved filters one page of one person may have; more would not fit above a list."""


def save_filter(*, account: Account, page: str, name: str, query: str) -> SavedFilter:
    """Keep a filter under a name; the same name again replaces what it stood for.

    Raises ``Refusal`` without a name, for a query that narrows nothing, or beyond the limit.
    """
    name = name.strip()[:40]
    if not name:
        raise Refusal(_("Give the filter a name."), field="name")
    kept = urlencode([(k, v) for k, v in parse_qsl(query) if v and k not in ("cursor", "back")])
    if not kept:
        raise Refusal(_("Nothing is filtered yet."), field="name")
    mine = SavedFilter.objects.filter(account=account, page=page)
    if mine.exclude(name=name).count() >= FILTERS_EACH:
        raise Refusal(
            _("You have reached the limit of saved filters; delete one first."), field="name"
        )
    return SavedFilter.objects.update_or_create(
        account=account, page=page, name=name, defaults={"query": kept[:500]}
    )[0]


def delete_filter(*, account: Account, filter_id: int) -> str:
    """Forget one of a person's own filters and return its name; nothing happens to others'."""
    found = SavedFilter.objects.filter(account=account, pk=filter_id).first()
    if found is None:
        return ""
    found.delete()
    return found.name
