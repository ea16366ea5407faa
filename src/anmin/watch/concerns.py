"""What people are unhappy about, by place and month: ranked, with intervals and change."""

from collections.abc import Sequence
from dataclasses import dataclass

from anmin.callbacks.measures import CONCERN
from anmin.matters.measures import VOICED
from anmin.measures.comparing import Change, against_before
from anmin.measures.queries import Filters, Result, show
from anmin.measures.registry import registry
from anmin.watch.periods import Period


@dataclass(frozen=True, slots=True)
class Concerns:
    """The concerns of one place and period, most named first; hidden ones last.

    ``changes`` are of the replies to callbacks, ``brought`` of what people brought themselves.
    """

    period: Period
    changes: Sequence[Change]
    brought: Sequence[Change]

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


def brought_up(period: Period, town: str = "") -> list[Change]:
    """What petitions, suggestions, disputes and visits were about, most named first.

    Against the days just before, as many. Raises as `measures.queries.show_many`.
    """
    narrow: Filters = {"town": town} if town else {}
    groups = [key for key in registry.indicators if key.startswith(VOICED)]
    found = against_before(groups, period.start, period.end, narrow).values()
    said = [one for one in found if one.now.total.suppressed or one.now.total.numerator]
    return sorted(said, key=lambda one: -(one.now.total.value or -1.0))


def concerns_of(period: Period, town: str = "") -> Concerns:
    """The concerns of a town (all, when empty) against the days just before, as many.

    Raises as `measures.queries.show_many`.
    """
    narrow: Filters = {"town": town} if town else {}
    found = against_before(keys(), period.start, period.end, narrow)
    changes = sorted(found.values(), key=lambda one: -(one.now.total.value or -1.0))
    return Concerns(period, changes, brought_up(period, town))


def where_named(key: str, period: Period) -> Result:
    """One concern by town. Raises as `measures.queries.show`."""
    return show(key, ("town",), period.start, period.end)
