"""周卫国 clears the day at the desk: refused while something is open, unchangeable once signed."""

import re
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone, translation
from tests.personas import City, SignIn

from anmin.callbacks import dayboard, signing
from anmin.callbacks.models import Carried, DayClosure
from anmin.callbacks.tests.conftest import TUESDAY
from anmin.callbacks.tests.scene import planned, rules, world
from anmin.desk.calls.tests.test_callback_pages import key, text
from anmin.matters.actions import move
from anmin.matters.actor import Actor
from anmin.matters.models import Entry, Matter
from anmin.people.models import Account
from anmin.people.roles import Role

DAY = "/desk/day/"
TODAY = date(2026, 11, 10)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(TUESDAY, tick=False) as traveller, rules(day_sign_from=time(0)):
        yield traveller


@pytest.fixture
def chief(city: City) -> Account:
    """A duty leader of the whole bureau."""
    return Account.objects.create_user(
        "wangju", "x", display_name="王局", role=Role.DUTY_LEADER, unit=city.bureau
    )


def everything() -> Any:
    return world(), Entry.objects.count(), DayClosure.objects.count()


def carried(matter: Matter, why: str, who: str) -> dict[str, str]:
    return {f"why-matter-{matter.pk}": why, f"who-matter-{matter.pk}": who}


def test_the_board_counts_and_lists_the_day(city: City, sign_in: SignIn) -> None:
    theft = city.incident()
    answered = city.answered(summary="已答复的")
    old = city.incident(opened_at=timezone.now() - timedelta(days=3), summary="旧案")
    elsewhere = city.incident(area=city.yuhai_town, actor=Actor.of(city.other_officer))
    page = text(sign_in(city.officer).get(DAY))
    for number in (theft.number, answered.number, old.number):
        assert number in page
    assert elsewhere.number not in page
    for label, count in (("当日新收", 2), ("尚未答复", 2), ("逾期", 1)):
        assert re.search(
            rf'stat-label">{label}<.*?stat-value">\s*(<a[^>]*>)?{count}<', page, re.DOTALL
        )
    assert "还有2项未办结" in page
    assert 'name="confirm"' not in page


def test_a_day_before_and_never_one_to_come(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.duty_leader)
    yesterday = text(browser.get(f"{DAY}?date=2026-11-09"))
    assert "2026年11月9日" in yesterday
    assert "date=2026-11-08" in yesterday
    assert "date=2026-11-10" in yesterday
    for odd in ("2027-01-01", "2026-02-30", "gestern", ""):
        today = text(browser.get(f"{DAY}?date={odd}"))
        assert "2026年11月10日" in today
        assert ("这一天还没有到" in today) is odd.startswith("2027")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_day_that_is_past_speaks_of_itself(city: City, sign_in: SignIn, language: str) -> None:
    city.incident(opened_at=timezone.now() - timedelta(days=3), summary="旧案")
    browser = sign_in(city.duty_leader)
    browser.cookies["django_language"] = language
    with translation.override("zh-hans"):  # what a page speaks is not left to the next test
        past, now = (text(browser.get(f"{DAY}?date=2026-11-{day}")) for day in ("08", "10"))
    own = past.split('<div class="tiles day-tiles">')[1].split("</main>")[0]
    assert not [word for word in ("今日", "今天", "today", "Today") if word in own]
    told = {"en": ("Owed that day, still open",)}.get(language, ("当日应清，至今未结", "现在逾期"))
    assert all(word in past and word not in now for word in told)


def test_a_clear_day_is_signed(city: City, sign_in: SignIn) -> None:
    city.answered()
    browser = sign_in(city.duty_leader)
    page = text(browser.get(DAY))
    unconfirmed = browser.post(DAY, {"key": key(page)})
    assert unconfirmed.status_code == 422
    assert "请勾选确认" in text(unconfirmed)
    assert not DayClosure.objects.exists()
    done = browser.post(DAY, {"key": key(page), "confirm": "on", "note": "交班清楚"})
    assert done.status_code == 303
    closure = DayClosure.objects.get()
    assert (closure.unit, closure.closed_by, closure.note) == (
        city.jinhu,
        city.duty_leader,
        "交班清楚",
    )
    signed = text(browser.get(done["Location"]))
    assert bytes(closure.hash).hex()[:12] in signed
    assert "周卫国" in signed
    assert "交班清楚" in signed
    assert 'name="confirm"' not in signed


