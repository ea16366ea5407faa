"""What people are unhappy about, by place and month: ranked, with intervals and change."""

from collections.abc import Sequence
from dataclasses import dataclass

from anmin.callbacks.measures import CONCERN
from anmin.measures.comparing import Change, against_before
from anmin.measures.queries import Filters, Result, show
from anmin.measures.registry import registry
from anmin.watch.periods import Period


@dataclass(frozen=True, slots=True)
class Concerns:
    """The concerns of one place and period, most named first; hidden ones last."""

    period: Period
    changes: Sequence[Change]

    @property
    def any_result(self) -> Result:
        """One of the figures, for the cut-off and revision of all."""
        return self.changes[0].now

    @property
    def named(self) -> list[Change]:
        """Those that somebody named or that are hidden."""
        return [one for one in self.changes if one.now.total.suppressed or one.now.total.numerator]


def keys() -> list[str]:
    """The indicators of all concerns."""
    return [key for key in registry.indicators if key.startswith(CONCERN)]


def concerns_of(period: Period, town: str = "") -> Concerns:
    """The concerns of a town (all, when empty) against the days just before, as many.

    Raises as `measures.queries.show_many`.
    """
    narrow: Filters = {"town": town} if town else {}
    found = against_before(keys(), period.start, period.end, narrow)
    return Concerns(period, sorted(found.values(), key=lambda one: -(one.now.total.value or -1.0)))


def where_named(key: str, period: Period) -> Result:
    """One concern by town. Raises as `measures.queries.show`."""
    return show(key, ("town",), period.start, period.end)
