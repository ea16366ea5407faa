"""What this room does without anybody asking."""

from anmin.kernel.jobs import daily, every
from anmin.matters.news import drain
from anmin.publishing import answers, ending


@daily(at="00:10")
def expire() -> int:
    """Take out texts whose day has come, so that nothing stands a day too long."""
    return ending.expire_due()


@daily(at="07:30")
def remind() -> int:
    """Tell whoever drafts which reviews and expiries come near."""
    ending.remind()
    return 0


@every(seconds=600)
def look_again() -> int:
    """Ask whether what is public is still true."""
    ending.look_again()
    return 0


@every(seconds=5)
def consents() -> int:
    """Take off what somebody no longer consents to."""
    return drain([answers.NEWS], limit=10_000)
