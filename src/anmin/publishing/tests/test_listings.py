"""What the first draft about a listed place says, in both languages, and who may be recognised by it."""

from datetime import UTC, datetime

import time_machine
from tests.personas import City

from anmin.matters.contacts import ContactFacts
from anmin.places.models import Area
from anmin.publishing import listings
from anmin.publishing.queries import offers, sheet
from anmin.publishing.tests import scene

WHEN = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


def test_the_page_of_2011_with_what_chance_has_to_say(city: City) -> None:
    with time_machine.travel(WHEN, tick=False):
        made = listings.draft(scene.listed(city).number)
    zh, en = made.content.zh, made.content.en
    assert zh is not None
    assert en is not None
    assert zh.title == "锦湖文化社区 文化小区：小区盗窃多发，挂牌整治"
    assert zh.lead == "2026年3月9日挂牌，整改期限至2026年5月9日。"
    assert [(one.label, one.value) for one in zh.facts] == [
        ("地点", "锦湖文化社区 文化小区"),
        ("统计警情数", "12起，此前同期9起"),
        ("挂牌事由", "明显上升"),
        ("整治责任单位", "社区居民委员会、锦湖街道办事处"),
        ("缺少的防范措施", "业主委员会、物业服务企业"),
        ("挂牌日期", "2026年3月9日"),
        ("整改期限", "2026年5月9日"),
    ]
    counted = zh.facts[1]
    assert (counted.n, counted.interval, counted.cut_off, counted.note) == (
        21,
        "比值1.33（0.52–3.58）",
        "自2026年1月8日起统计",
        "差异可能出于偶然（p=0.66）。",
    )
    assert zh.body == ("2026年3月9日完成：监控六处装好", f"责任单位陈述意见：{scene.REPLY}")
    assert en.facts[1].note == "Chance alone may explain the difference (p=0.66)."
    assert dict(made.content.marks) == {
        "standing": "live",
        "since": "2026-03-09",
        "due": "2026-05-09",
        "area": "330381003099",
    }
    assert made.stamp == "live 2026-05-09"


def test_everybody_who_has_a_part_is_hidden_wherever_somebody_writes_it(city: City) -> None:
    matter = scene.listed(city)
    contact = ContactFacts("蔡伯言", "+8613800001111", "文化小区9幢")
    city.incident(parent=None)
    from anmin.matters.contacts import keep_contact

    keep_contact(matter.pk, contact, number=matter.number)
    row = scene.drafted(city, matter, body=("蔡伯言（13800001111）和郑局、孙平到场。",))
    shown = sheet(city.leader, row).face.content.zh
    assert shown is not None
    assert shown.body == ("某人（〔电话已隐去〕）和经办人、经办人到场。",)


def test_a_day_that_somebody_writes_in_is_a_warning_where_few_matters_fit(city: City) -> None:
    matter = scene.listed(city)
    day = city.incident().opened_at.astimezone().date()
    row = scene.drafted(city, matter, body=(f"{day.year}年{day.month}月{day.day}日又发一起。",))
    # That day stands in the house's own draft too (listed today): it tells nothing new.
    assert [one.warning.key for one in sheet(city.leader, row).warnings] == []


def test_a_place_where_few_live_is_a_warning(city: City) -> None:
    Area.objects.filter(pk=city.wenhua.pk).update(households=5)
    row = scene.drafted(city)
    keys = [one.warning.key for one in sheet(city.leader, row).warnings]
    assert keys == ["place:330381003099"]


def test_who_drafts_is_offered_what_stands_on_the_list_until_it_is_in_hand(city: City) -> None:
    matter = scene.listed(city)
    scene.listed(city)
    keys = [one.key for _source, found in offers(city.programme) for one in found]
    assert matter.number in keys
    scene.drafted(city, matter)
    left = [one.key for _source, found in offers(city.programme) for one in found]
    assert left == [key for key in keys if key != matter.number]
