"""An item is in one hand at a time, no balance is below nothing, and the steps say it all."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import settings as depth
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.personas import City

from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.registers.actions import Given, enter, take_step
from anmin.registers.declaration import Handing, Standing, declare, register_of
from anmin.registers.holders import Hand, Holder, outside, person, store
from anmin.registers.models import Holding, Item, Step
from anmin.registers.queries import balances, holder_of, odd_items, steps_of, words_for
from anmin.registers.stores import (
    close_store,
    end_keeper,
    name_keeper,
    open_store,
    stores_kept_by,
    units_kept_for,
)
from anmin.registers.tests.pattern import KEYS, LOCKS


@pytest.fixture
def shelf(city: City) -> Any:
    return open_store(
        code="JH-1", name="锦湖保管室", name_en="Jinhu store", unit=city.jinhu, by=city.duty_leader
    )


def key_of(city: City, **changes: Any) -> Item:
    given: dict[str, Any] = {
        "register": KEYS.code,
        "by": city.officer,
        "unit": city.jinhu,
        "to": person("chenli"),
        "given": Given({"title": "钥匙"}),
        "key": "k1",
    }
    return enter(**{**given, **changes})


def locks(city: City, amount: int = 10) -> Item:
    return key_of(
        city, register=LOCKS.code, given=Given({"title": "锁"}, amount=amount), key=f"l{amount}"
    )


def hand(item: Item, city: City, to: Holder, **changes: Any) -> Item:
    given: dict[str, Any] = {
        "item_id": item.pk,
        "code": "hand",
        "by": city.officer,
        "version": item.version,
        "key": f"h{item.pk}-{item.version}",
        "taker": to,
    }
    return take_step(**{**given, **changes})


def test_an_item_goes_from_hand_to_hand_and_its_steps_say_so(city: City, shelf: Any) -> None:
    item = key_of(city)
    assert (item.state, item.number[:4], holder_of(item)) == ("here", "TKY-", person("chenli"))
    item = hand(item, city, store("JH-1"))
    assert holder_of(item) == store("JH-1")
    item = hand(item, city, outside("citizen"), code="give")
    assert (item.state, item.ended_at is not None, holder_of(item)) == ("gone", True, None)
    told = [(one.seq, one.code, one.giver, one.taker, one.amount) for one in steps_of(item)]
    assert told == [
        (1, "enter", "outside:maker", "person:chenli", 1),
        (2, "hand", "person:chenli", "store:JH-1", 1),
        (3, "give", "store:JH-1", "outside:citizen", 1),
    ]
    assert list(odd_items()) == []
    names = words_for([person("chenli"), store("JH-1"), outside("citizen")], KEYS)
    assert list(names.values()) == ["陈立", "锦湖保管室", "a citizen"]


def test_what_has_gone_goes_nowhere_else(city: City, shelf: Any) -> None:
    item = hand(key_of(city), city, outside("citizen"), code="give")
    with pytest.raises(Conflict):
        hand(item, city, store("JH-1"))
    assert (Step.objects.count(), Holding.objects.count()) == (2, 0)


def test_a_step_sent_twice_is_taken_once(city: City, shelf: Any) -> None:
    item = key_of(city)
    assert key_of(city) == item
    first = hand(item, city, store("JH-1"))
    again = hand(item, city, store("JH-1"))  # the version and the key of the first
    assert (again.pk, again.version, Step.objects.count()) == (first.pk, 2, 2)
    with pytest.raises(Conflict):
        hand(item, city, store("JH-1"), by=city.duty_leader)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"version": 7}, Conflict),
        ({"taker": None}, Refusal),
        ({"taker": person("chenli")}, Refusal),
        ({"taker": store("NONE")}, Refusal),
        ({"taker": person("nobody-here")}, Refusal),
        ({"taker": outside("citizen")}, Refusal),
        ({"giver": person("zhouweiguo")}, Conflict),
        ({"giver": outside("maker")}, Conflict),
        ({"code": "price"}, Refusal),
        ({"code": "price", "given": Given({"price": -1})}, Refusal),
        ({"code": "price", "given": Given({"price": 3, "title": "x"})}, Refusal),
        ({"code": "unheard"}, NotFound),
        ({"given": Given(at=timezone.now() + timedelta(days=30))}, Refusal),
        ({"given": Given(at=timezone.now() - timedelta(days=900))}, Refusal),
        ({"given": Given(note="x" * 1001)}, Refusal),
        ({"item_id": 10**9}, NotFound),
    ],
)
def test_what_is_refused_changes_nothing(
    city: City, shelf: Any, changes: dict[str, Any], refusal: type[Refusal]
) -> None:
    item = key_of(city)
    with pytest.raises(refusal):
        hand(item, city, changes.get("taker", store("JH-1")), **changes)
    item.refresh_from_db()
    assert (item.version, Step.objects.count()) == (1, 1)
    assert holder_of(item) == person("chenli")


def test_whom_the_register_refuses_writes_nothing(city: City, shelf: Any) -> None:
    item = key_of(city)
    city.officer.username = "nobody"
    for act in (lambda: hand(item, city, store("JH-1")), lambda: key_of(city, key="k2")):
        with pytest.raises(NotAllowed):
            act()
    assert Step.objects.count() == 1


def test_entering_needs_its_facts_and_somebody_to_answer_for_it(city: City) -> None:
    for changes in (
        {"given": Given({})},
        {"given": Given({"title": "x" * 41})},
        {"to": person("gone")},
        {"register": LOCKS.code, "given": Given({"title": "锁"}, amount=0)},
    ):
        with pytest.raises(Refusal):
            key_of(city, **changes)
    assert not Item.objects.exists()


def test_a_stock_is_split_and_never_overdrawn(city: City, shelf: Any) -> None:
    item = locks(city)
    item = hand(item, city, store("JH-1"), giver=person("chenli"), given=Given(amount=7))
    held = dict(Holding.objects.values_list("holder", "amount"))
    assert held == {"person:chenli": 3, "store:JH-1": 7}
    with pytest.raises(Conflict):
        hand(item, city, store("JH-1"), giver=person("chenli"), given=Given(amount=4))
    item = hand(
        item, city, outside("citizen"), code="give", giver=store("JH-1"), given=Given(amount=7)
    )
    assert dict(Holding.objects.values_list("holder", "amount")) == {"person:chenli": 3}
    assert balances(steps_of(item)) == {"person:chenli": 3}


def test_the_database_itself_keeps_no_balance_below_one(city: City) -> None:
    item = locks(city)
    for amount in (0, -1):
        with pytest.raises(IntegrityError), transaction.atomic():
            Holding.objects.filter(item=item).update(amount=amount)


def test_a_row_that_is_not_what_its_steps_say_is_found(city: City, shelf: Any) -> None:
    item = key_of(city)
    Holding.objects.filter(item=item).update(holder="store:JH-1")
    assert [(one.item.pk, one.what) for one in odd_items()] == [(item.pk, "holdings")]
    Item.objects.filter(pk=item.pk).update(state="gone", details={})
    assert [one.what for one in odd_items()] == ["state", "details", "holdings"]
    Item.objects.filter(pk=item.pk).update(version=4)
    assert [one.what for one in odd_items()] == ["steps"]


def test_stores_have_keepers_whom_somebody_else_names(city: City, shelf: Any) -> None:
    from anmin.people.models import Account

    clerk = Account.objects.create_user("zhoujie", "x", role="clerk", unit=city.jinhu)
    with pytest.raises(NotAllowed):
        name_keeper(code="JH-1", account=city.officer, by=city.duty_leader)
    with pytest.raises(NotAllowed):
        name_keeper(code="JH-1", account=clerk, by=city.officer)
    with pytest.raises(NotAllowed):
        name_keeper(code="JH-1", account=city.duty_leader, by=city.duty_leader)
    assert stores_kept_by(clerk) == []
    first = name_keeper(code="JH-1", account=clerk, by=city.duty_leader)
    assert name_keeper(code="JH-1", account=clerk, by=city.leader) == first
    assert stores_kept_by(clerk) == [shelf]
    assert units_kept_for(clerk) == frozenset({city.jinhu.pk})
    end_keeper(code="JH-1", account=clerk, by=city.duty_leader)
    assert stores_kept_by(clerk) == []


def test_a_store_is_of_its_unit_and_closes_empty(city: City, shelf: Any) -> None:
    with pytest.raises(NotAllowed):
        open_store(code="YH-1", name="玉海", unit=city.yuhai, by=city.duty_leader)
    with pytest.raises(Conflict):
        open_store(code="JH-1", name="别处", unit=city.yuhai, by=city.leader)
    item = hand(key_of(city), city, store("JH-1"))
    with pytest.raises(Conflict):
        close_store(code="JH-1", by=city.duty_leader)
    hand(item, city, person("chenli"))
    assert close_store(code="JH-1", by=city.duty_leader).closed_at is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": (Handing("enter", ("here",), "", "x"),)},
        {"steps": (Handing("a", ("lost",), "", "x"),)},
        {"steps": (Handing("a", ("here",), "", "x", needs=("weight",)),)},
        {"steps": (Handing("a", ("gone",), "", "x"),)},
        {"steps": (Handing("a", ("here",), "here", "x", frozenset({Hand.STORE})),)},
        {
            "steps": (
                Handing(
                    "a", ("here",), "here", "x", frozenset({Hand.STORE}), frozenset({Hand.OUTSIDE})
                ),
            )
        },
        {"asks": ("weight",)},
        {"source": "moon"},
    ],
)
def test_a_register_whose_parts_do_not_fit_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each says another thing
        replace(KEYS, **wrong)


def test_two_registers_of_one_code_stop_the_start() -> None:
    with pytest.raises(ValueError, match="two registers"):
        declare(replace(KEYS, states={"x": Standing("x", live=True)}, steps=()))
    assert register_of(KEYS.code) is KEYS
    with pytest.raises(NotFound):
        register_of("no such")


class Hands(RuleBasedStateMachine):
    """Stocks and single things handed about at random, beside a ledger that a child could keep."""

    city: City

    def __init__(self) -> None:
        super().__init__()
        Hands.runs += 1
        self.items = [
            key_of(self.city, key=f"run {Hands.runs}"),
            key_of(
                self.city,
                register=LOCKS.code,
                given=Given({"title": "锁"}, amount=5),
                key=f"runs {Hands.runs}",
            ),
        ]
        self.known = [{"person:chenli": 1}, {"person:chenli": 5}]

    runs = 0
    holders = st.sampled_from([person("chenli"), person("zhouweiguo"), store("JH-1")])

    @rule(
        which=st.integers(0, 1),
        giver=holders,
        taker=holders | st.just(outside("citizen")),
        amount=st.integers(0, 6),
    )
    def hand(self, which: int, giver: Holder, taker: Holder, amount: int) -> None:
        """Somebody gives somebody something, or is refused and nothing has changed."""
        item, known = self.items[which], self.known[which]
        amount = 1 if item.type.single else amount
        fits = amount > 0 and known.get(str(giver), 0) >= amount and giver != taker
        code = "hand" if taker.counted else "give"
        fits = fits and item.state == "here"
        try:
            self.items[which] = take_step(
                item_id=item.pk,
                code=code,
                by=self.city.officer,
                version=item.version,
                key=f"{item.pk}-{item.version}-{giver}-{taker}-{amount}",
                given=Given(amount=amount),
                giver=giver,
                taker=taker,
            )
        except Refusal:
            assert not fits
            return
        assert fits
        known[str(giver)] -= amount
        if taker.counted:
            known[str(taker)] = known.get(str(taker), 0) + amount

    @invariant()
    def nothing_is_lost_or_in_two_hands(self) -> None:
        """Holdings are the child's ledger; a single thing is in one hand at most."""
        for item, known in zip(self.items, self.known, strict=True):
            held = dict(Holding.objects.filter(item=item).values_list("holder", "amount"))
            assert held == {holder: n for holder, n in known.items() if n}
            assert balances(steps_of(item)) == held
            if item.type.single:
                assert len(held) == (1 if item.state == "here" else 0)


def test_hands_at_random_never_lose_or_double_anything(city: City, shelf: Any) -> None:
    Hands.city = city
    run_state_machine_as_test(Hands, settings=depth(max_examples=4, stateful_step_count=10))
    assert list(odd_items()) == []
