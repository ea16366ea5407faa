"""How a figure stands against another, in a few words, and whether chance explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from anmin.measures.comparing import Change
    from anmin.stats.differences import Difference


def signed(number: float, digits: int = 1) -> str:
    """A difference with its sign, rounded; what rounds to nothing has no sign."""
    rounded = round(number, digits)
    words = f"{rounded:+.{digits}f}".replace("-", "−")
    return words if rounded else words[1:]


def points(apart: Difference[float]) -> str:
    """A difference of shares in percentage points, with its limits and what chance says."""
    words = {
        name: signed(number * 100)
        for name, number in (("points", apart.value), ("low", apart.low), ("high", apart.high))
    }
    if words["points"] == signed(0):
        return _("level (%(low)s to %(high)s points), within chance") % words
    if apart.low > 0 or apart.high < 0:
        return _("%(points)s points (%(low)s to %(high)s), more than chance") % words
    return _("%(points)s points (%(low)s to %(high)s), within chance") % words


def of_change(change: Change) -> str:
    """How a figure stands against the period before, in a few words; empty if nobody can say."""
    if change.difference is not None:
        return points(change.difference)
    if change.ratio is None or change.beyond_chance is None:
        return ""
    words = {"change": f"{signed((change.ratio - 1) * 100, 0)}%"}
    if change.beyond_chance:
        return _("%(change)s, more than chance") % words
    return _("%(change)s, within chance") % words
