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
from tests.personas import WANG, City, SignIn

from anmin.callbacks.tests.conftest import TUESDAY
from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.matters.models import Entry, Matter
from anmin.matters.news import drain
from anmin.people.models import AccessLog, Account
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
    found = re.findall(r'<input type="hidden" name="(key|version)" value="([^"]*)"', form)
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
    assert {name for name in ("旧案", "我的", "诈骗案") if f">{name}<" in page} == shown


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
    # Session, account, picture of places, unread notices; then what the page itself is about.
    assert asked == {"list": 6, "filtered": 7, "matter": 12, "answered": 12, "home": 11}
    inspector = sign_in(city.inspector)
    inspector.get(url(moved))
    with django_assert_max_num_queries(14):
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


def test_an_incident_is_worked_to_its_answer_without_script(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    browser = sign_in(city.officer)
    page = text(browser.get(url(matter)))
    for word in ("派警", "到场", "答复报警人", "王某", "138****2345", "锦湖派出所"):
        assert word in page
    assert "王秀英" not in page
    assert WANG.phone not in page

    go = browser.post(
        url(matter, "step", "dispatch"), hidden(page, url(matter, "step", "dispatch"))
    )
    assert (go.status_code, go["Location"]) == (303, url(matter))
    page = text(browser.get(url(matter)))
    assert "已派警" in page
    action = url(matter, "step", "answer")
    fields = hidden(page, action)
    missing = browser.post(action, {**fields, "reply": " "})
    assert missing.status_code == 422
    assert re.search(r'<details class="step"[^>]*答复报警人" open>', text(missing))
    assert Matter.objects.get().state == "dispatched"
    browser.post(action, {**fields, "reply": "已立案，正在调取监控。"})
    matter.refresh_from_db()
    assert (matter.state, matter.details["reply"]) == ("answered", "已立案，正在调取监控。")
    page = text(browser.get(url(matter)))
    assert "已立案，正在调取监控。" in page
    assert "陈立" in page


def test_sending_twice_does_it_once(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    browser = sign_in(city.officer)
    page = text(browser.get(url(matter)))
    for action, data in (
        (url(matter, "note"), {"note": "已联系物业。"}),
        (url(matter, "step", "answer"), {"reply": "已立案。"}),
    ):
        fields = {**hidden(page, action), **data}
        before = Entry.objects.count()
        assert [browser.post(action, fields).status_code for _n in range(3)] == [303] * 3
        assert Entry.objects.count() == before + 1
        page = text(browser.get(url(matter)))


def test_a_ready_text_is_put_in_and_its_gaps_must_be_filled(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    browser = sign_in(city.officer)
    action = url(matter, "step", "answer")
    page = text(browser.get(url(matter)))
    assert 'value="case_filed"' in page
    assert 'value="mediated"' not in page  # not for a theft
    response = browser.post(
        action, {**hidden(page, action), "reply": "王女士您好：", "insert": "case_filed"}
    )
    form = text(response)
    assert response.status_code == 200
    assert "王女士您好：\n您好，您报的案件已依法受理" in form
    assert f"锦湖派出所，编号 {matter.number}" in form
    sent = browser.post(action, {**hidden(form, action), "reply": "您好，目前〔已开展的工作〕。"})
    assert sent.status_code == 422
    assert "〔已开展的工作〕" in text(sent)
    assert Matter.objects.get().state == "received"
    browser.post(action, {**hidden(form, action), "reply": "依据瑞公通〔2026〕12号，已受理。"})
    assert Matter.objects.get().state == "answered"


def test_a_conflict_shows_what_changed_and_lets_one_go_on(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    browser = sign_in(city.officer)
    action = url(matter, "step", "answer")
    fields = hidden(text(browser.get(url(matter))), action)
    actions.move(matter_id=matter.pk, code="arrive", actor=Actor.of(city.duty_leader))
    before = world()
    for headers in ({}, {"HX-Request": "true"}):
        response = browser.post(action, {**fields, "reply": "已处置完毕。"}, headers=headers)
        page = text(response)
        assert response.status_code == 409
        assert "已处置完毕。" in page
        since = page.split("since", 1)[1].split("</section>", 1)[0]
        assert "到场" in since
        assert "周卫国" in since
        assert world() == before
    again = browser.post(action, {**hidden(page, action), "reply": "已处置完毕。"})
    assert again.status_code == 303
    assert Matter.objects.get().state == "answered"


def test_what_was_typed_survives_a_step_that_is_gone(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    browser = sign_in(city.officer)
    action = url(matter, "step", "answer")
    fields = hidden(text(browser.get(url(matter))), action)
    actions.move(
        matter_id=matter.pk,
        code="answer",
        actor=Actor.of(city.duty_leader),
        inputs={"reply": "已答复。"},
    )
    response = browser.post(action, {**fields, "reply": "我写了很久的答复"})
    assert response.status_code == 409
    assert "我写了很久的答复" in text(response)
    assert Matter.objects.get().details["reply"] == "已答复。"


@pytest.mark.parametrize("who", ["other_officer", "operator", "admin"])
def test_another_units_matter_is_not_there(city: City, sign_in: SignIn, who: str) -> None:
    matter = city.incident()
    browser = sign_in(getattr(city, who))
    before = world()
    expected = 404 if who == "other_officer" else 403
    assert browser.get(url(matter)).status_code == expected
    for rest, data in (
        (("step", "dispatch"), {"key": "k"}),
        (("assign",), {"key": "k", "to": "RA-YH"}),
        (("note",), {"key": "k", "note": "x"}),
        (("reveal",), {"reason": "好奇"}),
    ):
        assert browser.post(url(matter, *rest), data).status_code == expected
    assert world() == before
    assert not AccessLog.objects.filter(action="reveal_contact").exists()


@pytest.mark.parametrize("who", ["leader", "analyst", "programme"])
def test_who_only_reads_changes_nothing_and_sees_no_contact(
    city: City, sign_in: SignIn, who: str
) -> None:
    matter = city.incident()
    browser = sign_in(getattr(city, who))
    page = text(browser.get(url(matter)))
    assert "matter-steps" not in page
    assert "138****" not in page
    assert "王某" not in page
    before = world()
    for rest, data in (
        (("step", "dispatch"), {"key": "k"}),
        (("assign",), {"key": "k", "to": "RA-YH"}),
        (("reveal",), {"reason": "好奇"}),
    ):
        response = browser.post(url(matter, *rest), data)
        assert response.status_code == 403
        assert "权限" in text(response)
    assert world() == before
    assert not AccessLog.objects.filter(action="reveal_contact").exists()


def test_the_contact_is_shown_for_a_reason_that_is_kept(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    browser = sign_in(city.duty_leader)
    assert browser.post(url(matter, "reveal"), {"reason": " "}).status_code == 422
    looks = AccessLog.objects.filter(action="reveal_contact")
    assert not looks.exists()
    for headers in ({}, {"HX-Request": "true"}):
        response = browser.post(url(matter, "reveal"), {"reason": "回电核实"}, headers=headers)
        assert "王秀英" in text(response)
        assert "138 5771 2345" in text(response)
        assert "no-store" in response["Cache-Control"]
    assert [(look.account, look.reason) for look in looks] == [(city.duty_leader, "回电核实")] * 2
    assert "王秀英" not in text(browser.get(url(matter)))


def test_a_matter_is_handed_over_by_name_or_code(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    browser = sign_in(city.duty_leader)
    offered = text(browser.get("/desk/lookup/taker/", {"to": "陈"}))
    assert "陈立 (chenli)" in offered
    assert "何军" not in text(browser.get("/desk/lookup/taker/", {"to": "何军"}))
    action = url(matter, "assign")
    fields = hidden(text(browser.get(url(matter))), action)
    response = browser.post(action, {**fields, "to": "陈立 (chenli)", "note": "请今天处理"})
    assert response["Location"] == url(matter)
    matter.refresh_from_db()
    assert matter.assignee == city.officer
    fields = hidden(text(browser.get(url(matter))), action)
    unclear = browser.post(action, {**fields, "to": "派出所"})
    assert unclear.status_code == 422
    assert "锦湖派出所 (RA-JH)" in text(unclear)
    away = browser.post(action, {**fields, "to": "玉海派出所"})
    assert away["Location"] == "/desk/matters/"
    matter.refresh_from_db()
    assert (matter.unit, matter.assignee) == (city.yuhai, None)
    story = text(sign_in(city.other_officer).get(url(matter)))
    assert "玉海派出所" in story
    assert "请今天处理" in story


def test_the_citizen_is_asked_once_and_the_answer_is_read(city: City, sign_in: SignIn) -> None:
    from anmin.channels.queries import body_of, messages_about
    from anmin.matters.reactions import answer_question

    matter = city.incident()
    actions.move(matter_id=matter.pk, code="arrive", actor=Actor.of(city.officer))
    browser = sign_in(city.officer)
    action = url(matter, "step", "ask")
    fields = {**hidden(text(browser.get(url(matter))), action), "question": "车架号是多少？"}
    assert [browser.post(action, fields).status_code for _n in range(2)] == [303, 303]
    sent = list(messages_about(f"matter:{matter.number}"))
    assert len(sent) == 1
    answer_question(token=body_of(sent[0]).rsplit("/", 1)[1], text="LX2026001")
    assert "LX2026001" in text(browser.get(url(matter)))
    assert "LX2026001" not in text(sign_in(city.leader).get(url(matter)))


def test_an_english_reader_reads_english(city: City, sign_in: SignIn) -> None:
    matter = city.answered()
    page = text(sign_in(city.inspector, language="en").get(url(matter)))
    for word in ("Answer the reporter", "Jinhu Station", "The citizen was told:", "Reopen"):
        assert word in page


# --- opening by hand --------------------------------------------------------------------------------


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
    assert re.search(r"派警 <span[^>]*>4件中3件可办<", page)
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


# --- search -----------------------------------------------------------------------------------------


def test_search_by_number_outside_number_and_phone(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    Matter.objects.filter(pk=matter.pk).update(
        source="dispatch", external_id="JJ0001", facts_at=matter.opened_at
    )
    leader, officer = sign_in(city.duty_leader), sign_in(city.officer)
    assert officer.get("/desk/search/", {"q": matter.number.lower()})["Location"] == url(matter)
    assert matter.number in text(officer.get("/desk/search/", {"q": "JJ0001"}))
    looks = AccessLog.objects.filter(action="search_phone")
    assert matter.number not in text(officer.get("/desk/search/", {"q": "13857712345"}))
    assert not looks.exists()
    assert matter.number in text(leader.get("/desk/search/", {"q": "138 5771 2345"}))
    assert [(look.account, look.subject) for look in looks] == [(city.duty_leader, "138****2345")]
    assert "13857712345" not in str(list(AccessLog.objects.values()))
    assert officer.get("/desk/search/", {"q": "J"}).status_code == 200


def test_search_by_words_says_what_it_found_and_why_not(city: City, sign_in: SignIn) -> None:
    matter = city.incident(summary="电动车被盗", place="安阳路12号")
    officer, other = sign_in(city.officer), sign_in(city.other_officer)

    def asked(browser: Client, words: str, **more: str) -> str:
        answer = browser.get("/desk/search/", {"q": words, **more})
        assert answer.status_code == 200
        return text(answer)

    # Told by the numbers of the entries, at most: PostgreSQL leaves gaps.
    assert re.search("最新的[0-9]+条变更尚未建立索引", asked(officer, "电动车"))
    drain()
    page = asked(officer, "安阳路１２号")
    assert matter.number in page
    assert "尚未建立索引" not in page
    hidden = asked(other, "电动车")
    assert matter.number not in hidden
    assert "没有找到“电动车”" in hidden
    assert "只在您有权查看的范围内查找" in hidden
    assert "“车”过短" in asked(officer, "车")
    assert "您的角色不能按电话号码查询" in asked(officer, "13857712345")
    assert "翻页链接有误" in asked(officer, "电动车", cursor="x")
    for _n in range(50):
        city.incident(summary="电动车被盗")
    drain()
    first = asked(officer, "电动车被盗")
    assert matter.number not in first
    (cursor,) = re.findall(r"cursor=(\d+)", first)[:1]
    assert matter.number in asked(officer, "电动车被盗", cursor=cursor)


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
