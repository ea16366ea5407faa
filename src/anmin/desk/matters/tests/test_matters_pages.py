"""陈立, 周卫国 and 吴敏 work their lists at the desk; others see what is theirs to see."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.personas import City, SignIn

from anmin.callbacks.tests.conftest import TUESDAY
from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.matters.models import Entry, Matter
from anmin.people.models import Account
from anmin.places.models import Unit


@pytest.fixture(autouse=True)
def clock() -> Any:
    """Ten in the morning: what came in two hours ago came in today."""
    with time_machine.travel(TUESDAY) as traveller:
        yield traveller


def world() -> list[Any]:
    """Everything a refused action must leave alone."""
    rows = Matter.objects.order_by("pk").values_list("pk", "state", "version", "unit", "assignee")
    return [list(rows), Entry.objects.count()]


def url(matter: Matter, *rest: str) -> str:
    return "/".join(["/desk/matters", matter.number, *rest, ""])


def hidden(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to that address."""
    form = page.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    found = re.findall(r'<input\s+type="hidden"\s+name="(key|version)"\s+value="([^"]*)"', form)
    assert {name for name, _value in found} >= {"key"}
    return dict(found)


def text(response: Any) -> str:
    return str(response.content.decode())


# --- the list -----------------------------------------------------------------------------------


def test_the_first_page_shows_what_waits(city: City, sign_in: SignIn) -> None:
    city.incident()
    late = city.incident(opened_at=timezone.now() - timedelta(days=3), summary="旧案")
    page = text(sign_in(city.duty_leader).get("/desk/"))
    assert "周卫国" in page
    assert late.number in page
    assert 'href="/desk/matters/?view=late"' in page
    assert re.search(r'view=live".*?stat-value">2<', page, re.DOTALL)
    assert re.search(r'view=late".*?stat-value">1<', page, re.DOTALL)


def test_who_sees_no_matters_still_has_a_first_page(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.operator)
    assert browser.get("/desk/").status_code == 200
    assert browser.get("/desk/matters/").status_code == 403


def test_nobody_signed_in_is_sent_to_sign_in(city: City, client: Client) -> None:
    for path in ("/desk/", "/desk/matters/", url(city.incident())):
        response = client.get(path)
        assert response.status_code == 302
        assert "/accounts/login/" in response["Location"]


def test_the_list_holds_what_is_due_first_and_only_the_own_unit(
    city: City, sign_in: SignIn
) -> None:
    soon = city.incident(opened_at=timezone.now() - timedelta(hours=20), category="noise")
    later = city.incident(category="noise")
    other = city.incident(area=city.yuhai_town)
    page = text(sign_in(city.officer).get("/desk/matters/"))
    assert page.index(soon.number) < page.index(later.number)
    assert other.number not in page
    everything = text(sign_in(city.inspector).get("/desk/matters/"))
    assert other.number in everything


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("view=late", {"旧案"}),
        ("view=mine", {"我的"}),
        ("view=all&category=fraud", {"诈骗案"}),
        ("view=live&area=锦湖文化社区", {"旧案", "我的", "诈骗案"}),
        ("view=live&area=330381003099", {"旧案", "我的", "诈骗案"}),
        ("view=live&unit=锦湖派出所 (RA-JH)&category=fraud", {"诈骗案"}),
        ("view=live&unit=RA-YH", set()),
        ("view=all&until=2020-01-01", set()),
    ],
)
def test_filters_narrow_the_list(city: City, sign_in: SignIn, query: str, shown: set[str]) -> None:
    city.incident(summary="旧案", opened_at=timezone.now() - timedelta(days=3))
    mine = city.incident(summary="我的")
    city.incident(summary="诈骗案", category="fraud")
    actions.assign(matter_id=mine.pk, actor=Actor.of(city.duty_leader), account=city.officer)
    page = text(sign_in(city.officer).get(f"/desk/matters/?{query}"))
    assert {name for name in ("旧案", "我的", "诈骗案") if f">{name} <" in page} == shown


