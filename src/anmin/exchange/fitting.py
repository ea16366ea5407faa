"""Which profiles can read a file: those whose columns it has."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from django.utils.translation import gettext as _

from anmin.exchange.delimited import Row
from anmin.exchange.header import Binding, bind
from anmin.exchange.house_codes import look_around
from anmin.exchange.mapping import RowMapper
from anmin.exchange.probe import probe
from anmin.exchange.problems import Problem, Unreadable
from anmin.exchange.profile import Profile
from anmin.exchange.profiles import Listed, list_profiles, read_profile
from anmin.exchange.readers import Table
from anmin.exchange.reasons import refusal
from anmin.kernel.errors import Refusal
from anmin.people.listing import listed

TRIED = 50
"""Rows that a profile without titles is tried on."""
OF_THE_HOUSE = frozenset({"unknown_category", "unknown_unit", "unknown_area", "new_unit"})
"""What is wrong with a row for reasons that lie not in its file."""


def fitting_profiles(path: Path, kind: str = "") -> list[Listed]:
    """The known profiles (of a kind) whose columns a file has, the one that uses most of them first.

    Profiles that name columns by position alone fit where nearly all of the first rows can be read.
    """
    found = []
    for one in list_profiles():
        if kind and one.kind != kind:
            continue
        profile = read_profile(one.path)
        try:
            with Table(path, profile.file.reading) as table:
                rows = iter(table)
                binding, first = bind(profile, rows)
                if not profile.file.header and not _reads(profile, binding, table, first, rows):
                    continue
        except (Unreadable, OSError):
            continue
        found.append((len(set(binding.places.values())), one))
    return [one for _columns, one in sorted(found, key=lambda each: -each[0])]


def _reads(
    profile: Profile, binding: Binding, table: Table, first: Iterable[Row], rows: Iterator[Row]
) -> bool:
    """Whether a profile without titles makes sense of the first rows: numbers, moments, places."""
    profile = profile.counting_from_1904() if table.from_1904 else profile
    take = RowMapper(profile, binding, look_around(profile), pad=table.is_workbook)
    taken = [take(row) for row in islice(chain(first, rows), TRIED)]
    wrong = sum(1 for one in taken if isinstance(one, Problem) and one.code not in OF_THE_HOUSE)
    return bool(taken) and wrong <= 0.1 * len(taken)


def only_profile(path: Path, kind: str = "") -> str:
    """The name of the profile (of a kind) to read a file with, when nobody said which.

    Raises:
        Refusal: no profile fits, or two fit equally; it says what to do.
    """
    try:
        probe(path)
    except Unreadable as fault:
        raise refusal(fault) from None
    except FileNotFoundError:
        raise refusal(Unreadable("no_file", path=str(path))) from None
    fitting = fitting_profiles(path, kind)
    if not fitting:
        raise Refusal(
            _("No profile has the columns of this file. `anmin profiles guess` proposes one."),
            field="profile",
        )
    if len(fitting) > 1:
        names = listed(one.name for one in fitting)
        raise Refusal(
            _("Several profiles fit this file: %(names)s. Say which.") % {"names": names},
            field="profile",
        )
    return fitting[0].name
