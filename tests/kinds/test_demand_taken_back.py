"""A unit that takes back what was found, when she appeals, is neither rid of it nor free to begin again;
whoever it is about learns nothing of it."""

from anmin.desk.notices.models import Notice
from anmin.desk.notices.queries import unread_count
from anmin.desk.notices.tasks import tell
from anmin.matters import demands
from anmin.matters.models import Party
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from anmin.people.models import Account
from anmin.places.models import Unit
from tests.kinds.test_unreasonable_demand_story import GROUNDS, ended, proposed, step, traveller
from tests.personas import City

__all__ = ["traveller"]


def test_what_was_found_and_taken_back_is_not_proposed_again_and_counts(city: City) -> None:
    one, other = ended(city), ended(city)
    step(proposed(city, one), "withdraw", city.officer, note="提请有误")
    assert demands.refusal(one, "decided_finally") == "", "nobody was told of it"
    demand = proposed(city, other)
    step(demand, "find", city.inspector, grounds=GROUNDS)
    step(demand, "appeal", city.inspector, note="电话申请复核")
    step(demand, "take_back", city.officer, note="不再坚持")
    assert "撤回" in demands.refusal(other, "decided_finally")
    assert demands.refusal(other, "own_procedure") == ""
    refresh(full=True)
    row = show("unreasonable_demand_confirmed", ("unit",)).rows[0]
    assert (row.numerator, row.denominator) == (0, 1)


def test_whoever_it_is_about_is_not_asked_to_decide(city: City) -> None:
    """A notice without a matter would tell that there is one."""
    unit = Unit.objects.create(code="RA-FZ", name="法制大队", kind="inspectorate")
    other = Account.objects.create_user("legal", "x", role="inspector", unit=unit)
    demand = proposed(city, ended(city))
    accused = {"number": 1, "role": "accused", "unit": unit, "concerned": True}
    Party.objects.create(matter=demand, mark=b"x", since=demand.opened_at, **accused)
    tell()
    told = Notice.objects.filter(kind="to_decide").values_list("account__username", flat=True)
    assert list(told) == [city.inspector.username]
    assert unread_count(other) == 0
