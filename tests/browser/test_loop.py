"""The whole loop as its people live it: a bureau's Tuesday, from last night's export to the leader's
morning page on Wednesday.

One story in one browser. What runs by itself is the worker's own round, in this process, with the
clock put to the hour of the story (that of 2026-11-10, a working day), so that neither the date
nor the hour at which the test runs is of any matter.
"""

import re
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from anmin.callbacks.models import Answer, Attempt, Callback, Carried, DayClosure, DayLeftOpen
from anmin.channels.models import Message
from anmin.channels.queries import body_of
from anmin.config import integrity
from anmin.matters.models import Link, Matter
from anmin.people.models import AccessLog
from tests.browser.test_call import desk
from tests.browser.test_look import PHONE, chromium, followed
from tests.browser.tuesday import (
    BROKEN,
    CHINA,
    EVENTS,
    HER_WORDS,
    SAID,
    TUESDAY,
    WEDNESDAY,
    Story,
    export,
    name_of,
    press,
    reveal,
    send,
    sign,
    step,
    story,
    tile,
    write,
)

__all__ = ["chromium", "desk", "story"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]


def test_from_last_night_s_export_to_the_leader_s_morning(story: Story, tmp_path: Path) -> None:
    story.at(TUESDAY, 8, 30)
    lin_xiao_brings_in_the_night(story, tmp_path)
    story.at(TUESDAY, 9)
    chen_li_answers_a_neighbour(story)
    story.at(TUESDAY, 10)
    lin_xiao_calls_eleven_citizens(story)
    first = list(Answer.objects.order_by("pk").values_list())
    story.at(TUESDAY, 14)
    a_citizen_answers_by_the_link(story)
    the_unit_does_not_learn_who_spoke(story)
    zhou_puts_right_what_was_wrong(story)
    story.at(TUESDAY, 17)
    lin_xiao_calls_a_second_time(story)
    kept = Answer.objects.order_by("pk").values_list()[: len(first)]
    assert list(kept) == first
    story.at(TUESDAY, 18)
    zhou_clears_and_signs_the_day(story)
    story.at(WEDNESDAY, 0, 40)
    the_night_notes_who_did_not_sign(story)
    story.at(WEDNESDAY, 8, 10)
    zheng_reads_the_morning_page(story)
    proof = integrity.check()
    told = proof.as_json()
    assert (told["mismatches"], told["broken_chains"], proof.sound) == (0, 0, True)


# --- the morning --------------------------------------------------------------------------------


def lin_xiao_brings_in_the_night(story: Story, folder: Path) -> None:
    """She looks before it comes in, starts it, and gets the row back that cannot come in."""
    page = story.open(story.city.operator, "/desk/import/")
    page.set_input_files("#upload-file", export(folder))
    followed(page, page.get_by_role("button", name="上传并查看"))
    expect(page.locator("#profile")).to_have_value("template_zh")
    expect(page.locator("#body")).to_contain_text("编码：GB18030")
    expect(page.locator("#body")).to_contain_text("前16行中，15行可以导入")
    first_rows = page.get_by_role("table", name="前几行导入效果预览")
    expect(first_rows).to_contain_text("138****2301")
    expect(first_rows).not_to_contain_text(EVENTS[0].phone)
    assert Matter.objects.count() == 0

    followed(page, page.get_by_role("button", name="开始导入"))
    expect(page.locator(".run-line")).to_contain_text("排队等候")
    story.at(TUESDAY, 8, 31)
    expect(page.locator(".run-line")).to_contain_text("已导入")
    assert page.locator(".stat-value").all_inner_texts() == ["16", "15", "0", "0", "1"]
    expect(page.locator("#body")).to_contain_text("2026-13-10 03:00:00")
    with page.expect_download() as handed_back:
        page.get_by_role("link", name="下载这些行").click()
    rejected = handed_back.value.path().read_bytes()
    assert BROKEN.event in rejected.decode("utf-8-sig")
    assert Matter.objects.count() == 15
    page.context.close()