def test_a_filter_that_is_not_understood_says_so(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    page = text(sign_in(city.officer).get("/desk/matters/?unit=天涯派出所&since=gestern"))
    assert "天涯派出所" in page
    assert "is-invalid" in page
    assert matter.number in page


def test_htmx_gets_the_body_only(city: City, sign_in: SignIn) -> None:
    city.incident()
    page = text(sign_in(city.officer).get("/desk/matters/", headers={"HX-Request": "true"}))
    assert page.strip().startswith('<div id="body"')
    assert "<html" not in page


def test_pages_of_the_list_meet(city: City, sign_in: SignIn) -> None:
    numbers = [city.incident(key=f"k{n}").number for n in range(60)]
    browser = sign_in(city.officer)
    first = text(browser.get("/desk/matters/"))
    older = re.search(r'rel="next" href="(\?[^"]+)"', first)
    assert older
    second = text(browser.get("/desk/matters/" + older.group(1).replace("&amp;", "&")))
    seen = [[n for n in numbers if n in page] for page in (first, second)]
    assert [len(part) for part in seen] == [50, 10]
    assert set(seen[0]) | set(seen[1]) == set(numbers)
    assert 'rel="prev"' in second


def test_pages_ask_few_questions(
    city: City, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    rows = [city.incident(key=f"k{n}") for n in range(60)]
    moved = city.answered(summary="已答复")
    actions.reveal_contact(matter=moved, actor=Actor.of(city.officer), reason="回电")
    browser = sign_in(city.officer)
    browser.get("/desk/matters/")
    asked = {}
    for name, path in (
        ("list", "/desk/matters/"),
        ("filtered", "/desk/matters/?view=all&category=theft&area=330381003099"),
        ("matter", url(rows[0])),
        ("answered", url(moved)),
        ("home", "/desk/"),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        asked[name] = len(queries)
    # Session, account, picture of places, unread notices, a programme's reminders; then what the page itself is about,
    # for a matter also whom it is about, whether its reporter wants no messages, and its orders.
    assert asked == {"list": 7, "filtered": 8, "matter": 17, "answered": 17, "home": 12}
    inspector = sign_in(city.inspector)
    inspector.get(url(moved))
    with django_assert_max_num_queries(26):  # six of them: what waits for a word, and orders
        inspector.get(url(moved))


# --- saved filters --------------------------------------------------------------------------------


def test_a_filter_is_saved_used_and_deleted(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.officer)
    page = text(browser.get("/desk/matters/?view=late&category=theft"))
    assert "/desk/filters/?view=late&amp;category=theft" in page
    form = text(browser.get("/desk/filters/?view=late&category=theft"))
    assert 'value="view=late&amp;category=theft"' in form
    kept = browser.post("/desk/filters/", {"name": "盗窃超期", "query": "view=late&category=theft"})
    assert kept["Location"] == "/desk/matters/?view=late&category=theft"
    page = text(browser.get(kept["Location"]))
    assert re.search(r'aria-current="true">盗窃超期<', page)
    # The same name again replaces it; another person has none.
    browser.post("/desk/filters/", {"name": "盗窃超期", "query": "view=all&category=theft"})
    page = text(browser.get("/desk/filters/"))
    assert page.count('data-open href="/desk/matters/?view=all&amp;category=theft">盗窃超期<') == 1
    other = sign_in(city.duty_leader)
    assert "盗窃超期" not in text(other.get("/desk/filters/"))
    delete = re.search(r"/desk/filters/\d+/delete/", page)
    assert delete
    other.post(delete.group())
    assert "盗窃超期" in text(browser.get("/desk/matters/"))
    browser.post(delete.group())
    browser.get("/desk/")  # where the message is shown
    assert "盗窃超期" not in text(browser.get("/desk/matters/"))


def test_a_filter_needs_a_name_and_something_to_keep(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.officer)
    assert browser.post("/desk/filters/", {"name": "", "query": "view=late"}).status_code == 422
    response = browser.post("/desk/filters/", {"name": "空的", "query": "cursor=x"})
    assert response.status_code == 422
    assert 'value="空的"' in text(response)


# --- one matter -----------------------------------------------------------------------------------


def test_an_incident_is_opened_by_hand(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.officer)
    page = text(browser.get("/desk/matters/new/"))
    key = re.search(r'name="key" value="(\w+)"', page)
    assert key
    data = {
        "key": key.group(1),
        "category": "noise",
        "summary": "夜间施工噪声",
        "place": "文化小区3幢",
        "area": "锦湖文化社区 (330381003099)",
        "opened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "contact_name": "王秀英",
        "contact_phone": "138-5771-2345",
        "d_minor_involved": "no",
    }
    wrong = browser.post("/desk/matters/new/", {**data, "contact_phone": "12", "category": ""})
    assert wrong.status_code == 422
    assert 'value="夜间施工噪声"' in text(wrong)
    assert not Matter.objects.exists()
    done = [browser.post("/desk/matters/new/", data) for _n in range(2)]
    matter = Matter.objects.get()
    assert {response["Location"] for response in done} == {url(matter)}
    assert (matter.unit, matter.category, matter.summary) == (city.jinhu, "noise", "夜间施工噪声")
    assert matter.details == {"minor_involved": False}
    page = text(browser.get(url(matter)))
    assert "138****2345" in page


def test_a_place_without_a_unit_asks_for_one(city: City, sign_in: SignIn) -> None:
    response = sign_in(city.officer).post(
        "/desk/matters/new/",
        {"key": "k", "category": "noise", "summary": "x", "opened_at": "2099-01-01T00:00"},
    )
    assert response.status_code == 422
    assert "new-opened_at" in text(response)
    assert not Matter.objects.exists()


def test_who_opens_for_another_unit_is_told_what_and_for_whom(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.duty_leader)
    data = {
        "key": "k1",
        "category": "noise",
        "summary": "夜间施工噪声",
        "unit": "玉海派出所 (RA-YH)",
        "opened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
    }
    done = browser.post("/desk/matters/new/", data, follow=True)
    matter = Matter.objects.get()
    assert (done.status_code, matter.unit) == (200, city.yuhai)
    page = text(done)
    assert all(word in page for word in (matter.number, "玉海派出所", "噪声"))
    long_ago = timezone.localtime() - timedelta(days=40)
    refused = browser.post(
        "/desk/matters/new/",
        {**data, "key": "k2", "opened_at": long_ago.strftime("%Y-%m-%dT%H:%M")},
    )
    assert (refused.status_code, Matter.objects.count()) == (422, 1)
    assert "最近30天" in text(refused)
    empty = Unit.objects.create(code="RA-KO", name="空所", kind="station", parent=city.bureau)
    own = [city.incident(key=f"o{n}") for n in range(2)]
    before = list(Matter.objects.order_by("pk").values())
    asked = {"key": "k3", "do": "assign", "to": "空所 (RA-KO)", "matter": [one.pk for one in own]}
    bulk = browser.post("/desk/matters/bulk/", asked)
    assert (bulk.status_code, "没有可办理事项的在岗人员" in text(bulk)) == (200, True)
    single = browser.post(f"{url(own[0])}assign/", {**asked, "version": own[0].version})
    assert single.status_code == 403
    assert list(Matter.objects.order_by("pk").values()) == before
    assert empty.pk


def test_who_opens_nothing_is_told(city: City, sign_in: SignIn) -> None:
    assert sign_in(city.leader).get("/desk/matters/new/").status_code == 403


# --- several at once --------------------------------------------------------------------------------


def test_several_are_moved_each_on_its_own(city: City, sign_in: SignIn) -> None:
    open_ones = [city.incident(key=f"k{n}") for n in range(3)]
    answered = city.answered(key="done")
    other = city.incident(key="other", area=city.yuhai_town)
    ids = [matter.pk for matter in (*open_ones, answered, other)]
    browser = sign_in(city.officer)
    page = text(browser.get("/desk/matters/bulk/", {"matter": ids}))
    assert re.search(r"派警\s+<span[^>]*>\s*4件中3件可办<", page)
    data = {"matter": ids, "do": "incident.dispatch", "key": "bulk-1"}
    done = text(browser.post("/desk/matters/bulk/", data))
    assert answered.number in done
    assert other.number not in done
    states = dict(Matter.objects.values_list("pk", "state"))
    assert [states[pk] for pk in ids] == ["dispatched"] * 3 + ["answered", "received"]
    before = world()
    browser.post("/desk/matters/bulk/", data)
    assert world() == before


def test_several_are_handed_over(city: City, sign_in: SignIn) -> None:
    ids = [city.incident(key=f"k{n}").pk for n in range(3)]
    data = {"matter": ids, "do": "assign", "key": "b", "to": "chenli"}
    before = world()
    refused = text(sign_in(city.officer).post("/desk/matters/bulk/", data))
    assert "权限" in refused
    assert world() == before
    sign_in(city.duty_leader).post("/desk/matters/bulk/", data)
    assert list(Matter.objects.values_list("assignee", flat=True)) == [city.officer.pk] * 3


def test_each_role_sees_the_rooms_it_may_open_whoever_asked_before(
    city: City, sign_in: SignIn
) -> None:
    def rooms(account: Account, path: str) -> list[str]:
        page = sign_in(account).get(path).content.decode()
        side = page[page.index('<nav class="side"') :]
        return re.findall(r'data-key="(.+?)"', side[: side.index("</nav>")])

    officer, operator = rooms(city.officer, "/desk/matters/"), rooms(city.operator, "/desk/")
    assert "g m" in officer
    assert "g m" not in operator
    assert "g c" in operator
    assert rooms(city.officer, "/desk/matters/") == officer
    page = sign_in(city.officer).get("/desk/matters/").content.decode()
    assert re.findall(r'href="([^"]+)" [^>]*aria-current="page" title', page) == ["/desk/matters/"]


def test_what_must_be_filled_in_stands_before_what_may_be(city: City, sign_in: SignIn) -> None:
    page = text(sign_in(city.officer).get("/desk/matters/new/?kind=dispute"))
    places = [
        page.index(f'name="{name}"') for name in ("d_what", "area", "d_people", "contact_name")
    ]
    must, area, may, who = places
    assert must < area < who < may
