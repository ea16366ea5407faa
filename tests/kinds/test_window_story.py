"""Somebody comes to a window: a service is chosen from the catalogue, done and asked about."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import translation

from anmin.callbacks import planning
from anmin.callbacks.models import Callback
from anmin.faces.forms import step_form
from anmin.kernel.errors import Refusal
from anmin.matters import kind_check, services
from anmin.matters.models import Deadline, Matter
from anmin.matters.news import drain
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from anmin.people.models import Account
from anmin.people.roles import Role
from tests.journeys import Citizen, Desk, sent, text
from tests.personas import PASSWORD, City, SignIn

MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    with translation.override("zh-hans"), time_machine.travel(MONDAY, tick=False) as moving:
        yield moving


@pytest.fixture
def clerk(city: City) -> Account:
    """周洁, at the window of Jinhu station."""
    return Account.objects.create_user(
        "zhoujie", PASSWORD, display_name="周洁", role=Role.CLERK, unit=city.jinhu
    )


def asked(desk: Desk, service: str, **changes: object) -> Matter:
    given = {
        "category": service,
        "summary": "窗口办理",
        "area": "锦湖文化社区 (330381003099)",
        "d_way": "window",
        **changes,
    }
    return desk.open("window_service", **given)


def test_it_is_chosen_from_the_catalogue_which_says_what_it_takes(
    city: City, sign_in: SignIn, clerk: Account
) -> None:
    client = sign_in(clerk)
    page = text(client.get("/desk/matters/new/?kind=window_service"))
    for code in ("id_card", "passport", "household_copy", "hotel_licence"):
        assert f"category={code}" in page
    page = text(client.get("/desk/matters/new/?kind=window_service&category=passport"))
    for words in ("出入境接待大厅", "居民身份证", "5个工作日", "15天", "《护照法》第六条"):
        assert words in page, words
    assert '<option value="passport" selected>' in page
    assert re.search(r'name="summary" value="[^"]*护照', page)  # nobody types what is chosen
    assert "护照法" not in text(client.get("/desk/matters/new/?kind=incident"))
    # A service that the law sets no time for says so.
    free = text(client.get("/desk/matters/new/?kind=window_service&category=household_copy"))
    assert ("法律未规定时限" in free, "当天" in free or "当日" in free) == (True, True)


def test_on_the_spot_and_later_with_what_was_saved(
    city: City, sign_in: SignIn, clerk: Account, traveller: time_machine.Traveller
) -> None:
    window = Desk(sign_in, clerk)
    at_once, later = asked(window, "household_copy"), asked(window, "passport")
    assert (at_once.number[:2], at_once.unit) == ("CK", city.jinhu)
    window.step(at_once, "at_once", status=422)  # not without saying what was given
    window.step(at_once, "at_once", result="已当场出具户籍证明。")
    assert (at_once.details["on_the_spot"], at_once.details["visits"]) == (True, 1)
    assert at_once.outcome == "fixed"
    page = Citizen(at_once).page()
    assert ("服务已办结" in page, "登记时间" in page) == (True, True)
    assert ("已解决" in page, "反映时间" in page) == (False, False)
    assert ("已当场办结：已当场出具户籍证明。" in sent(at_once)[-1], len(sent(at_once))) == (
        True,
        2,
    )
    traveller.shift(timedelta(days=3))
    window.step(later, "ask_papers", papers="还需符合要求的照片一张。")
    assert "还需符合要求的照片" in sent(later)[-1]
    assert "等待他人" in Citizen(later).page() or "暂停" in Citizen(later).page()
    head = window.page(later).split("matter-state")[1].split("</p>")[0]
    assert ("暂停计算" in head, "无时限" in head) == (True, False)
    traveller.shift(timedelta(days=4))
    window.step(later, "papers_in")
    assert "暂停计算" not in window.page(later).split("matter-state")[1].split("</p>")[0]
    legal = Deadline.objects.get(matter=later, clock="legal")
    assert legal.started_at == datetime(2026, 3, 16, 2, 0, tzinfo=UTC)
    assert "材料已补齐，承诺3月23日" in sent(later)[-1]
    window.step(later, "finish", result="护照已签发，请凭证领取。", visits="1")
    assert "护照已签发" in sent(later)[-1]
    # The law: fifteen days from when the papers were complete, so 31 March; done on the 16th.
    assert services.saved(later) == services.Saved(15, 1)
    for page in (window.page(later), Citizen(later).page()):
        assert ("比法定时限提前15天" in page, "1次跑动" in page) == (True, True)
    assert services.saved(at_once) == services.Saved(0, 0)  # no legal time, and one visit before
    assert verify().sound
    refresh(full=True)
    for key, value in (
        ("window_service_in_time", (2, 2)),
        ("window_service_legal_in_time", (1, 1)),
        ("window_service_on_the_spot", (1, 2)),
        ("window_service_one_visit", (2, 2)),
    ):
        figure = show(key).rows[0]
        assert (figure.numerator, figure.denominator) == value, key
    # From the morning of the 16th to the end of the 31st, less what was left at once.
    left = show("window_service_legal_time_left").rows[0]
    whole = (legal.due_at - legal.started_at).total_seconds()
    spare = (legal.due_at - datetime(2026, 3, 16, 2, 0, tzinfo=UTC)).total_seconds()
    assert left.value == pytest.approx(spare / whole, abs=0.001)


def test_a_refusal_is_another_persons_word_too_and_names_the_remedies(
    city: City, sign_in: SignIn, clerk: Account
) -> None:
    window = Desk(sign_in, clerk)
    refused, done = asked(window, "hotel_licence"), asked(window, "residence_report", anyway="1")
    why = {"result": "消防检查不合格，依据第六条不予许可。", "note": "不符合条件"}
    window.step(refused, "refuse", status=403, **why)
    Desk(sign_in, city.officer).step(refused, "refuse", **why)
    assert refused.state == "asked_for"  # nothing is refused by one alone
    Desk(sign_in, city.duty_leader).agree(refused)
    window.step(done, "at_once", result="已登记。")
    told = sent(refused)[-1]
    for words in ("不予办理", "60日内申请行政复议", "6个月内提起行政诉讼", "书面理由见http"):
        assert words in told
    assert ("消防" in told, refused.outcome) == (False, "declined")
    page = Citizen(refused).page()
    assert ("消防检查不合格" in page, "节省" in page) == (
        True,
        False,
    )  # a refusal saves nobody anything
    window.step(refused, "deliver", status=422, delivered_on="2026-03-08")
    window.step(refused, "deliver", delivered_on="2026-03-09")
    drain([planning.NEWS])
    rows = Callback.objects.order_by("pk").values_list("matter", "script", "exclusion")
    assert list(rows) == [(one.pk, "window_service", "") for one in (refused, done)]


def test_a_licence_is_granted_then_delivered_and_only_a_hearing_stops_its_time(
    city: City, sign_in: SignIn, clerk: Account, traveller: time_machine.Traveller
) -> None:
    window, officer = Desk(sign_in, clerk), Desk(sign_in, city.officer)
    licence, permit = asked(window, "hotel_licence"), asked(window, "residence_permit", anyway="1")
    wait = {"wait_for": "hearing", "wait_reason": "依法听证，约5日。", "wait_until": "2026-03-16"}
    window.step(licence, "hear", status=403, **wait)
    officer.step(permit, "hear", status=422, **wait)
    for lacking in wait:
        officer.step(licence, "hear", status=422, **{**wait, lacking: ""})
    officer.step(licence, "hear", **wait)
    assert "依法听证，约5日。" in sent(licence)[-1]
    traveller.shift(timedelta(days=7))
    officer.step(licence, "go_on")
    window.step(licence, "finish", status=422, result="已发证。", visits="1")
    officer.step(permit, "grant", status=422)
    officer.step(licence, "grant")
    assert "10个工作日内送达许可证件" in sent(licence)[-1]
    clocks = {one.clock: one for one in Deadline.objects.filter(matter=licence)}
    assert (clocks["legal"].met_at is not None, clocks["delivery"].met_at) == (True, None)
    window.step(licence, "finish", result="已发证。", visits="1")
    assert Deadline.objects.get(matter=licence, clock="delivery").met_at is not None


def test_missing_papers_are_told_within_five_working_days_or_never(
    city: City, sign_in: SignIn, clerk: Account, traveller: time_machine.Traveller
) -> None:
    window = Desk(sign_in, clerk)
    first, second = (
        asked(window, "passport"),
        asked(window, "id_card", anyway="1", contact_phone=""),
    )
    traveller.move_to(datetime(2026, 3, 16, 15, 0, tzinfo=UTC))  # the fifth one's last hour
    window.step(second, "ask_papers", status=422, papers="还需照片。")  # nobody is told by that
    window.step(second, "ask_papers", papers="还需照片。", notice="handed")
    traveller.shift(timedelta(hours=2))
    window.step(first, "ask_papers", status=422, papers="还需照片。")
    assert (first.state, second.state) == ("asked_for", "papers")
    # What came in later is looked at anew.
    window.step(second, "papers_in")
    window.step(second, "ask_papers", papers="还需户口簿。", notice="posted")
    assert second.state == "papers"


def test_what_is_not_for_this_office_is_told_where_to_apply(
    sign_in: SignIn, clerk: Account
) -> None:
    window = Desk(sign_in, clerk)
    other = asked(window, "service_other")
    window.step(other, "send_elsewhere", result="请向市民政局申请。")
    assert (other.state, "请向市民政局申请。" in sent(other)[-1]) == ("elsewhere", True)


def test_more_time_is_the_heads_word_and_only_where_the_law_has_it(
    city: City, sign_in: SignIn, clerk: Account
) -> None:
    window, head = Desk(sign_in, clerk), Desk(sign_in, city.leader)
    licence, permit = asked(window, "hotel_licence"), asked(window, "residence_permit", anyway="1")
    reason = {"longer_reason": "需要现场检查。", "note": "检查未完"}
    before = Deadline.objects.get(matter=licence, clock="legal").due_at
    labels = [str(one.label) for one in step_form("window_service", "longer")().fields.values()]
    assert ("延期理由" in labels, "事由及所需时间" in labels) == (True, False)
    window.step(licence, "longer", **reason)
    head.agree(licence)
    assert "需延长办理：需要现场检查。" in sent(licence)[-1]
    row = Deadline.objects.get(matter=licence, clock="legal")
    assert (row.due_at > before, row.extended[:24]) == (True, "window_service.extension")
    due = Deadline.objects.get(matter=permit, clock="legal").due_at
    window.step(permit, "longer", status=422, **reason)
    assert Deadline.objects.get(matter=permit, clock="legal").due_at == due


def test_a_catalogue_that_does_not_fit_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = services.service_of("window_service", "passport")
    assert known is not None

    def wrong(**changes: Any) -> str:
        made = known.model_copy(update=changes)
        monkeypatch.setattr(
            kind_check, "services_of", lambda kind: [made] if kind == "window_service" else []
        )
        with pytest.raises(Refusal) as told:
            kind_check.require_sound()
        return str(told.value)

    assert "no topic" in wrong(code="theft")
    assert "on the spot" in wrong(on_the_spot=True)


def refused(client: Any, kind: str, **given: object) -> dict[str, list[str]]:
    """What the form says that comes back, with nothing opened."""
    address, before = f"/desk/matters/new/?kind={kind}", Matter.objects.count()
    key = text(client.get(address)).split('name="key" value="')[1].split('"')[0]
    answer = client.post(address, {"key": key, "opened_at": "2026-03-09T09:50", **given})
    assert (answer.status_code, Matter.objects.count()) == (422, before)
    found: dict[str, list[str]] = answer.context["form"].errors
    return found


def test_whoever_stands_at_a_window_is_served_by_it_wherever_they_live(
    city: City, sign_in: SignIn, clerk: Account
) -> None:
    """No place is asked for: the unit is that of the clerk; the bureau itself is no window."""
    assert asked(Desk(sign_in, clerk), "id_card", area="").unit == city.jinhu
    clerk.unit = city.bureau
    clerk.save()
    given = {"category": "id_card", "summary": "窗口办理", "d_way": "window"}
    errors = refused(sign_in(clerk), "window_service", **given)
    assert errors == {"unit": ["请填写地点，或选择一个单位。"]}


def test_only_what_the_service_has_is_offered(city: City, sign_in: SignIn) -> None:
    desk = Desk(sign_in, city.duty_leader)
    for service, granted in (("hotel_licence", True), ("residence_permit", False)):
        page = desk.page(asked(desk, service, anyway="1"))
        assert ("/step/grant/" in page, "/step/finish/" in page) == (granted, not granted)
        assert ("/step/hear/" in page) == granted
