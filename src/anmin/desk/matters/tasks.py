"""What the pages over matters do in the background."""

from __future__ import annotations

from anmin.desk.matters import presence
from anmin.kernel.jobs import every


@every(seconds=600)
def forget_who_looked() -> int:
    """Forget who had a matter's page open an hour ago."""
    return presence.forget()