def test_a_day_before_the_first_record_has_nothing_to_sign(city: City, sign_in: SignIn) -> None:
    city.answered()
    browser, before = sign_in(city.duty_leader), everything()
    for day in ("2001-01-01", "2026-05-20"):
        page = text(browser.get(f"{DAY}?unit=RA-JH&date={day}"))
        assert "没有任何记录" in page
        assert 'name="confirm"' not in page
        done = browser.post(f"{DAY}?unit=RA-JH&date={day}", {"key": day, "confirm": "on"})
        assert done.status_code == 422
        assert "没有任何记录" in text(done)
    assert everything() == before


def test_refused_while_something_is_open_and_told_what(city: City, sign_in: SignIn) -> None:
    first, second = city.incident(), city.incident(summary="旧案")
    before = everything()
    browser = sign_in(city.duty_leader)
    page = text(browser.get(DAY))
    given = {"key": key(page), "confirm": "on", **carried(first, "夜班继续调监控", "陈立")}
    refused = browser.post(DAY, given)
    assert refused.status_code == 422
    told = text(refused).split("error-summary", 1)[1].split("</ul>", 1)[0]
    assert second.number in told
    assert first.number not in told
    assert "夜班继续调监控" in text(refused)
    half = browser.post(DAY, given | {f"why-matter-{second.pk}": "等鉴定"})
    told = text(half).split("error-summary", 1)[1].split("</ul>", 1)[0]
    assert told.count("<li>") == 1
    nobody = browser.post(DAY, given | carried(second, "等鉴定", "无名氏"))
    assert nobody.status_code == 422
    assert "无名氏" in text(nobody)
    assert everything() == before

    done = browser.post(DAY, given | carried(second, "案发地属玉海", "玉海派出所 (RA-YH)"))
    assert done.status_code == 303
    rows = Carried.objects.order_by("pk").values_list("matter", "reason", "new_unit", "new_account")
    assert set(rows) == {
        (first.pk, "夜班继续调监控", city.jinhu.pk, city.officer.pk),
        (second.pk, "案发地属玉海", city.yuhai.pk, None),
    }
    signed = text(browser.get(done["Location"]))
    assert "案发地属玉海" in signed
    assert "玉海派出所" in signed


def test_one_reason_for_all_the_rest(city: City, sign_in: SignIn) -> None:
    rows = [city.incident() for _n in range(3)]
    browser = sign_in(city.duty_leader)
    page = text(browser.get(DAY))
    given = {
        "key": key(page),
        "confirm": "on",
        "why_all": "转夜班",
        "who_all": "zhouweiguo",
        **carried(rows[0], "等鉴定", "chenli"),
    }
    assert browser.post(DAY, given).status_code == 303
    found = Carried.objects.order_by("matter").values_list("reason", "new_account")
    assert list(found) == [
        ("等鉴定", city.officer.pk),
        ("转夜班", city.duty_leader.pk),
        ("转夜班", city.duty_leader.pk),
    ]


def test_what_is_overdue_needs_a_reason_of_its_own(city: City, sign_in: SignIn) -> None:
    late, fresh = city.incident(opened_at=timezone.now() - timedelta(days=3)), city.incident()
    before = everything()
    browser = sign_in(city.duty_leader)
    page = text(browser.get(DAY))
    shared = {"key": key(page), "confirm": "on", "why_all": "转夜班", "who_all": "zhouweiguo"}
    refused = browser.post(DAY, shared)
    assert refused.status_code == 422
    beside = text(refused).split(f'name="why-matter-{late.pk}"', 1)[0].rsplit("<label", 1)[1]
    assert "已逾期，请单独写明原因" in beside
    assert everything() == before
    assert browser.post(DAY, shared | carried(late, "等鉴定", "chenli")).status_code == 303
    found = Carried.objects.order_by("matter").values_list("matter", "reason")
    assert set(found) == {(late.pk, "等鉴定"), (fresh.pk, "转夜班")}
    # signed is not answered: both are still there, and the board says so
    signed = text(browser.get(DAY))
    for label in ("结转事项", "其中仍未答复"):
        assert re.search(rf'stat-label">{label}<.*?stat-value">\s*(<a[^>]*>)?2<', signed, re.DOTALL)
    told = {"reply": "已处置完毕，结果已当面告知。"}
    move(matter_id=fresh.pk, code="answer", actor=Actor.of(city.officer), inputs=told)
    signed = text(browser.get(DAY))
    for label, count in (("结转事项", 2), ("其中仍未答复", 1)):
        assert re.search(
            rf'stat-label">{label}<.*?stat-value">\s*(<a[^>]*>)?{count}<', signed, re.DOTALL
        )


