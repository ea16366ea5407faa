"""孙平 lists a neighbourhood with too many thefts; bodies reply, do their part, and it comes off the list.

The place of the page: 12 thefts where 9 are usual, its property manager gone, no owners' committee.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import translation

from anmin.kernel.errors import Refusal
from anmin.matters import approvals
from anmin.matters.actor import Actor
from anmin.matters.attachments import may_add_files
from anmin.matters.models import Entry, Matter
from anmin.matters.opening import open_matter
from anmin.matters.terms import term_list
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from tests.journeys import Desk
from tests.personas import City, SignIn

MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
AREA = "锦湖文化社区 (330381003099)"
LACKS = ["owners_committee", "property_manager", "technical"]


@pytest.fixture(autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    with translation.override("zh-hans"), time_machine.travel(MONDAY, tick=False) as moving:
        yield moving


def agreed(city: City, matter: Matter, code: str, **inputs: object) -> None:
    asked = approvals.ask(
        matter_id=matter.pk, code=code, actor=Actor.of(city.programme), reason="提请", inputs=inputs
    )
    approvals.agree(request_id=asked.pk, actor=Actor.of(city.leader), reason="同意")
    matter.refresh_from_db()


def task(city: City, matter: Matter, remedy: str, body: str, **facts: object) -> Matter:
    return open_matter(
        kind="listing_order",
        actor=Actor.of(city.programme),
        category="",
        summary="某单位按要求整治",
        area=matter.area,
        details={
            "body": body,
            "body_name": "某单位",
            "remedy": remedy,
            "task": "按要求整治。",
            **facts,
        },
        parent=matter,
    )


def checked(*lists: str, **but: str) -> dict[str, str]:
    """Checklists as the form sends them: everything in order, but for what is named."""
    return {
        f"{one}_checked-{code}": but.get(code, "ok")
        for one in lists
        for code in term_list(f"listing_{one}_points")
    }


def due(matter: Matter, clock: str) -> str:
    return f"{matter.deadlines.get(clock=clock).due_at.astimezone(UTC):%m-%d}"


def test_a_place_is_heard_listed_inspected_and_taken_off_the_list(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    office, station = Desk(sign_in, city.programme), Desk(sign_in, city.duty_leader)
    matter = office.open(
        "listing",
        category="listing_theft",
        summary="小区盗窃多发",
        area=AREA,
        contact_name="",
        contact_phone="",
        d_ground="rise",
        d_case="本月盗窃十二起，往月九起。",
        d_counted="12",
        d_usual="9",
    )
    assert (matter.number[:2], due(matter, "decide")) == ("GP", "03-30")
    assert may_add_files(city.programme, matter)  # photos of what is missing, of a place
    assert not may_add_files(city.analyst, matter)
    assert not may_add_files(city.programme, city.incident())
    office.step(matter, "notify", bodies="小区业主、原物业企业、文化社区", told_on="2026-03-09")
    number = {"board_number": "2026-1", "lacks": LACKS}
    before = Entry.objects.count()
    office.step(matter, "list", status=422, **number)  # they have until the sixteenth
    assert Entry.objects.count() == before
    office.step(matter, "hear", reply="物业企业已撤离，请求协助选聘。")
    agreed(city, matter, "list", **number)
    assert (matter.state, due(matter, "term")) == ("listed", "05-09")
    assert "物业企业已撤离" not in str(matter.details.get("case"))
    assert "件未办结" not in office.page(matter)  # nothing was ordered yet
    guards = task(city, matter, "devices", "community", due_by="2026-03-20")
    owners = task(city, matter, "owners_meet", "owners")
    assert due(guards, "finish") == "03-20"
    assert due(owners, "finish") == "06-07"  # ninety days by law: longer than the listing
    agreed(city, matter, "extend", extension_reason="首次业主大会依法需要九十日。")
    assert due(matter, "term") == "07-09"
    station.step(guards, "report", report="安装监控六处。")
    station.step(
        guards, "accept", status=403, looked_on="2026-03-09", found="属实", outcome="fixed"
    )
    office.step(guards, "send_back", looked_on="2026-03-09", found="北门没有。")
    station.step(guards, "report", report="补装北门。")
    office.step(guards, "accept", looked_on="2026-03-09", found="六处齐全。", outcome="fixed")
    station.step(matter, "reach", milestone="监控装好", milestone_on="2026-03-09")
    traveller.shift(timedelta(days=80))
    inspected = {"inspected_on": "2026-05-28", "inspection": "技防到位。"}
    station.step(matter, "look_over", status=422)  # nothing was looked at
    station.step(matter, "look_over", status=422, **{"technical_checked-lights": "ok"})  # begun
    station.step(matter, "look_over", **checked("people", "physical", "technical", "fire"))
    with pytest.raises(AssertionError):
        office.step(matter, "inspect", **inspected)  # nobody looked at committee and manager
    office.step(matter, "look_over", **checked("owners", "manager", elected="lacking"))
    office.step(matter, "inspect", **inspected)
    station.step(matter, "check_first", community_checked_on="2026-05-28")
    office.step(matter, "check_second", town_checked_on="2026-05-28")
    with pytest.raises(AssertionError):
        office.step(matter, "delist", result="盗窃降至三起。")  # the owners have not met
    station.step(owners, "report", report="五月二十日召开。")
    office.step(owners, "accept", looked_on="2026-05-28", found="属实。", outcome="fixed")
    with pytest.raises(Refusal, match="业主委员会"):  # the checklist says that one is lacking
        agreed(city, matter, "delist", result="近两月盗窃三起。")
    office.step(matter, "go_on", note="复查业主委员会。")
    office.step(matter, "look_over", **checked("owners"))
    office.step(matter, "inspect", **inspected)
    station.step(matter, "check_first", community_checked_on="2026-05-28")
    office.step(matter, "check_second", town_checked_on="2026-05-28")
    page = office.page(matter)
    assert "0件未办结" in page
    assert "符合要求：业主委员会已选出、业主委员会已备案、管理规约写明安全防范" in page
    assert f"{guards.number}</a> {guards.summary}" in page  # which task that is
    assert "复查业主委员会。" in page
    assert "群众可见" not in page  # nobody outside reads the notes of a listing
    agreed(city, matter, "delist", result="近两月盗窃三起。")
    assert (matter.state, matter.outcome) == ("delisted", "fixed")
    assert verify().sound
    refresh(full=True)
    for key, value in (
        ("listing_delisted", (1, 1)),
        ("listing_in_time", (1, 1)),
        ("listing_order_in_time", (2, 2)),
    ):
        figure = show(key).rows[0]
        assert (figure.numerator, figure.denominator) == value, key


def test_who_does_not_reply_is_listed_when_the_time_is_over_and_a_good_reply_spares(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    office = Desk(sign_in, city.programme)
    facts = {"d_ground": "hot_spot", "d_case": "热点。", "contact_name": "", "contact_phone": ""}
    given = {"category": "listing_theft", "summary": "热点", "area": AREA, **facts}
    first, second = office.open("listing", **given), office.open("listing", **given, anyway="1")
    for one in (first, second):
        office.step(one, "notify", bodies="小区业主", told_on="2026-03-09")
    office.step(second, "hear", reply="已自行整改。")
    office.step(second, "spare", note="已整改到位")
    assert second.state == "spared"
    traveller.move_to(datetime(2026, 3, 16, 16, 30, tzinfo=UTC))  # the night after the fifth day
    agreed(city, first, "list", board_number="2026-2", lacks=["guards"])
    assert first.state == "listed"