def chen_li_answers_a_neighbour(story: Story) -> None:
    """The dispute of half past six; a ready text with a gap left open does not go out."""
    dispute = story.incident("D13")
    page = story.open(story.city.officer, "/desk/matters/?category=dispute")
    followed(page, page.locator(".data [data-open]"))
    step(page, "答复报警人")
    page.get_by_role("button", name="已调解（答复当事人）").click()
    send(page, "答复报警人")
    expect(page.locator(".error-summary")).to_contain_text("〔约定内容〕")
    dispute.refresh_from_db()
    assert dispute.state == "received"
    words = page.locator("details.step[open] [name=reply]").input_value()
    write(page, "reply", words.replace("〔约定内容〕", "楼上每晚十点后不再拖动家具"))
    send(page, "答复报警人")
    expect(page.locator(".matter-state")).to_contain_text("已答复")
    page.context.close()


# --- the calls ----------------------------------------------------------------------------------


def lin_xiao_calls_eleven_citizens(story: Story) -> None:
    """The victims of theft, one by one, without the mouse: two are unhappy, one line is busy."""
    page = story.open(story.city.operator, "/desk/callbacks/")
    page.keyboard.press("n")
    for said in ("unhappy, unnamed", "unhappy, named", "fairly", "busy", *["satisfied"] * 7):
        page.wait_for_url(re.compile(r"/desk/callbacks/\d+/$"))
        before = page.url
        number = page.locator(".page-top").inner_text()
        (number,) = re.findall(r"JQ[\w-]+", number)
        story.calls[number] = said
        assert "锦湖派出所" not in page.inner_text("main")
        for keys in SAID[said]:
            press(page, keys)
        page.keyboard.press("Control+Enter")
        expect(page).not_to_have_url(before)
    expect(page.locator("#body")).to_contain_text("当前没有待回访任务")
    assert {story.incident(f"T{n:02}").number for n in range(1, 12)} == set(story.calls)
    assert Answer.objects.count() == 10
    # each answered incident has one callback, or one rule that excludes it
    planned = Callback.objects.values_list("matter__external_id", "exclusion")
    assert dict(planned) == {
        one.event: "sensitive" if one.event == "S15" else "" for one in EVENTS if one.event != "T14"
    }
    assert len(planned) == 14
    page.context.close()


def lin_xiao_calls_a_second_time(story: Story) -> None:
    """First the line that was busy, then the citizen for whom something was put right."""
    page = story.open(story.city.operator, "/desk/callbacks/")
    (busy,) = (number for number, said in story.calls.items() if said == "busy")
    incident = Link.objects.get(matter=story.order("unhappy, named")).other
    for heading in (f"回访 · {busy}", f"二次回访 · {incident.number}"):
        page.keyboard.press("n")
        page.wait_for_url(re.compile(r"/desk/callbacks/\d+/$"))
        expect(page.locator(".page-top")).to_contain_text(heading)
        for keys in SAID["satisfied"]:
            press(page, keys)
        followed(page, page.get_by_role("button", name="保存后暂停"))
        expect(page.locator(".toast-note")).to_contain_text("已解决 · 满意")
    page.context.close()
    of_both = Answer.objects.filter(callback__matter=incident).order_by("callback__round")
    assert list(of_both.values_list("callback__round", "satisfaction", "solved")) == [
        (1, "dissatisfied", "no"),
        (2, "satisfied", "yes"),
    ]
    assert Attempt.objects.filter(outcome="busy").count() == 1


def a_citizen_answers_by_the_link(story: Story) -> None:
    """周阿姨 reported the noise; on her phone, without an account and without script."""
    (message,) = Message.objects.filter(template="callback")
    link = re.search(r"http\S+/a/[\w-]+", body_of(message), re.ASCII)
    assert link
    context = story.chromium.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, java_script_enabled=False, locale="zh-CN"
    )
    page = context.new_page()
    page.goto(link[0])
    for chosen in ("解决了", "满意"):
        page.get_by_text(chosen, exact=True).click()
        followed(page, page.get_by_role("button", name="继续"))
    page.locator("textarea").fill("来得快，谢谢")
    followed(page, page.get_by_role("button", name="提交回答"))
    expect(page.locator("h1")).to_have_text("感谢您，您的回答已记录。")
    page.goto(link[0])
    expect(page.locator("body")).to_contain_text("此链接已使用过")
    context.close()
    answer = Answer.objects.get(via="link")
    assert answer.callback.matter == story.incident("N12")
    assert (answer.satisfaction, answer.solved) == ("satisfied", "yes")