def test_more_than_the_board_lists_is_signed_too(
    city: City, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dayboard, "SHOWN", 2)
    long_ago = timezone.now() - timedelta(days=3)
    late = [city.incident(opened_at=long_ago + timedelta(hours=n)) for n in range(4)]
    browser = sign_in(city.duty_leader)
    page = text(browser.get(DAY))
    assert "及未列出的2项的原因" in page
    told = carried(late[0], "等鉴定", "chenli") | carried(late[1], "待回访", "chenli")
    shared = {"key": key(page), "confirm": "on", "why_all": "积压待清", "who_all": "zhouweiguo"}
    assert browser.post(DAY, shared).status_code == 422  # the two that are listed stand alone
    assert browser.post(DAY, told | shared).status_code == 303
    found = Carried.objects.order_by("matter").values_list("reason", flat=True)
    assert list(found) == ["等鉴定", "待回访", "积压待清", "积压待清"]


def test_a_form_of_a_day_with_a_thousand_things_is_read(city: City, sign_in: SignIn) -> None:
    owed, browser = city.incident(), sign_in(city.duty_leader)
    others = range(owed.pk + 1, owed.pk + 1001)
    many = {f"{part}-matter-{pk}": "x" for pk in others for part in ("why", "who")}
    refused = browser.post(DAY, {"key": key(text(browser.get(DAY))), "confirm": "on", **many})
    assert refused.status_code == 422
    assert "请写明原因" in text(refused)


