"""A worked example of the rules of this room: three figures of a newspaper page, read again.

The page is of November 2011 (Rui'an): thefts in one estate, 12 after 9 a year before, and the
province's survey. How many people the survey asked is not said; 400 is the assumption that makes
both percentages whole numbers of people.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from anmin.stats.counts import compare
from anmin.stats.intervals import wilson

THEFTS, YEAR_BEFORE = 12, 9
ASKED = 400
SAFE, CONTENT = 0.9775, 0.9375
CHANCE = 0.05


@dataclass(frozen=True, slots=True)
class Reading:
    """What the page said, the estimate with its limits, and what may be concluded."""

    said: str
    value: str
    low: str
    high: str
    concluded: str


def newspaper_page() -> list[Reading]:
    """The page's figures as this room would tell them."""
    return [
        _thefts(),
        _share(_("Sense of safety: %(share)s"), SAFE),
        _share(_("Satisfied people: %(share)s"), CONTENT),
    ]


def _thefts() -> Reading:
    found = compare(THEFTS, YEAR_BEFORE)
    words = (
        _(
            "Chance explains it (p = %(p)s), even if such counts scatter as little as pure chance; "
            "if they scatter more, all the more so."
        )
        if found.p_minlike > CHANCE
        else _("A rise (p = %(p)s).")
    )
    return Reading(
        _("Thefts in one estate: %(this)s after %(last)s, up %(rise)s")
        % {"this": THEFTS, "last": YEAR_BEFORE, "rise": f"{THEFTS / YEAR_BEFORE - 1:.1%}"},
        f"{found.ratio:.2f}",
        f"{found.low:.2f}",
        f"{found.high:.2f}",
        words % {"p": f"{found.p_minlike:.2f}"},
    )


def _share(said: str, share: float) -> Reading:
    people = round(share * ASKED)
    low, high = wilson(people, ASKED)
    return Reading(
        said % {"share": f"{share:.2%}"},
        f"{share:.1%}",
        f"{low:.1%}",
        f"{high:.1%}",
        _(
            "The page does not say how many were asked; this holds if it was %(people)s of %(asked)s."
        )
        % {"people": people, "asked": ASKED},
    )
