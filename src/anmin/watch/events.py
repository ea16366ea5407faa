"""Several calls about one thing count as one event, on every page of the watch.

Calls of one community and category that follow each other within a rule's minutes are likely about
the same. Nothing is joined for good: the records stay as they are, and each may be said to be an
event of its own.
"""

from datetime import date

from anmin.matters.measures import TOWN_DIGITS
from anmin.measures.once import Once, counted_again, tally_once
from anmin.measures.queries import ALL, Filters, Tally
from anmin.watch.periods import rule

KEY = "incidents"


def once() -> Once:
    """When two records are likely about one event, by the rule of today."""
    return Once(
        same=("area", "category"),
        digits=TOWN_DIGITS + 1,
        minutes=rule("watch.same_event_minutes").number,
    )


def events(by: tuple[str, ...], start: date, end: date, filters: Filters = ALL) -> Tally:
    """Events by some dimensions: the numerator of a cell; its denominator are records.

    Raises as `measures.queries.tally`.
    """
    return tally_once(KEY, by, once(), start, end, filters)


def likely_repeats(start: date, end: date, filters: Filters = ALL) -> list[int]:
    """The matters that are counted with the one before them, in order.

    Raises as `measures.queries.tally`.
    """
    return counted_again(KEY, once(), start, end, filters)
