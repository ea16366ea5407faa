"""Which profiles can read a file: those whose columns it has."""

from pathlib import Path

from django.utils.translation import gettext as _

from anmin.exchange.header import bind
from anmin.exchange.probe import probe
from anmin.exchange.problems import Unreadable
from anmin.exchange.profiles import Listed, list_profiles, read_profile
from anmin.exchange.readers import Table
from anmin.exchange.reasons import refusal
from anmin.kernel.errors import Refusal


def fitting_profiles(path: Path) -> list[Listed]:
    """The known profiles whose columns a file has, the one that uses most of them first.

    Profiles that name columns by position alone say nothing about a file and are left out.
    """
    found = []
    for listed in list_profiles():
        profile = read_profile(listed.path)
        if not profile.file.header:
            continue
        try:
            with Table(path, profile.file.reading) as table:
                binding, _rows = bind(profile, iter(table))
        except (Unreadable, OSError):
            continue
        found.append((len(set(binding.places.values())), listed))
    return [listed for _columns, listed in sorted(found, key=lambda one: -one[0])]


def only_profile(path: Path) -> str:
    """The name of the profile to read a file with, when nobody said which.

    Raises:
        Refusal: no profile fits, or two fit equally; it says what to do.
    """
    try:
        probe(path)
    except Unreadable as fault:
        raise refusal(fault) from None
    except FileNotFoundError:
        raise refusal(Unreadable("no_file", path=str(path))) from None
    fitting = fitting_profiles(path)
    if not fitting:
        raise Refusal(
            _("No profile has the columns of this file. `anmin profiles guess` proposes one."),
            field="profile",
        )
    if len(fitting) > 1:
        names = ", ".join(listed.name for listed in fitting)
        raise Refusal(
            _("Several profiles fit this file: %(names)s. Say which.") % {"names": names},
            field="profile",
        )
    return fitting[0].name
