"""When two records are likely about one event: the rule that counts and figures share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from anmin.measures.expressions import Dialect, Expression


@dataclass(frozen=True, slots=True)
class Once:
    """When a record is likely about the same event as the one before it.

    Both have the same values of ``same``, none of them unknown, the first of at least ``digits``
    characters (so that a place is a small one), and no more than ``minutes`` lie between them.
    ``apart`` are keys of records that somebody said are events of their own.
    """

    same: tuple[str, ...]
    digits: int
    minutes: int
    apart: tuple[int, ...] = ()

    def again(self, moment: str, key: str, dialect: Dialect, before: str = "before") -> str:
        """The condition, where ``before`` is the moment of the record before."""
        fine = " AND ".join(
            [
                *(f"{dialect.name(name)} IS NOT NULL" for name in self.same),
                f"LENGTH({dialect.name(self.same[0])}) >= {self.digits:d}",
            ]
        )
        near = f"{moment} - INTERVAL {self.minutes:d} MINUTE <= {before}"
        listed = ", ".join(f"{one:d}" for one in self.apart)
        stays = f" AND {key} NOT IN ({listed})" if listed else ""
        return f"({before} IS NOT NULL AND {near} AND {fine}{stays})"

    def following(self, moment: str, key: str, within: Sequence[str]) -> Expression:
        """Whether a row follows another of its event, of the same values of ``within`` as well."""

        def write(dialect: Dialect) -> str:
            at, one = dialect.name(moment), dialect.name(key)
            parts = ", ".join(dialect.name(name) for name in (*self.same, *within))
            before = f"LAG({at}) OVER (PARTITION BY {parts} ORDER BY {at}, {one})"
            return self.again(at, one, dialect, before)

        return Expression(write)
