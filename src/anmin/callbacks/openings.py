"""What a script says first to whom it calls: of what that person reported, by his or her own name."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from anmin.callbacks.recordings import recorded
from anmin.callbacks.scripts import Script
from anmin.callbacks.unhappy import head_unit
from anmin.kernel.masking import surname
from anmin.matters.contacts import Callee
from anmin.people.models import Account

TITLES = ("先生", "女士", "小姐", "同志", "师傅", "老师")
"""Titles with which a name may have been written down."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What is said first to somebody, of what he or she reported; ``spoken`` addresses them."""

    spoken: str
    lines: Sequence[str]


def polite(name: str) -> str:
    """A name as it is said to its bearer; one that came with its title stays, none is none."""
    told = name.strip()
    if not told or told.endswith(TITLES):
        return told
    return _("Mr or Ms %(surname)s") % {"surname": told}


def opening(sheet: Script, callee: Callee, operator: Account) -> Opening:
    """What a script says first to somebody, and that the call is recorded where it is."""
    spoken = _named(callee)
    words = _words(callee, operator, spoken)
    lines = [line.label.format_map(words) for line in sheet.opening]
    if recorded():
        lines.append(
            _(
                "This call is recorded, only to check how we ask. "
                "If you do not want that, tell me and we stop here."
            )
        )
    return Opening(spoken, lines)


def closing(sheet: Script, callee: Callee, operator: Account) -> list[str]:
    """What a script says last to somebody."""
    words = _words(callee, operator, _named(callee))
    return [line.label.format_map(words) for line in sheet.closing]


def _named(callee: Callee) -> str:
    return polite(surname(callee.contact.name)) or _("the holder of this number")


def _words(callee: Callee, operator: Account, spoken: str) -> dict[str, str]:
    """What a script may name of what that person reported."""
    matter = callee.matter
    topic = matter.topic
    return {
        "bureau": str(head_unit() or ""),
        "number": operator.service_number,
        "date": formats.date_format(timezone.localdate(matter.opened_at), "DATE_FORMAT"),
        "category": topic.label if topic else str(matter.type.label),
        "name": spoken,
    }
