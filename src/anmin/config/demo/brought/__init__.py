"""What the demo city's people brought besides calls, and what its police found: every kind in every state.

Each scene is data: steps on days before today, taken by the people whose steps they are when the
pretended time comes to them. Some are late, reviewed or taken up again, so that such ones show.
"""

import random

from anmin.config.demo.brought.claims import CLAIMS
from anmin.config.demo.brought.demands import DEMANDS
from anmin.config.demo.brought.disputes import DISPUTES
from anmin.config.demo.brought.incidents import INCIDENTS, PUT_RIGHT
from anmin.config.demo.brought.listings import LISTINGS
from anmin.config.demo.brought.own_data import OWN_DATA
from anmin.config.demo.brought.petitions import PETITIONS
from anmin.config.demo.brought.reviews import REVIEWS
from anmin.config.demo.brought.script import Brought
from anmin.config.demo.brought.suggestions import SUGGESTIONS
from anmin.config.demo.brought.tips import TIPS
from anmin.config.demo.brought.traced import TRACED
from anmin.config.demo.brought.visits import OUTCOMES, VISITS
from anmin.config.demo.brought.windows import AT_WINDOWS, windows

SCENES = (
    *PETITIONS,
    *REVIEWS,
    *SUGGESTIONS,
    *AT_WINDOWS,
    *DISPUTES,
    *VISITS,
    *OUTCOMES,
    *TRACED,
    *LISTINGS,
    *INCIDENTS,
    *PUT_RIGHT,
    *DEMANDS,
    *OWN_DATA,
    *TIPS,
    *CLAIMS,
)
"""One of each, told one by one."""


def everything(rng: random.Random) -> list[Brought]:
    """Those, and the many that come to a window every day."""
    return [*SCENES, *windows(rng)]
