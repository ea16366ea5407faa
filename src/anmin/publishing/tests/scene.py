"""A listed neighbourhood, and a publication about it at each stage."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from tests.personas import City

from anmin.matters import approvals
from anmin.matters.actions import move, open_matter
from anmin.matters.actor import Actor
from anmin.matters.models import ApprovalRequest, Matter
from anmin.publishing import actions
from anmin.publishing.content import Content, content_of
from anmin.publishing.drafting import Written
from anmin.publishing.models import Publication
from anmin.publishing.queries import sheet

REPLY = "原物业服务企业：合同到期已撤离；请求协助选聘物业。"


def listed(city: City, **facts: Any) -> Matter:
    """文化小区 on the list: 12 thefts after 9."""
    office = Actor.of(city.programme)
    today = timezone.localdate()
    details = {
        "ground": "rise",
        "case": "盗窃十二起，上年同期九起。",
        "counted": 12,
        "usual": 9,
        "since": (today - timedelta(days=60)).isoformat(),
    }
    matter = open_matter(
        kind="listing",
        actor=office,
        category="listing_theft",
        summary="小区盗窃多发",
        place="文化小区",
        area=city.wenhua,
        details={**details, **facts},
    )
    _take(
        matter, "notify", office, bodies="社区居民委员会、锦湖街道办事处", told_on=today.isoformat()
    )
    _take(matter, "hear", office, reply=facts.get("reply", REPLY))
    given = {"board_number": "5", "lacks": ["owners_committee", "property_manager"]}
    ask_and_agree(city, matter, "list", given)
    _take(matter, "reach", office, milestone="监控六处装好", milestone_on=today.isoformat())
    return Matter.objects.get(pk=matter.pk)


def ask_and_agree(city: City, matter: Matter, code: str, inputs: dict[str, Any]) -> None:
    """A step that the head agrees to."""
    approvals.ask(
        matter_id=matter.pk,
        code=code,
        actor=Actor.of(city.programme),
        reason="已听取意见",
        inputs=inputs,
    )
    request = ApprovalRequest.objects.get(matter=matter, step=code, outcome="")
    approvals.agree(request_id=request.pk, actor=Actor.of(city.leader), reason="同意")


def delisted(city: City, matter: Matter) -> Matter:
    """The same taken off the list, as its steps ask for."""
    office, today = Actor.of(city.programme), timezone.localdate().isoformat()
    points = {
        "people_checked": ("gate_guard", "patrols", "visitors", "renters"),
        "physical_checked": ("fence", "gates", "sheds", "windows"),
        "technical_checked": ("cameras_gate", "cameras_sheds", "lights", "stored"),
        "owners_checked": ("elected", "filed", "guard_rules"),
        "manager_checked": ("contract", "guarding", "reported"),
        "fire_checked": ("ways", "equipment", "charging"),
    }
    _take(matter, "look_over", office, **{k: dict.fromkeys(v, "ok") for k, v in points.items()})
    _take(matter, "inspect", office, inspected_on=today, inspection="到位")
    _take(matter, "check_first", office, community_checked_on=today)
    _take(matter, "check_second", office, town_checked_on=today)
    ask_and_agree(city, matter, "delist", {"result": "盗窃由十二起降至三起。"})
    return Matter.objects.get(pk=matter.pk)


def drafted(city: City, matter: Matter | None = None, **changes: Any) -> Publication:
    """孙平's draft about it."""
    about = matter or listed(city)
    publication = actions.begin(source="listing", key=about.number, by=city.programme)
    if changes:
        publication = rewritten(city, publication, **changes)
    return publication


def rewritten(city: City, publication: Publication, by: Any = None, **changes: Any) -> Publication:
    """The draft with other words in Chinese."""
    seen = sheet(city.programme, publication)
    marked = changes.pop("marked", ())
    closes = changes.pop("closes_earlier", False)
    written = Written(said(seen.text.content, **changes), marked, closes)
    return actions.revise(publication_id=publication.pk, written=written, by=by or city.programme)


def said(content: Content, **changes: Any) -> Content:
    """A text with these parts of its Chinese changed, the note of change in both languages."""
    data = content.model_dump(mode="json")
    data["zh"] |= changes
    if "change" in changes and data["en"]:
        data["en"]["change"] = "Corrected."
    return content_of(data)


def submitted(city: City, publication: Publication | None = None) -> Publication:
    """Given to another person."""
    return actions.submit(publication_id=(publication or drafted(city)).pk, by=city.programme)


def approved(city: City, publication: Publication | None = None, by: Any = None) -> Publication:
    """Published by 郑局, with every warning answered."""
    row, reviewer = publication or submitted(city), by or city.leader
    seen = sheet(reviewer, row)
    for one in seen.warnings:
        actions.answer(
            publication_id=row.pk, warning=one.warning.key, reason="只说地点，不涉个人", by=reviewer
        )
    return actions.approve(
        publication_id=row.pk, text=row.newest, digest=seen.digest, examined=True, by=reviewer
    )


def _take(matter: Matter, code: str, actor: Actor, **inputs: Any) -> None:
    move(matter_id=matter.pk, code=code, actor=actor, inputs=inputs)
