"""What the stories of this room share: plans, other rules, and a look at all that could change."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.conf import settings as django_settings
from django.utils import timezone
from tests.personas import City

from anmin.callbacks.models import Answer, Attempt, Callback
from anmin.callbacks.planning import NEWS
from anmin.kernel.rules import Rule, RuleBook
from anmin.matters.contacts import ContactFacts, find_by, seal
from anmin.matters.models import Contact, LaterContact, Matter
from anmin.matters.news import drain


def planned(city: City, **changes: Any) -> Callback:
    """The callback for an incident that 陈立 answered just now."""
    matter = city.answered(**changes)
    drain([NEWS])
    return Callback.objects.select_related("matter").get(matter=matter, round=1)


def named_later(matter: Matter, facts: ContactFacts) -> LaterContact:
    """Somebody else whom the system of record names, called when the first is not reached."""
    sealed = seal(facts, number=matter.number)
    kept = LaterContact.objects.create(
        matter=matter, at=timezone.now(), standing=LaterContact.BESIDE, **sealed._asdict()
    )
    find_by(matter, Contact.objects.filter(matter=matter).first())
    return kept


def world() -> tuple[object, ...]:
    """Everything a refused action must leave alone."""
    return (
        list(Callback.objects.order_by("pk").values_list()),
        list(Attempt.objects.order_by("pk").values_list()),
        list(Answer.objects.order_by("pk").values_list()),
        list(Matter.objects.order_by("pk").values_list("pk", "version")),
    )


class _Overlaid(RuleBook):
    """The shipped rules with some values replaced."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(kinds=django_settings.KIND_FOLDERS.values())
        self._values = values

    def get(self, key: str, on: date) -> Rule:
        found = super().get(key, on)
        if key in self._values:
            return found.model_copy(update={"value": self._values[key]})
        return found


@contextmanager
def rules(**values: Any) -> Iterator[None]:
    """Some rules of this room with other values: ``rules(share=Decimal("0.5"))``."""
    before = django_settings.RULES
    django_settings.RULES = _Overlaid({f"callback.{key}": value for key, value in values.items()})
    try:
        yield
    finally:
        django_settings.RULES = before
