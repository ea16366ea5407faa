"""How much room the disk has: strangers fill no more of it than leaves the house its own.

Whoever has no account sends files to several pages, and each costs a second of work; what one machine
sends in a day would still fill a disk, and then nobody could write anything.
"""

import shutil
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.errors import Unavailable


class Full(Unavailable):
    """No more files of strangers are taken for now."""

    default_code = "full"


def require_space() -> None:
    """Raise ``Full`` while the disk has less room than the rule keeps for the house. One system call."""
    least = settings.RULES.get("files.least_free_mb", timezone.localdate()).number
    home = Path(settings.ANMIN_HOME)
    there = next(one for one in (home, *home.absolute().parents) if one.exists())
    if shutil.disk_usage(there).free < least * 2**20:
        raise Full(
            _("No files can be taken in at the moment: send it without, and add them later."),
            field="file",
        )
