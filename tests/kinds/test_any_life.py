"""Every kind lived at random: any step, by anybody, with anything, at any time.

Whatever is tried is taken or refused in words, a refusal changes nothing, what lives owes something
by a moment, and every history replays to its row.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anmin.kernel.errors import Refusal
from anmin.matters import approvals
from anmin.matters.actions import move
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.categories import categories_of
from anmin.matters.checks import Found
from anmin.matters.contacts import ContactFacts
from anmin.matters.fact_types import FactType, TypedFact, typed_facts
from anmin.matters.flow import Move
from anmin.matters.kind import Kind
from anmin.matters.lapsing import lapse
from anmin.matters.models import Deadline, Entry, Matter
from anmin.matters.opening import open_matter
from anmin.matters.registry import discover, own_kinds
from anmin.matters.terms import term_list
from anmin.matters.verify import verify
from tests.personas import City

discover()
MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12
)
PHONES = ("+8613857712345", "+8613957700001")


def values(one: TypedFact, *wrong: str) -> st.SearchStrategy[Any]:
    """What a fact may hold; of a word list also the codes ``wrong``."""
    if one.terms:
        codes = st.sampled_from([*term_list(one.terms), *wrong])
        if one.type is FactType.CHECKS:
            return st.dictionaries(codes, st.sampled_from([*Found, *wrong]), max_size=4)
        return st.lists(codes, max_size=3) if one.type is FactType.TERMS else codes
    of_type: dict[FactType, st.SearchStrategy[Any]] = {
        FactType.WHOLE: st.integers(-1, 400),
        FactType.NUMBER: st.floats(0, 10),
        FactType.FLAG: st.booleans(),
        FactType.MOMENT: st.datetimes(
            datetime(2026, 3, 1), datetime(2026, 6, 1), timezones=st.just(UTC)
        ),
        FactType.DAY: st.dates(date(2026, 3, 1), date(2026, 6, 1)),
        FactType.TEXTS: st.lists(WORDS, max_size=2),
    }
    return of_type.get(one.type, WORDS)


def given_to(kind: Kind, edge: Move, draw: Any) -> dict[str, Any]:
    """What a step is given: what it needs as a rule, some of what it takes."""
    facts = typed_facts(kind.details)
    names = [name for name in edge.needs if name in facts and draw(st.integers(0, 9))]
    names += [name for name in edge.takes if name in facts and draw(st.booleans())]
    found = {name: draw(values(facts[name], "no_such")) for name in names}
    if len(edge.outcomes) > 1:
        found["outcome"] = draw(st.sampled_from(edge.outcomes)).value
    return found


def opened(kind: Kind, city: City, draw: Any) -> Matter | None:
    facts = typed_facts(kind.details)
    account = next(one for one in everybody(city) if one.role in kind.opened_by)
    topics = [one.code for one in categories_of(kind.code).values() if one.kind == kind.code]
    contact = ContactFacts("王秀英", draw(st.sampled_from(PHONES)))
    about = city.answered(contact=contact) if kind.sets_aside else None
    try:
        return open_matter(
            kind=kind.code,
            actor=Actor.of(account),
            category=draw(st.sampled_from(topics)) if topics else "",
            area=None if about else city.wenhua,
            unit=city.jinhu if about else None,
            cause=about,
            details={name: draw(values(facts[name])) for name in (*kind.asks, *kind.takes)},
            contact=None if "contact" in kind.unasked else contact,
        )
    except Refusal:
        return None


def everybody(city: City) -> list[Any]:
    return [
        *(city.duty_leader, city.officer, city.inspector, city.leader, city.programme),
        *(city.operator, city.other_officer),
    ]


def taken(matter: Matter, edge: Move, who: Actor, city: City, draw: Any) -> None:
    """One step, or one that is asked for and agreed to."""
    inputs = given_to(matter.type, edge, draw)
    note = draw(st.sampled_from(["", "情况属实"]))
    if edge.approval is None:
        move(matter_id=matter.pk, code=edge.code, actor=who, inputs=inputs, note=note)
        return
    asked = approvals.ask(
        matter_id=matter.pk, code=edge.code, actor=who, reason="提请", inputs=inputs
    )
    approvals.agree(request_id=asked.pk, actor=Actor.of(city.leader), reason="同意")


def refused(matter: Matter, edge: Move, who: Actor, city: City, draw: Any) -> str:
    """Why the step was not taken; nothing if it was."""
    try:
        taken(matter, edge, who, city, draw)
    except Refusal as refusal:
        return str(refusal) or "?"
    return ""


def owes(matter: Matter) -> bool:
    """Whether something of a live matter runs or stands still."""
    rows = Deadline.objects.filter(matter=matter)
    return any(one.met_at is None or one.paused_at is not None for one in rows)


@pytest.mark.parametrize("kind", own_kinds(), ids=lambda kind: kind.code)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_whatever_is_tried_is_taken_or_refused(kind: Kind, city: City, data: st.DataObject) -> None:
    draw = data.draw
    people = [*map(Actor.of, everybody(city)), CITIZEN]
    with time_machine.travel(MONDAY, tick=False) as traveller:
        matter = opened(kind, city, draw)
        if matter is None:
            return
        for _step in range(12):
            traveller.shift(timedelta(hours=draw(st.sampled_from([1, 30, 200, 900]))))
            matter.refresh_from_db()
            here = list(kind.flow.moves_from(matter.state))
            edge = draw(
                st.sampled_from(here if here and draw(st.integers(0, 9)) else kind.flow.moves)
            )
            able = [one for one in people if one.role in edge.by]
            who = draw(st.sampled_from(able if able and draw(st.integers(0, 9)) else people))
            before = Entry.objects.count()
            refusal = refused(matter, edge, who, city, draw)
            if refusal:
                asked = Entry.objects.filter(matter=matter, action=approvals.ASKED).count()
                assert Entry.objects.count() - before <= asked  # an approval may wait, no more
            lapse(now=timezone.now())
            matter.refresh_from_db()
            assert not matter.live or owes(matter), (matter.state, edge.code)
        assert verify().sound
