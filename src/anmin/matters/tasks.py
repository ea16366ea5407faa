"""What this room does without anybody asking."""

from anmin.kernel.jobs import daily, every
from anmin.matters import (
    approvals,
    carrying_out,
    handing_out,
    lapsing,
    messages,
    reminding,
    retention,
    word_index,
)
from anmin.matters.news import drain
from anmin.matters.promises import reckon_again
from anmin.matters.reactions import send_waiting


@every(seconds=3, backlog=word_index.waiting)
def words() -> int:
    """Index the words of what was written, so that it can be searched."""
    return drain([word_index.NEWS], limit=10_000)


@daily(at="03:10")
def promises() -> int:
    """Reckon deadlines anew that were set before holidays were announced."""
    return reckon_again()


@daily(at="04:20")
def anonymise() -> int:
    """Let matters whose time is over tell of nobody any more."""
    return retention.anonymise_due()


@every(seconds=60)
def questions() -> int:
    """Send questions to citizens whose turn it is."""
    return send_waiting()


@every(seconds=300)
def requests() -> int:
    """End requests for steps that nobody answered in time."""
    return approvals.lapse()


@every(seconds=300)
def lapsed() -> int:
    """Take the steps that the house takes when a time is over."""
    return lapsing.lapse()


@every(seconds=300)
def delays() -> int:
    """Tell citizens that a promise will not be kept, before it breaks."""
    return messages.tell_delays()


@every(seconds=300)
def reminders() -> int:
    """Remind bodies outside the police of what they owe."""
    return reminding.remind_bodies()


@every(seconds=20)
def data_requests() -> int:
    """Carry out what was granted to people about their own data."""
    return carrying_out.carry_out()


@daily(at="04:10")
def unfetched() -> int:
    """Let files of what is held be gone that nobody fetched in time."""
    return handing_out.empty_old()
