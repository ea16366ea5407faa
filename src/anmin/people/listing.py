"""Several things in one sentence, set apart as the reader's language does it."""

from collections.abc import Iterable

from django.utils.translation import pgettext


def listed(items: Iterable[object]) -> str:
    """Words one after the other: “a, b”, “甲、乙”."""
    return pgettext("between the words of a list", ", ").join(str(one) for one in items)


def clauses(items: Iterable[object]) -> str:
    """Statements one after the other: “a; b”, “甲；乙”."""
    return pgettext("between the statements of a list", "; ").join(str(one) for one in items)
