"""Whoever works in a unit opens, ties and finds what is the unit's, and nothing by a key."""

from typing import Any

import pytest
from django.utils import timezone
from tests.personas import City

from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters import actions, merging, queries
from anmin.matters.actor import Actor
from anmin.matters.models import Contact, Entry, Link, Matter
from anmin.matters.search import search
from anmin.people.models import Account
from anmin.places.models import Unit


def world() -> tuple[object, ...]:
    """Everything a refused action must leave alone."""
    return (
        list(Matter.objects.order_by("pk").values()),
        Entry.objects.count(),
        Contact.objects.count(),
        Link.objects.count(),
    )


def opened(city: City, account: Account, **changes: Any) -> Matter:
    return city.incident(actor=Actor.of(account), **changes)


def test_an_officer_opens_for_the_own_unit_and_in_its_places_only(city: City) -> None:
    assert opened(city, city.officer).unit == city.jinhu
    assert opened(city, city.officer, area=None, unit=city.jinhu).unit == city.jinhu
    assert opened(city, city.officer, area=city.town, unit=city.jinhu).unit == city.jinhu
    before = world()
    for field, elsewhere in (
        ("unit", {"area": city.yuhai_town}),
        ("unit", {"unit": city.yuhai}),
        ("unit", {"unit": city.bureau}),
        ("unit", {"area": city.yuhai_town, "unit": city.yuhai}),
        ("area", {"area": city.yuhai_town, "unit": city.jinhu}),
    ):
        with pytest.raises(NotAllowed) as refused:
            opened(city, city.officer, **elsewhere)
        assert refused.value.field == field
    assert world() == before


def test_whoever_hands_matters_out_opens_them_for_others_too(city: City) -> None:
    assert opened(city, city.duty_leader, area=city.yuhai_town).unit == city.yuhai
    order = actions.open_matter(
        kind="rectification",
        actor=Actor.of(city.inspector),
        category="other",
        unit=city.yuhai,
    )
    assert order.unit == city.yuhai


@pytest.mark.parametrize("who", ["officer", "duty_leader", "operator", "leader", "admin"])
def test_orders_are_opened_by_the_inspectorate_alone(city: City, who: str) -> None:
    before = world()
    with pytest.raises(NotAllowed):
        actions.open_matter(
            kind="rectification",
            actor=Actor.of(getattr(city, who)),
            category="other",
            unit=city.jinhu,
        )
    assert world() == before


def test_nothing_is_tied_to_a_matter_that_one_may_not_see(city: City) -> None:
    foreign = opened(city, city.other_officer, area=city.yuhai_town)
    mine = opened(city, city.officer)
    before = world()
    with pytest.raises(NotAllowed):
        opened(city, city.officer, cause=foreign)
    for attempt in (foreign.pk, 10**9):
        with pytest.raises((NotAllowed, NotFound)):
            merging.link(
                matter_id=mine.pk,
                relation="related",
                other_id=attempt,
                actor=Actor.of(city.officer),
            )
    assert world() == before


def test_a_key_returns_only_what_the_same_person_opened_with_it(city: City) -> None:
    mine = opened(city, city.officer, key="k1")
    assert opened(city, city.officer, key="k1") == mine
    before = world()
    with pytest.raises(Conflict):
        opened(city, city.other_officer, area=city.yuhai_town, key="k1")
    assert world() == before


def test_a_matter_goes_to_who_works_on_matters_in_a_unit_that_works(city: City) -> None:
    mine = opened(city, city.officer)
    old = Unit.objects.create(code="OLD", name="旧所", kind="station", active=False)
    clerk_of_figures = Account.objects.create_user("figures", None, role="analyst", unit=city.jinhu)
    gone = Account.objects.create_user(
        "gone", None, role="officer", unit=city.jinhu, is_active=False
    )
    before = world()
    for target in ({"unit": old}, {"account": clerk_of_figures}, {"account": gone}):
        with pytest.raises(Refusal):
            actions.assign(matter_id=mine.pk, actor=Actor.of(city.duty_leader), **target)
    assert world() == before


def test_no_key_of_the_house_is_a_search_term(city: City) -> None:
    """What a callback ordered has the answer's id in its key, which would tell what is sealed."""
    cause = opened(city, city.officer)
    order = actions.open_matter(
        kind="rectification",
        actor=Actor.system("callbacks"),
        category="other",
        unit=city.jinhu,
        source="callback",
        key="answer:4711",
        cause=cause,
        cause_sealed=True,
    )
    by_hand = opened(city, city.officer, key="f00dcafe")
    Matter.objects.filter(pk=cause.pk).update(external_id="E-77001", facts_at=timezone.now())
    for reader in (city.officer, city.duty_leader, city.inspector):
        for key in ("answer:4711", "f00dcafe", "callback", str(order.pk).zfill(4)):
            assert search(reader, key).rows == []
        assert search(reader, "E-77001").rows == [cause]
    assert (order.outside_number, by_hand.outside_number) == ("", "")
    assert queries.matter_view(city.duty_leader, order.number).links == []
