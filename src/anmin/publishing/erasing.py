"""What was written about a matter goes with it: the words of drafts, and what is public of somebody's own.

A draft holds what its editions do not: names and numbers as they were before they were hidden.
"""

from collections.abc import Collection

from anmin.matters.models import Matter
from anmin.matters.retention import erases
from anmin.publishing.ending import forget_about


def erase_words(matters: Collection[int]) -> None:
    """Erase what was written about these matters. Inside a transaction.

    What was approved of a place, without anybody's name, stays as it was read; somebody's own words, and
    what was decided on somebody, are taken off the public pages.
    """
    for number in Matter.objects.filter(pk__in=matters).values_list("number", flat=True):
        forget_about(key=number)


def still_written(_matters: Collection[int]) -> set[int]:
    """Nobody keeps a matter by writing about it."""
    return set()


erases(erase_words, rests=still_written)
