"""Files of matters: who may open a matter's contact opens its files, who may note too adds some.

Photos and papers tell who is concerned as surely as a telephone number does.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from anmin.files.queries import Line, files_of
from anmin.files.subjects import Subject, register_subject
from anmin.kernel.errors import NotAllowed, NotFound
from anmin.matters import policy
from anmin.matters.actor import Actor
from anmin.matters.merged import goes_on_in, parts_of
from anmin.matters.models import Matter
from anmin.matters.queries import find_matter
from anmin.people.models import Account

LABEL: Final = "matter"


def files_with_parts(account: Account, matter: Matter) -> list[Line]:
    """The files of a matter and of those that became part of it, the newest first.

    Each belongs to the report that it came with, and goes with that when they are parted. Raises
    ``NotAllowed``.
    """
    found = [
        line for one in (matter, *parts_of(matter)) for line in files_of(account, LABEL, one.number)
    ]
    return sorted(found, key=lambda line: (line.at, line.pk), reverse=True)


def _require_see(account: Account, number: str) -> None:
    """Whoever may open its contact, or that of the matter that it is part of now."""
    try:
        policy.require_reveal(Actor.of(account), find_matter(account, number))
    except (NotAllowed, NotFound):
        part = Matter.objects.filter(number=number).first()
        whole = goes_on_in(part) if part is not None else None
        if whole is None or not policy.may_reveal(account, whole):
            raise


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
    """Since when these have been over; what became part of another, since that one is."""
    found = {}
    for one in Matter.objects.filter(number__in=numbers, closed_at__isnull=False):
        whole = goes_on_in(one) or one
        if one.closed_at is not None and whole.closed_at is not None:
            found[one.number] = max(one.closed_at, whole.closed_at)
    return found


register_subject(Subject(LABEL, _require_see, _require_add, _over))
