"""Files of matters: who may open a matter's contact opens its files, who may note too adds some.

Photos and papers tell who is concerned as surely as a telephone number does.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from anmin.files.models import File
from anmin.files.queries import Line, files_of
from anmin.files.subjects import SealedTo, Subject, register_subject
from anmin.kernel.errors import NotAllowed, NotFound
from anmin.matters import policy
from anmin.matters.merged import goes_on_in, parts_of
from anmin.matters.models import Matter
from anmin.matters.owning import is_body, waits_for_body
from anmin.matters.queries import find_matter
from anmin.matters.sealed import require_key
from anmin.people.models import Account
from anmin.people.policy import Capability, can, capabilities_of, unit_scope

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


def may_see_files(account: Account, matter: Matter) -> bool:
    """Whether this person may look at its files: as with the contact; of an order both sides may.

    Of a place that nobody reported, whoever works on it: its photos show what is missing, and nobody's
    number stands beside them.
    """
    sides = {Capability.WORK_ORDERS, Capability.NOTE_MATTERS}
    order = is_body(matter.unit_id) and capabilities_of(account) & sides
    return (
        policy.may_reveal(account, matter)
        or (bool(order) and policy.in_scope(account, matter))
        or (_of_a_place(matter) and policy.may_note(account, matter))
    )


def _of_a_place(matter: Matter) -> bool:
    """Whether it is about a place, and nobody brought it."""
    kind = matter.type
    sealed = bool(kind.seals or kind.keeps_sealed)
    return "contact" in kind.unasked and "place" not in kind.unasked and not sealed


def may_add_files(account: Account, matter: Matter) -> bool:
    """Whether this person may add files to it: a body as long as it has something to do."""
    if can(account, Capability.WORK_ORDERS):
        return policy.in_scope(account, matter) and waits_for_body(matter)
    return may_see_files(account, matter) and policy.may_note(account, matter)


def _require_see(account: Account, number: str) -> None:
    """Whoever may open its contact, or that of the matter that it is part of now; or its body."""
    try:
        if not may_see_files(account, find_matter(account, number)):
            raise NotAllowed(_("You may not do this."))
    except (NotAllowed, NotFound):
        part = Matter.objects.filter(number=number).first()
        whole = goes_on_in(part) if part is not None else None
        if whole is None or not policy.may_reveal(account, whole):
            raise


def _require_add(account: Account | None, number: str) -> None:
    if account is None:
        _require_open(number)
        return
    if not may_add_files(account, find_matter(account, number)):
        raise NotAllowed(_("You may not do this."))


def _require_open(number: str) -> None:
    """A citizen adds to a matter as long as a word may be added, too."""
    matter = Matter.objects.filter(number=number).first()
    if matter is None or not (policy.takes_words(matter) or matter.takes_confided):
        raise NotAllowed(_("Nothing can be added to it any more."))


def _sealed_to(number: str) -> SealedTo | None:
    """The key that files of a matter are sealed to, where its kind seals. Raises ``Refusal`` without one."""
    matter = Matter.objects.filter(number=number).first()
    if matter is None or not matter.type.keeps_sealed:
        return None
    key = require_key("file")
    return SealedTo(key.code, bytes(key.public))


def _over(numbers: Sequence[str]) -> Mapping[str, datetime]:
    """Since when these have been over; what became part of another, since that one is."""
    found = {}
    for one in Matter.objects.filter(number__in=numbers, closed_at__isnull=False):
        whole = goes_on_in(one) or one
        if one.closed_at is not None and whole.closed_at is not None:
            found[one.number] = max(one.closed_at, whole.closed_at)
    return found


def _kept_from(account: Account, file: File) -> bool:
    """Whether it was added by another body outside the police, which had the order before this one."""
    if not can(account, Capability.WORK_ORDERS) or file.by is None:
        return False
    return is_body(file.by.unit_id) and (file.by.unit_id or 0) not in unit_scope(account)


register_subject(Subject(LABEL, _require_see, _require_add, _over, _kept_from, _sealed_to))
