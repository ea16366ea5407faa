"""What this room does without anybody asking."""

from django.utils import timezone

from anmin.kernel.jobs import daily, every
from anmin.surveys import contacting, waves


@every(seconds=30)
def reach_sample() -> int:
    """Send invitations and hand over to interviewers in time."""
    return contacting.advance(100)


@every(seconds=20)
def draw_waiting() -> int:
    """Draw the samples whose public number has come."""
    return waves.draw_waiting()


@daily(at="03:40")
def forget_sample() -> int:
    """Erase names and numbers of surveys that are long over."""
    return waves.forget_people(timezone.now())
