"""Background work of the campaign room."""

from contextlib import suppress

from anmin.campaign.evaluation import readings
from anmin.campaign.models import Version
from anmin.campaign.nudges import remind
from anmin.campaign.queries import all_in_force
from anmin.kernel.errors import Unavailable
from anmin.kernel.jobs import daily, every


@every(seconds=300)
def count_items() -> int:
    """Count what items rest on, so that a board opens at once.

    Always 0, as with the refresh of figures: what has changed meanwhile is left for the next time.
    """
    for version in all_in_force():
        _count(version)
    return 0


def _count(version: Version) -> None:
    with suppress(Unavailable):  # no lake yet, or one older than the program
        readings(version.programme.code, version.number, version.said)


@daily(at="campaign.nudge_at")
def remind_owners() -> int:
    """Remind units of what is late or does not move. Nobody is reminded twice within the rule's days."""
    return sum(remind(version) for version in all_in_force())
