"""Objects that settings name and only the first use makes."""

from collections.abc import Callable
from typing import Any


class Late:
    """Stands for the object that ``make`` gives; each attribute is looked up once and kept.

    For objects whose attributes never change (a keyring, a rule book): after the first touch an
    access costs what a plain one does, which a bulk import feels.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            self._made = self._make()
        value = getattr(self._made, name)
        self.__dict__[name] = value
        return value
