"""Photos and papers of items: whoever sees an item opens them; who works on it or keeps it adds some."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from anmin.files.subjects import Subject, register_subject
from anmin.kernel.errors import NotAllowed
from anmin.people.models import Account
from anmin.property import policy
from anmin.registers.models import Item
from anmin.registers.stores import stores_kept_by

LABEL: Final = "property"


def _require_see(account: Account, number: str) -> None:
    policy.find(account, number)


def _require_add(account: Account | None, number: str) -> None:
    if account is None:
        raise NotAllowed(_("You may not do this."))
    item = policy.find(account, number)
    if not (policy.may_work(account, item) or stores_kept_by(account)):
        raise NotAllowed(_("You may not do this."))


def _over(numbers: Sequence[str]) -> Mapping[str, datetime]:
    rows = Item.objects.filter(register=policy.REGISTER, number__in=numbers, ended_at__isnull=False)
    return {one.number: one.ended_at for one in rows if one.ended_at is not None}


register_subject(Subject(LABEL, _require_see, _require_add, _over))