def test_a_day_is_not_signed_before_its_shift_ends(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    city.answered(opened_at=timezone.now() - timedelta(days=1))
    owed = city.incident()
    with rules(day_sign_from=time(17, 30)):
        browser = sign_in(city.duty_leader)
        page = text(browser.get(DAY))
        assert "班次结束后方可审签" in page
        assert owed.number in page.split('id="rows-title"', 1)[1]
        assert 'name="confirm"' not in page
        before = everything()
        given = {"key": "k", "confirm": "on", **carried(owed, "等鉴定", "chenli")}
        refused = browser.post(DAY, given)
        assert refused.status_code == 422
        assert "17:30" in text(refused)
        assert everything() == before
        # yesterday's shift is over
        assert 'name="confirm"' in text(browser.get(f"{DAY}?date=2026-11-09"))
        clock.shift(timedelta(hours=7, minutes=30))
        browser = sign_in(city.duty_leader)
        given = {"key": key(text(browser.get(DAY))), "confirm": "on"}
        given |= carried(owed, "等鉴定", "chenli")
        assert browser.post(DAY, given).status_code == 303


def test_one_row_a_matter(city: City, sign_in: SignIn) -> None:
    theft = city.incident()
    page = text(sign_in(city.duty_leader).get(DAY))
    assert 'id="rows"' not in page  # it stands where its reason is asked for
    done = city.answered()
    page = text(sign_in(city.duty_leader).get(DAY))
    table = page.split('id="rows-title"', 1)[1]
    assert theft.number not in table
    assert table.count(done.number) == 2  # its address and its number
    seen = text(sign_in(city.officer).get(DAY)).split('id="rows-title"', 1)[1]
    assert seen.count(theft.number) == 2
    assert "尚未答复 · 当日新收" in seen


def test_what_came_in_while_the_leader_wrote_is_not_overlooked(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.duty_leader)
    page = text(browser.get(DAY))
    late = city.incident()
    refused = browser.post(DAY, {"key": key(page), "confirm": "on"})
    assert refused.status_code == 422
    assert late.number in text(refused)
    assert not DayClosure.objects.exists()


def test_a_signed_day_is_signed_once(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.duty_leader)
    page = text(browser.get(DAY))
    given = {"key": key(page), "confirm": "on"}
    assert browser.post(DAY, given).status_code == 303
    again = browser.post(DAY, given | {"note": "改一下"})
    assert again.status_code == 409
    assert "已审签" in text(again)
    assert DayClosure.objects.get().note == ""


@pytest.mark.parametrize(
    "who", ["officer", "other_officer", "operator", "inspector", "leader", "analyst"]
)
def test_only_the_duty_leader_signs(city: City, sign_in: SignIn, who: str) -> None:
    city.answered()
    before = everything()
    browser = sign_in(getattr(city, who))
    assert 'name="confirm"' not in text(browser.get(DAY))
    assert browser.post(DAY, {"key": "k", "confirm": "on"}).status_code == 403
    assert everything() == before


def test_another_units_day_is_not_shown_nor_signed(city: City, sign_in: SignIn) -> None:
    before = everything()
    browser = sign_in(city.duty_leader)
    for unit in ("RA-YH", "RA"):
        assert browser.get(f"{DAY}?unit={unit}").status_code == 403
        answer = browser.post(f"{DAY}?unit={unit}", {"key": "k", "confirm": "on"})
        assert answer.status_code == 403
    assert browser.get(f"{DAY}?unit=XX").status_code == 404
    assert everything() == before


@pytest.mark.parametrize(
    ("who", "unit", "status"),
    [
        ("chief", "jinhu", 303),
        ("chief", "yuhai", 303),
        ("chief", "bureau", 303),
        ("duty_leader", "jinhu", 303),
        ("duty_leader", "yuhai", 403),
        ("duty_leader", "bureau", 403),
        ("officer", "jinhu", 403),
        ("other_officer", "jinhu", 403),
        ("inspector", "jinhu", 403),
        ("leader", "bureau", 403),
    ],
)
def test_whose_day_is_whose_to_sign(
    city: City, sign_in: SignIn, chief: Account, who: str, unit: str, status: int
) -> None:
    """A duty leader of the whole city signs any unit's day, one of a station that station's."""
    browser = sign_in(chief if who == "chief" else getattr(city, who))
    before = everything()
    given = {"key": f"{who}-{unit}", "confirm": "on"}
    done = browser.post(f"{DAY}?unit={getattr(city, unit).code}", given)
    assert done.status_code == status
    if status == 303:
        closure = DayClosure.objects.get()
        signer = chief if who == "chief" else city.duty_leader
        assert (closure.unit, closure.closed_by) == (getattr(city, unit), signer)
    else:
        assert everything() == before


def test_the_bureau_sees_who_has_not_signed_and_carries_callbacks(
    city: City, sign_in: SignIn, chief: Account
) -> None:
    Account.objects.create_user("lier", "x", role=Role.DUTY_LEADER, unit=city.yuhai)
    callback = planned(city)
    signing.close_day(unit=city.jinhu, day=TODAY, by=city.duty_leader)
    browser = sign_in(chief)
    page = text(browser.get(DAY))
    unsigned = page.split('id="unsigned-title"', 1)[1].split("</section>", 1)[0]
    assert "玉海派出所" in unsigned
    assert "锦湖派出所" not in unsigned
    refused = browser.post(DAY, {"key": key(page), "confirm": "on"})
    assert refused.status_code == 422
    name = f"callback-{callback.pk}"
    given = {f"why-{name}": "明早再打", f"who-{name}": "指挥中心"}
    assert browser.post(DAY, {"key": key(page), "confirm": "on", **given}).status_code == 303
    row = Carried.objects.get()
    assert (row.callback, row.new_unit) == (callback, city.command)
    leader = text(sign_in(city.leader).get(f"{DAY}?unit=RA-JH"))
    assert "周卫国" in leader
    assert "玉海派出所" in text(sign_in(city.inspector).get(DAY)).split("day-unit", 1)[1]


def test_the_operator_sees_numbers_and_callbacks_but_not_who_handles(
    city: City, sign_in: SignIn
) -> None:
    callback = planned(city)
    open_matter = city.incident()
    signing.close_day(
        unit=city.jinhu,
        day=TODAY,
        by=city.duty_leader,
        carry={f"matter:{open_matter.pk}": signing.Carry("等鉴定", account=city.officer)},
    )
    browser = sign_in(city.operator)
    pages = text(browser.get(DAY)) + text(browser.get(f"{DAY}?unit=RA-JH"))
    assert callback.matter.number in pages
    assert open_matter.number not in pages
    assert not [one for one in ("陈立", "周卫国", "等鉴定") if one in pages]


def test_a_day_left_unsigned_says_so(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    city.incident()
    clock.shift(timedelta(days=1))
    signing.night_close(TODAY)
    page = text(sign_in(city.duty_leader).get(f"{DAY}?date={TODAY}"))
    assert "当天没有审签" in page
    assert "还有1项未办结" in page
    assert 'name="confirm"' in page
