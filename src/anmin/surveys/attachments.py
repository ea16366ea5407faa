"""Files of results of others: whoever sees surveys opens them; they are kept with the results."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from anmin.files.subjects import Subject, register_subject
from anmin.kernel.errors import NotAllowed, NotFound
from anmin.people.models import Account
from anmin.people.policy import Capability, require
from anmin.surveys.models import OutsideFile

LABEL: Final = "outside"


def _require_see(account: Account, key: str) -> None:
    require(account, Capability.VIEW_SURVEYS)
    if not (key.isdecimal() and OutsideFile.objects.filter(pk=int(key)).exists()):
        raise NotFound(_("There is no such file."))


def _require_add(account: Account | None, key: str) -> None:
    """One file each, with its results: nobody adds a second."""
    if account is None:
        raise NotAllowed(_("You may not do this."))
    require(account, Capability.PLAN_SURVEYS)
    _require_see(account, key)


def _over(_keys: Sequence[str]) -> Mapping[str, datetime]:
    return {}


register_subject(Subject(LABEL, _require_see, _require_add, _over))
