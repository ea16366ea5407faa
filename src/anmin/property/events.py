"""Return events: days on which many things go back together, and what they were worth by class."""

from datetime import date
from typing import NamedTuple

from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.bilingual import Term
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.people.models import Account
from anmin.people.policy import Capability, require, unit_scope
from anmin.places.models import Unit
from anmin.property.models import Handover, ReturnEvent
from anmin.property.words import sorts, yuan


class Total(NamedTuple):
    """How many of a class went back, and what they were worth in yuan."""

    sort: Term
    number: int
    value: int

    @property
    def worth(self) -> str:
        """The same in words."""
        return yuan(self.value)


@atomic
def open_event(
    *, code: str, title_zh: str, title_en: str, day: date, place: str, unit: Unit, by: Account
) -> ReturnEvent:
    """Announce a return event of a unit. Raises ``NotAllowed``, ``Conflict`` for a code that exists."""
    require(by, Capability.ENTER_PROPERTY)
    if unit.pk not in unit_scope(by):
        raise NotAllowed(_("This is another unit's."), field="unit")
    given = {"title_zh": title_zh, "title_en": title_en, "place": place}
    for name, text in given.items():
        if not text.strip():
            raise Refusal(_("Please fill this in."), field=name)
    event, made = ReturnEvent.objects.get_or_create(
        code=code,
        defaults={
            **{name: text.strip() for name, text in given.items()},
            "day": day,
            "unit": unit,
            "by": by,
            "at": timezone.now(),
        },
    )
    if not made and (event.by_id, event.day) != (by.pk, day):
        raise Conflict(_("There is an event of that code already."), field="code")
    return event


def events(account: Account) -> list[ReturnEvent]:
    """All return events, the newest first."""
    require(account, Capability.VIEW_PROPERTY)
    return list(ReturnEvent.objects.select_related("unit")[:200])


def event_of(account: Account, code: str) -> ReturnEvent:
    """The event of that code. Raises ``NotFound``."""
    require(account, Capability.VIEW_PROPERTY)
    found = ReturnEvent.objects.filter(code=code).select_related("unit").first()
    if found is None:
        raise NotFound(_("There is no such event."))
    return found


def handovers_of(event: ReturnEvent) -> list[Handover]:
    """What went back there."""
    return list(event.handovers.select_related("item").order_by("sort", "pk"))


def totals(event: ReturnEvent) -> list[Total]:
    """Number and value by class, in the order of the list of classes; classes without any left out."""
    rows = event.handovers.order_by().values_list("sort")
    found = {
        sort: (number, value)
        for sort, number, value in rows.annotate(number=Count("pk"), worth=Sum("value"))
    }
    return [Total(term, *found[code]) for code, term in sorts().items() if code in found]


def overall(rows: list[Total]) -> tuple[int, int]:
    """How many things, worth how much, altogether."""
    return sum(one.number for one in rows), sum(one.value for one in rows)