# --- what was wrong is put right ----------------------------------------------------------------


def the_unit_does_not_learn_who_spoke(story: Story) -> None:
    """Without consent the inspectorate makes the first contact; the station sees no person."""
    order, city = story.order("unhappy, unnamed"), story.city
    (number,) = (number for number, said in story.calls.items() if said == "unhappy, unnamed")
    incident = Matter.objects.get(number=number)
    for account in (city.duty_leader, city.officer):
        for address in (f"/desk/matters/{order.number}/", f"/desk/matters/{number}/"):
            page = story.open(account, address)
            expect(page.locator(".matter-story")).to_be_visible()
            told = page.inner_text("main")
            other = order.number if number in address else number
            assert other not in told
            assert HER_WORDS not in told
            assert "不满意" not in told or address.endswith(f"{order.number}/")
            page.context.close()
    page = story.open(city.duty_leader, f"/desk/matters/{order.number}/")
    expect(page.locator("#contact")).to_contain_text("没有登记联系方式")
    assert not page.get_by_text("查看联系方式").is_visible()
    page.context.close()

    page = story.open(city.inspector, "/desk/")
    expect(page.locator("#sealed")).to_contain_text("待督察首次联系")
    followed(page, page.locator("#sealed").get_by_role("link", name=order.number))
    followed(page, page.get_by_role("link", name=number).first)
    reveal(page, "督察首次联系", name_of(incident))
    page.goto(page.url.replace(number, order.number))
    step(page, "登记首次联系")
    write(page, "note", "已电话听取意见，来电人不愿与派出所联系。")
    send(page, "登记首次联系")
    expect(page.locator(".matter-state")).to_contain_text("已联系群众")
    page.context.close()


def zhou_puts_right_what_was_wrong(story: Story) -> None:
    """The order is in his notices; he calls the citizen, mends it, and explains without gaps."""
    order = story.order("unhappy, named")
    page = story.open(story.city.duty_leader, "/desk/notices/")
    mine = page.get_by_role("listitem").filter(has_text="指派给我")
    followed(page, mine.get_by_role("button", name=order.number))
    expect(page.locator("main")).to_contain_text("一直没人告诉我进展")
    reveal(page, "整改首次联系", name_of(Link.objects.get(matter=order).other))
    seen = AccessLog.objects.get(action="reveal_contact", account=story.city.duty_leader)
    assert order.number in seen.subject

    step(page, "登记首次联系")
    write(page, "note", "已电话联系并道歉，约定每三日告知进展。")
    send(page, "登记首次联系")
    expect(page.locator(".matter-state")).to_contain_text("已联系群众")
    step(page, "整改完成")
    write(page, "measure", "指定专人每三日电话告知进展。")
    page.get_by_role("button", name="致歉并整改").click()
    send(page, "整改完成")
    expect(page.locator(".error-summary")).to_contain_text("〔问题〕")
    order.refresh_from_db()
    assert order.state == "contacted"
    words = "您好，您反映的无人告知进展一事属实，我们向您道歉。现已指定专人每三日告知。"
    write(page, "explanation", words)
    send(page, "整改完成")
    expect(page.locator(".matter-state")).to_contain_text("整改完成")
    page.context.close()


# --- the day and the night ----------------------------------------------------------------------


