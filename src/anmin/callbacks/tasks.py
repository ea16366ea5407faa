"""What this room does without anybody asking."""

from datetime import date, timedelta

from django.utils import timezone

from anmin.callbacks import acknowledging, contacting, draws, planning, promises, signing
from anmin.callbacks import replies as incoming
from anmin.callbacks.ladder import rule
from anmin.callbacks.models import Draw
from anmin.kernel.jobs import daily, every
from anmin.matters.news import backlog, drain


@every(seconds=2, backlog=lambda: backlog()[planning.NEWS])
def plan() -> int:
    """Plan callbacks for what was answered."""
    return drain([planning.NEWS], limit=20_000)


@every(seconds=20)
def reach() -> int:
    """Send the messages that are due and hand over to people in time."""
    return contacting.advance(200)


@every(seconds=5)
def replies() -> int:
    """Take in what citizens replied."""
    return incoming.take_replies(200)


@every(seconds=20)
def acknowledge() -> int:
    """Send the receipts of answers that came by text message, where the house wants them."""
    return acknowledging.send_receipts()


@every(seconds=20)
def draw_waiting() -> int:
    """Make the draws whose public number has come."""
    return draws.draw_waiting()


@daily(at="day.night_close")
def night() -> int:
    """Freeze the frames and draw, publish the next seeds, and note the days left unsigned."""
    today = timezone.localdate()
    return draw(today) + signing.night_close(today - timedelta(days=1))


def draw(today: date) -> int:
    """Draw from the frames of the days before, and publish the next seeds."""
    done = draws.draw_before(today)
    for purpose in Draw.Purpose:
        if purpose != Draw.Purpose.CALLBACK or rule("share").value < 1:
            draws.open_draw(purpose, today)
            draws.open_draw(purpose, today + timedelta(days=1))
    return done


@daily(at="03:20")
def deadlines() -> int:
    """Reckon anew when callbacks are due that holidays moved."""
    return promises.reckon_again()
