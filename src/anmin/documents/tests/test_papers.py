"""What goes out about a petition and a listed place: what its reader sees, and what can be done against it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone, translation
from tests.personas import City

from anmin.documents import registry
from anmin.documents.description import Document, Facts, Heading, Listing, Paragraph
from anmin.documents.papers import certificate
from anmin.documents.registry import Asked
from anmin.kernel.errors import NotAllowed, NotFound
from anmin.matters.actions import open_matter
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.people.models import Account
from anmin.property.tests.scene import rooms
from anmin.publishing.tests.scene import REPLY, listed


def paper(code: str, number: str, viewer: Account | None) -> Document:
    today = timezone.localdate()
    with translation.override("zh-hans"):
        asked = Asked(today, today, viewer=viewer, key=number)
        return registry.described(registry.report_of(code), asked)


def words(found: Document) -> dict[str, str]:
    """Each heading with the paragraph or points below it."""
    told, under = dict[str, str](), ""
    for block in found.blocks:
        if isinstance(block, Heading):
            under = block.text
        elif isinstance(block, Paragraph):
            told[under] = block.text
        elif isinstance(block, Listing):
            told[under] = "；".join(block.items)
    return told


def test_a_reply_says_what_can_be_done_against_it_and_no_accusation(city: City) -> None:
    matter = open_matter(
        kind="petition",
        actor=Actor.of(city.inspector),
        category="police_conduct",
        summary="请求关闭棋牌室",
        area=city.wenhua,
        details={"way": "online", "demand": "请求关闭棋牌室。", "accusation": "某某收钱。"},
    )
    with pytest.raises(NotFound):
        paper("petition_reply", matter.number, city.inspector)
    assert not registry.about_matter(city.inspector, matter.kind, matter.details)
    told = {"reasons": "经查，证照齐全。", "reply": "不具备关闭条件。"}
    answered = datetime(2026, 10, 22, 4, tzinfo=UTC).isoformat()
    details = {**matter.details, **told, "replied_at": answered}
    Matter.objects.filter(pk=matter.pk).update(details=details)
    found = paper("petition_reply", matter.number, city.inspector)
    assert words(found) == {
        "信访诉求": "请求关闭棋牌室。",
        "查明事实与依据": "经查，证照齐全。",
        "处理意见": "不具备关闭条件。",
        "救济途径": "如不服本处理意见，可以自收到本意见书之日起30日内，向原办理机关的上一级机关书面请求复查"
        "（依据《信访工作条例》第三十五条）。",
    }
    assert (str(found.dated), found.number, found.red_head) == ("2026-10-22", matter.number, True)
    assert "某某收钱" not in found.as_json()
    assert [one.code for one in registry.about_matter(city.inspector, "petition", details)] == [
        "petition_reply"
    ]
    with pytest.raises(NotFound):
        paper("petition_reply", matter.number, city.other_officer)
    with pytest.raises(NotAllowed):
        paper("petition_reply", matter.number, None)


def test_a_notice_names_the_bodies_what_is_missing_and_by_when(city: City) -> None:
    matter = listed(city)
    found = paper("listing_notice", matter.number, city.leader)
    assert (found.addressee, found.number) == ("社区居民委员会、锦湖街道办事处", "5")
    facts = next(one for one in found.blocks if isinstance(one, Facts))
    values = {one.code: one.value for one in facts.facts}
    assert (values["counted"].value, values["usual"].value) == (12, 9)  # type: ignore[union-attr]
    assert values["due"].day > timezone.localdate()  # type: ignore[union-attr, operator]
    assert words(found)["缺少的防范措施"] == "（1）业主委员会；（2）物业服务企业"
    assert words(found)["责任单位陈述意见"] == REPLY
    with pytest.raises(NotFound):
        paper("petition_reply", matter.number, city.leader)


def test_a_certificate_says_until_when(city: City) -> None:
    today = timezone.localdate()
    with translation.override("zh-hans"):
        asked = Asked(today, today, viewer=city.leader)
        found = certificate(
            asked,
            title="平安单位证书",
            holder="某厂",
            text="经复核，评定为平安单位。",
            number="PA-1",
            until=today,
        )
    assert (found.addressee, found.issuer) == ("某厂", str(city.bureau))
    last = found.blocks[-1]
    assert isinstance(last, Paragraph)
    assert last.text == f"有效期至{today.year}年{today.month}月{today.day}日。"


def test_a_receipt_names_the_thing_and_not_who_receives_it(
    city: City, settings: LazySettings, tmp_path: Path
) -> None:
    settings.ANMIN_HOME = tmp_path
    at = rooms(city)
    item = at.kept()
    loss = at.owned(item)
    at.agreed(item, ground=loss.number)
    with pytest.raises(NotFound):
        paper("receipt", item.number, city.officer)
    at.returned(item)
    found = paper("receipt", item.number, city.officer)
    facts = next(one for one in found.blocks if isinstance(one, Facts))
    values = {one.code: one.value for one in facts.facts}
    assert values["value"].value == 2600  # type: ignore[union-attr]
    assert values["agreed"].text == str(city.leader)  # type: ignore[union-attr]
    assert (found.issuer, found.red_head) == (str(city.jinhu), False)
    assert "王秀英" not in found.as_json()
    with pytest.raises(NotFound):
        paper("receipt", item.number, city.other_officer)
