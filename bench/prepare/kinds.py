"""Fills a home that has units with matters of every kind but incidents, as many of each.

    ANMIN_HOME=… python -m bench.prepare.kinds NUMBER

Through the bulk door of the house, so with entries, chain, deadlines and sealed contacts. Prints how
many of each there are.
"""

import random
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import batched
from typing import Any

from anmin.config import console

FIRST, YEAR = datetime(2025, 11, 1, tzinfo=UTC), 360 * 86400
BATCH = 2000


def main() -> None:
    """Spread the number over the kinds."""
    console.boot()
    from anmin.matters.registry import all_kinds

    kinds = [kind for kind in all_kinds() if kind.observe is None and not kind.keeps_sealed]
    each = int(sys.argv[1]) // len(kinds)
    for kind in kinds:
        print(f"{kind.code}: {fill(kind, each):,}")


def fill(kind: Any, count: int) -> int:
    """So many matters of one kind, spread over a year; three of four have ended."""
    from anmin.matters.categories import categories_of
    from anmin.matters.fact_types import typed_facts
    from anmin.matters.intake import Observation, observe_many
    from anmin.matters.observation import ContactFacts
    from anmin.places.models import Area

    rng = random.Random(kind.code)
    units = _owners(kind)
    areas = list(Area.objects.filter(level="community").values_list("pk", flat=True))
    topics = [one.code for one in categories_of(kind.code).values() if one.kind == kind.code]
    states = kind.flow.states
    live = [code for code, state in states.items() if state.stage.live]
    over = [
        code
        for code, state in states.items()
        if not state.stage.live and code not in ("merged", "void")
    ]
    facts = typed_facts(kind.details)
    made = 0
    for numbers in batched(range(count), BATCH, strict=False):
        rows = []
        for n in numbers:
            at = FIRST + timedelta(seconds=n * YEAR // count)
            ends = rng.random() < 0.75
            rows.append(
                Observation(
                    source="bench",
                    external_id=f"{kind.prefix}{n:08d}",
                    kind=kind.code,
                    category=rng.choice(topics) if topics else "",
                    area_id=rng.choice(areas),
                    unit_id=rng.choice(units),
                    summary=f"第{n}件",
                    place=f"安阳路{rng.randrange(1, 999)}号附近",
                    longitude=None,
                    latitude=None,
                    opened_at=at,
                    facts_at=at + timedelta(days=1),
                    details={name: _value(facts[name], rng, at) for name in kind.asks},
                    contact=None
                    if "contact" in kind.unasked
                    else ContactFacts("王秀英", f"+86138{rng.randrange(10**7, 10**8)}"),
                    state=rng.choice(over if ends else live),
                    ended_at=at + timedelta(hours=rng.randrange(1, 700)) if ends else None,
                )
            )
        made += sum(one.outcome == "created" for one in observe_many(rows, actor_label="bench"))
    return made


def _owners(kind: Any) -> list[int]:
    """The units whose matters of that kind may be: stations, or for an order to others bodies."""
    from anmin.matters.owning import may_own
    from anmin.places.actions import ensure_unit
    from anmin.places.models import Unit, UnitKind

    for n in range(20):
        ensure_unit(code=f"BODY{n:02d}", name=f"物业{n:02d}", kind=UnitKind.MANAGER)
    units = Unit.objects.filter(kind__in=(UnitKind.STATION, UnitKind.MANAGER))
    return [pk for pk in units.values_list("pk", flat=True) if may_own(kind, pk)]


def _value(fact: Any, rng: random.Random, at: datetime) -> Any:
    from anmin.matters.fact_types import FactType
    from anmin.matters.terms import term_list

    if fact.terms:
        code = rng.choice([*term_list(fact.terms)])
        return [code] if fact.type is FactType.TERMS else code
    plain: dict[Any, Any] = {
        FactType.WHOLE: rng.randrange(1, 50),
        FactType.NUMBER: float(rng.randrange(1, 50)),
        FactType.FLAG: rng.random() < 0.5,
        FactType.MOMENT: at.isoformat(),
        FactType.DAY: date(at.year, at.month, at.day).isoformat(),
        FactType.TEXTS: ["一", "二"],
    }
    return plain.get(fact.type, "情况如所述。")


if __name__ == "__main__":
    main()
