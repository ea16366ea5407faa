"""What an item may be bound to, and what the names in its file mean."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from anmin.campaign.description import Item, Proof
from anmin.matters.categories import categories
from anmin.matters.registry import kind_choices
from anmin.measures.countable import evidence
from anmin.measures.narrowed import Narrowed
from anmin.measures.registry import Indicator, registry
from anmin.places.queries import area_names, unit_names


def indicator_of(proof: Proof, measure: str) -> Indicator:
    """What is counted for an item. Raises ``NotFound``."""
    if proof is Proof.EVIDENCE:
        return evidence(measure).indicator
    return registry.indicator(measure)


def counted_for(item: Item) -> Narrowed | None:
    """What the lake is asked for an item; nothing where it is proved otherwise."""
    if item.proof not in (Proof.INDICATOR, Proof.EVIDENCE) or item.dropped:
        return None
    where = {name: list(values) for name, values in item.where.items()}
    return Narrowed(indicator_of(item.proof, item.measure), item.start, item.end, where)


def _kinds() -> Iterable[str]:
    return (code for code, _label in kind_choices())


VALUES: Mapping[str, Callable[[], Iterable[str]]] = {
    "unit": unit_names,
    "area": area_names,
    "town": area_names,
    "category": categories,
    "kind": _kinds,
}
"""The codes there are of the dimensions that every room knows."""


@dataclass(frozen=True)
class Known:
    """The names that this installation knows, looked up once for a whole file."""

    @cached_property
    def units(self) -> Collection[str]:
        """The codes of all units."""
        return unit_names()

    @cached_property
    def _values(self) -> Mapping[str, Collection[str]]:
        return {name: set(give()) for name, give in VALUES.items()}

    def strange(
        self, proof: Proof, measure: str, name: str, values: Sequence[str]
    ) -> Sequence[str]:
        """Those of the values that there are not, as far as that is known."""
        known: Collection[str] | None = self._values.get(name)
        if proof is Proof.EVIDENCE and name in evidence(measure).values:
            known = set(evidence(measure).values[name]())
        return [one for one in values if known is not None and one not in known]
