"""A share that a kind has of its own, declared with it."""

from collections.abc import Callable
from dataclasses import dataclass

from anmin.matters.flow import Text
from anmin.measures.expressions import Expression, Rows


@dataclass(frozen=True)
class Figure:
    """A share that a kind has of its own: of its matters ``among``, those ``of``.

    Both look at a row of the kind's table of the lake (``in_the_lake``); ``better``: whether more of
    it is. ``mean``: ``of`` is a number between 0 and 1, which is averaged, of what ``unit`` says.
    ``hide_small``: few matters could tell of the people in them. ``beside`` names the figure of the
    kind that is never to be read without this one, and stands on its page.
    """

    code: str
    label: Text
    how_made: Text
    of: Callable[[Rows], Expression]
    among: Callable[[Rows], Expression]
    better: bool = True
    mean: bool = False
    unit: Text = ""
    hide_small: bool = False
    beside: str = ""
