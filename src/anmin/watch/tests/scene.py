"""What the stories of this room share: reports on given days, answers, and a look at everything."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from anmin.callbacks.models import Answer, Callback
from anmin.matters.models import Entry, Matter
from anmin.measures.lake import refresh
from anmin.places.models import Area
from anmin.watch.models import Candidate, CandidateStep, IndexMonth, Scan

NOON = time(4)  # in UTC; noon in China
APART = timedelta(minutes=31)
"""So long apart are two calls of one place that are not about the same thing."""
NIGHT, FROM_NOON = timedelta(hours=-12), 20
"""More than these of one day begin at midnight, to end within it."""
_numbers = count(1)


def reports(
    area: Area, category: str, days: Iterable[date], *, each: int = 1, apart: timedelta = APART
) -> list[Matter]:
    """Incidents there, so many on each of the days, answered at once.

    Those of a day come ``apart`` from each other.
    """
    first = NIGHT if each > FROM_NOON else timedelta(0)
    moments = [
        datetime.combine(day, NOON, UTC) + first + n * apart for day in days for n in range(each)
    ]
    return Matter.objects.bulk_create(
        [
            Matter(
                number=f"JQ-W{next(_numbers)}",
                kind="incident",
                state="answered",
                stage="done",
                source="test",
                category=category,
                area=area,
                opened_at=moment,
                closed_at=moment,
            )
            for moment in moments
        ]
    )


def by_units(matters: list[Matter]) -> None:
    """Let an officer have opened these, and no record speak of them."""
    Entry.objects.bulk_create(
        [
            Entry(
                matter=matter,
                seq=1,
                at=matter.opened_at,
                actor_label="陈立",
                actor_role="officer",
                action="open",
                to_state=matter.state,
                hash=bytes(32),
            )
            for matter in matters
        ]
    )


def asked(matters: list[Matter], satisfied: int, *, concern: str = "") -> None:
    """A callback for each, answered: the first so many satisfied, the others not."""
    made = Callback.objects.bulk_create(
        [
            Callback(
                matter=matter,
                closing=1,
                script="incident",
                script_version=1,
                planned_at=matter.opened_at,
                not_before=matter.opened_at,
                due_at=matter.opened_at,
                closed_at=matter.opened_at,
                status="done",
                attempts=1,
                disposition="1.1",
            )
            for matter in matters
        ]
    )
    Answer.objects.bulk_create(
        [
            Answer(
                callback=callback,
                seq=1,
                at=callback.planned_at,
                via="call",
                script="incident",
                script_version=1,
                satisfaction="satisfied" if n < satisfied else "dissatisfied",
                solved="yes" if n < satisfied else "no",
                concerns=[concern] if concern and n >= satisfied else [],
                key=f"k{callback.pk}",
            )
            for n, callback in enumerate(made)
        ]
    )


def days(first: date, number: int) -> list[date]:
    """So many days from one on."""
    return [first + timedelta(days=n) for n in range(number)]


def figures() -> None:
    """The figures know everything up to now."""
    refresh(full=True)


def world() -> tuple[object, ...]:
    """Everything a refused action must leave alone."""
    return (
        list(Candidate.objects.order_by("pk").values_list()),
        list(CandidateStep.objects.order_by("pk").values_list()),
        list(Scan.objects.order_by("pk").values_list("pk", "night", "series")),
        list(IndexMonth.objects.order_by("pk").values_list("pk", "month", "number")),
    )
