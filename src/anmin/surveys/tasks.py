"""What this room does without anybody asking."""

from anmin.kernel.jobs import every
from anmin.surveys import citizen, reaching


@every(seconds=30)
def reach_sample() -> int:
    """Send invitations and hand over to interviewers in time."""
    return reaching.advance(100)


@every(seconds=10)
def survey_stops() -> int:
    """End the cases of phones that asked for no more messages."""
    return citizen.take_stops(200)