def zhou_clears_and_signs_the_day(story: Story) -> None:
    """A theft is owed today, the order in a week: refused until it has a reason and an owner; then
    nothing changes."""
    city = story.city
    theft, order = story.incident("T14"), story.order("unhappy, unnamed")
    page, forgotten = (story.open(city.duty_leader, "/desk/day/") for _tab in range(2))
    expect(page.locator("#body")).to_contain_text("还有1项未办结")
    # eight thefts and one, the dispute, and what nobody is called about
    expect(tile(page, "当日新收").locator(".stat-value")).to_have_text("11")
    page.locator("[name=confirm]").check()
    sign(page)
    expect(page.locator(".error-summary")).to_contain_text(theft.number)
    expect(page.locator(".error-summary")).not_to_contain_text(order.number)
    assert not DayClosure.objects.exists()

    page.locator(f"[name=why-matter-{theft.pk}]").fill("监控已调取，等待比对")
    page.locator(f"[name=who-matter-{theft.pk}]").fill("陈立")
    sign(page)
    expect(page.locator("#body")).to_contain_text("已审签：")
    expect(page.locator("#body")).to_contain_text("监控已调取，等待比对")
    closure = DayClosure.objects.get()
    assert (closure.unit, closure.date, closure.closed_by) == (
        city.jinhu,
        TUESDAY,
        city.duty_leader,
    )
    assert list(Carried.objects.values_list("matter", "new_account")) == [
        (theft.pk, city.officer.pk)
    ]
    forgotten.locator("[name=confirm]").check()
    sign(forgotten)
    expect(forgotten.locator("#body")).to_contain_text("不能再修改")
    assert DayClosure.objects.get() == closure
    page.context.close()
    forgotten.context.close()


def the_night_notes_who_did_not_sign(story: Story) -> None:
    """玉海 has not signed, and its leader is told; 锦湖 has; nobody is written to at night."""
    left = DayLeftOpen.objects.filter(date=TUESDAY)
    assert [one.unit for one in left] == [story.city.yuhai]
    told = Message.objects.get(template="day_left_open", subject_ref__endswith=f":{TUESDAY}")
    assert "玉海派出所" in body_of(told)
    night = datetime(2026, 11, 10, 20, tzinfo=CHINA)
    assert not Message.objects.filter(medium="sms", created_at__gte=night).exists()
    page = story.open(story.yuhai_leader, "/desk/notices/")
    followed(page, page.locator("#letters").get_by_role("link", name="11月10日"))
    expect(page.locator("#body")).to_contain_text("当天没有审签")
    page.context.close()


# --- the next morning ---------------------------------------------------------------------------


def zheng_reads_the_morning_page(story: Story) -> None:
    """Every figure is the count made by hand below; a number opens the records behind it."""
    page = story.open(story.city.leader, "/desk/morning/")
    # On Tuesday: eight thefts after midnight and one at eight, the noise, the dispute, the case
    # that nobody is called about. The three thefts of Monday night are another day's.
    expect(page.locator(".day-count")).to_have_text(re.compile(r"12\s*起警情"))
    for label, numerator, denominator in (
        ("按时答复率", 14, 15),  # late: the theft of eight; Monday night's were due on Tuesday noon
        ("回访覆盖率", 13, 13),
        ("应答率", 12, 13),  # nobody heard from the neighbour of the dispute
        ("满意率（含基本满意）", 10, 12),
        ("满意率（按分值折算）", 9.5, 12),
        ("解决率", 10, 13),
        ("不满意按期整改率", 1, 1),
    ):
        box = tile(page, label)
        expect(box.locator(".stat-value")).to_have_text(f"{numerator / denominator:.1%}")
        expect(box).to_contain_text(f"n = {denominator}")
    # one reply to a second call is too few for a share
    expect(tile(page, "二次回访满意率")).to_contain_text("数量过少，不予显示")
    days = page.locator(".unit-days li")
    expect(days.filter(has_text="锦湖派出所")).to_contain_text("18:00审签")
    expect(days.filter(has_text="玉海派出所")).to_contain_text("未审签")

    followed(page, tile(page, "满意率（含基本满意）").locator("a"))
    unhappy = {number for number, said in story.calls.items() if said.startswith("unhappy")}
    assert set(page.locator(".data [data-open]").all_inner_texts()) == unhappy
    page.go_back()
    followed(page, tile(page, "按时答复率").locator("a"))
    late = [story.incident("T14").number]
    assert page.locator(".data [data-open]").all_inner_texts() == late
    followed(page, page.get_by_role("link", name=late[0]))
    expect(page.locator(".matter-story")).to_be_visible()
    page.context.close()
