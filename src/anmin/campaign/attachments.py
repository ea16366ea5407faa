"""Documents of work items: who sees the programme opens them; the units whose work it is add some."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from anmin.campaign import policy
from anmin.campaign.actions import LABEL, item_of, parts_of
from anmin.files.subjects import Subject, register_subject
from anmin.kernel.errors import NotAllowed
from anmin.people.models import Account


def _require_see(account: Account, key: str) -> None:
    policy.require_view(account)
    item_of(*parts_of(key))


def _require_add(account: Account | None, key: str) -> None:
    if account is None:
        raise NotAllowed(_("You may not do this."))
    _version, item = item_of(*parts_of(key))
    policy.require_bringer(account, item)


def _over(_keys: Sequence[str]) -> Mapping[str, datetime]:
    """What proves a programme is kept with it."""
    return {}


register_subject(Subject(LABEL, _require_see, _require_add, _over))
