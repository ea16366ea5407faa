"""Files of matters: who may open a matter's contact opens its files, who may note too adds some.

Photos and papers tell who is concerned as surely as a telephone number does.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from anmin.files.subjects import Subject, register_subject
from anmin.kernel.errors import NotAllowed
from anmin.matters import policy
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.queries import find_matter
from anmin.people.models import Account

LABEL: Final = "matter"


def _require_see(account: Account, number: str) -> None:
    policy.require_reveal(Actor.of(account), find_matter(account, number))


def _require_add(account: Account | None, number: str) -> None:
    if account is None:
        _require_open(number)
        return
    matter = find_matter(account, number)
    policy.require_note(Actor.of(account), matter)
    policy.require_reveal(Actor.of(account), matter)


def _require_open(number: str) -> None:
    """A citizen adds to a matter as long as a word may be added, too."""
    matter = Matter.objects.filter(number=number).first()
    if matter is None or not policy.takes_words(matter):
        raise NotAllowed(_("Nothing can be added to it any more."))


def _over(numbers: Sequence[str]) -> Mapping[str, datetime]:
    rows = Matter.objects.filter(number__in=numbers).values_list("number", "closed_at")
    return {number: closed for number, closed in rows if closed is not None}


register_subject(Subject(LABEL, _require_see, _require_add, _over))
