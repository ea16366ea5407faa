"""The moments that a row tells: read, possible, and in an order in which they can happen."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from anmin.exchange.dates import ISO_FORMATS, Clockface, Moment
from anmin.exchange.problems import RowRefused
from anmin.exchange.profile import MOMENTS, TELLING, Time

type Cells = list[str]
type Get = Callable[[Cells], str]


class Times:
    """Reads the moments of rows, given where each stands and what its column is called."""

    def __init__(
        self,
        said: Time,
        moments: Sequence[tuple[str, Get]],
        titles: Mapping[str, str],
        now: datetime,
        happened: AbstractSet[str] = frozenset(MOMENTS),
    ) -> None:
        """``happened`` are the facts that tell of the past: the others may lie ahead."""
        self._titles = titles
        self._past = {*happened, *said.opened, *TELLING}
        self._opening = said.opened
        bound = {fact for fact, _get in moments}
        self._ahead = bound - self._past
        self._order = [fact for fact in MOMENTS if fact in bound]
        known = {*self._order} if "opened_at" not in bound else set()
        self._loose = sorted(({*happened, "ended_at"} & bound) - known)
        clock = Clockface((*said.formats, *ISO_FORMATS), said.zone)
        own = {
            fact: Clockface((*formats, *ISO_FORMATS), said.zone)
            for fact, formats in said.formats_for.items()
        }
        self._moments = [(fact, get, own.get(fact, clock)) for fact, get in moments]
        self._latest = now + timedelta(minutes=said.future_minutes)
        self._earliest = datetime.combine(said.earliest, time(), UTC)
        self._tolerance = timedelta(minutes=said.tolerance_minutes)

    def __call__(self, cells: Cells) -> dict[str, Moment]:
        """The moments by their facts. Raises ``RowRefused``."""
        found: dict[str, Moment] = {}
        earliest, latest = self._earliest, self._latest
        for fact, get, clock in self._moments:
            text = get(cells)
            if not text:
                continue
            moment = clock.moment(text)
            if moment is None:
                raise RowRefused("impossible_time", column=self._titles[fact], value=text)
            if moment.at < earliest:
                raise RowRefused("too_early", column=self._titles[fact], value=text)
            if moment.at > latest and fact in self._past:
                raise RowRefused("future_time", column=self._titles[fact], value=text)
            found[fact] = moment
        ats = [found[fact].at for fact in self._order if fact in found]
        if ats != sorted(ats):
            self._check_order(cells, found)
        if self._loose:
            self._check_beginning(cells, found)
        return found

    def newest(self, found: Mapping[str, Moment]) -> Moment:
        """The last of these moments that tells of the past."""
        if not self._ahead:
            return max(found.values())
        return max(moment for fact, moment in found.items() if fact not in self._ahead)

    def _check_beginning(self, cells: Cells, found: dict[str, Moment]) -> None:
        """Nothing that has happened to a record lies before its beginning."""
        begun = next((fact for fact in self._opening if fact in found), None)
        if begun is None:
            return
        for fact in self._loose:
            if fact in found and found[fact].at < found[begun].at - self._tolerance:
                self._put_right(cells, found, begun, fact)

    def _check_order(self, cells: Cells, found: dict[str, Moment]) -> None:
        """The reporter may be answered before all is done, but not before it began."""
        *steps, answer = MOMENTS
        steps = [fact for fact in steps if fact in found]
        pairs = [*pairwise(steps), *((fact, answer) for fact in steps[:1] if answer in found)]
        for before, after in pairs:
            if found[after].at < found[before].at - self._tolerance:
                self._put_right(cells, found, before, after)

    def _put_right(self, cells: Cells, found: dict[str, Moment], before: str, after: str) -> None:
        """A wrong order is no fault if the clock was set back in between; else it is refused."""
        text, clock = next((get(cells), own) for fact, get, own in self._moments if fact == after)
        later = clock.later(text)
        if later is None or later.at < found[before].at - self._tolerance:
            raise RowRefused(
                "wrong_order",
                earlier=self._titles[before],
                later=self._titles[after],
                value=text,
            )
        found[after] = later


def day_and_clock(title: str, day: int, clock: int) -> Get:
    """A day and a time of day from two columns: without a day there is nothing, and a day that
    has lost its time is refused rather than taken for midnight."""

    def get(cells: Cells) -> str:
        date, hour = cells[day], cells[clock]
        if not date:
            return ""
        if not hour:
            raise RowRefused("no_clock", column=title, value=date)
        return f"{date} {hour}"

    return get
